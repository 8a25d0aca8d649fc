import type { Scope } from '../contracts/scopes.js'

/** Who is asking: an API key that was found, with what it may do. */
export type Principal = {
  readonly keyId: string
  readonly tenantId: string
  readonly scopes: ReadonlySet<Scope>
  /** Keys of the courses it may touch; empty: all. */
  readonly courses: readonly string[]
}
