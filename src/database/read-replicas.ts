/**
 * Read replicas: copies of the database that answer what dashboards ask. They lag behind by a moment; nothing is decided by
 * what they say.
 */
import { readReplicas } from '@prisma/extension-read-replicas'
import type { Database } from './client.js'

/** A database to read from: one of the replicas by turns of chance, or where there are none the database itself. */
export type Reader = () => Pick<Database, '$queryRaw'>

/** A reader that spreads its work over these replicas. */
export function createReader(database: Database, replicas: readonly Database[]): Reader {
  if (replicas.length === 0) return () => database
  // The extension is typed for any client; ours has all that its replicas need.
  const spread = database.$extends(readReplicas({ replicas: [...replicas] as never[] }))
  return () => spread.$replica()
}
