/** What a service needs of the world besides the database, passed in so that tests decide it. */
export type Effects = {
  /** The time, in milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only ever grow, whatever is done to the clock. */
  readonly monotonic: () => number
  /** A new uuid v7. */
  readonly newId: () => string
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array
}
