/** A file that is made while it is sent. */
export type Download = {
  /** Fit for any system of files. */
  readonly fileName: string
  /** The text, a piece at a time: nothing is read before a piece is asked for, and nothing is held between two. */
  readonly pieces: AsyncIterable<string>
}

/** A file's name made of keys: their characters that not every system takes in a name are replaced. */
export function fileName(parts: readonly string[], extension: string): string {
  return `${parts.join('-').replaceAll(/[^A-Za-z0-9._-]/g, '_')}.${extension}`
}
