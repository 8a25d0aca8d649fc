export type EmbeddedPostgresFault =
  | 'data-folder' // it cannot be written, or what it points to cannot be used
  | 'no-binaries' // the package has none for this platform, or they do not run here
  | 'no-user' // root, but no other user to run Postgres as
  | 'disk-full'
  | 'initdb'
  | 'start' // Postgres was started and did not get ready, or another one is in the way

/** Why Postgres could not be started; the message is meant for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
  readonly code: EmbeddedPostgresFault

  constructor(code: EmbeddedPostgresFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** An error with the given code, or with `disk-full` when the text or the cause says so. */
export function faultOf(
  code: EmbeddedPostgresFault,
  message: string,
  cause?: unknown,
): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause
  const text = cause instanceof Error ? `${message} ${cause.message}` : message
  return /ENOSPC|EDQUOT|No space left on device|Check free disk space/.test(text)
    ? new EmbeddedPostgresError('disk-full', `The disk is full. ${text}`, cause)
    : new EmbeddedPostgresError(code, text, cause)
}
