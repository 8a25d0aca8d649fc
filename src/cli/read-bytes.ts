/** What a command is given to look at: a file or standard input, and no more of it than is of use. */
import { createReadStream } from 'node:fs'
import process from 'node:process'

/** What a command is to look at cannot be had. */
export class UnreadableFile extends Error {}

/**
 * The bytes of a file, or of standard input for `-`: all of them, or the first `most` and at least one more, which say
 * that there are too many. Throws `UnreadableFile`.
 */
export async function readBytes(file: string, most: number): Promise<Uint8Array> {
  const stream = file === '-' ? process.stdin : createReadStream(file, { end: most })
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      const bytes = chunk as Buffer // No encoding is set.
      chunks.push(bytes)
      length += bytes.length
      if (length > most) break
    }
  } catch (error) {
    throw new UnreadableFile(
      `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return Buffer.concat(chunks)
}
