/**
 * The database as the attempt writer has it: a pool of its own, which no dashboard can fill, on sessions that wait for
 * nobody for long. Always the primary.
 */
import { createDatabase, type Database, type DatabaseOptions } from './client.js'
import { WRITER_CONNECTIONS } from './attempt-writer.js'

/**
 * One connection is left for whoever asks whether the database is there: the answer then says whether a submission could
 * be stored, and neither dashboards nor submissions can keep it waiting.
 */
const PING_CONNECTIONS = 1

/**
 * Milliseconds. A lock is waited for longer than any flush takes that is well; a transaction that does nothing is one of a
 * process that is stuck, be it never so large: between two statements a flush only decides. With the time that a
 * submission may wait in the queue, connection and transaction come to less than a stop waits for requests (server.ts).
 */
const TIMEOUTS = {
  lockTimeout: 2_000,
  idleTimeout: 5_000,
  connectionTimeout: 3_000,
  statementTimeout: 8_000,
  transactionTimeout: 8_000,
} satisfies DatabaseOptions

/** A client for the attempt writer, and for asking whether the database is there. Close it with `$disconnect()`. */
export function createWriterDatabase(
  connectionString: string,
  options: Pick<DatabaseOptions, 'log'> = {},
): Database {
  return createDatabase(connectionString, {
    ...TIMEOUTS,
    looksUpKeys: true,
    ...options,
    poolSize: WRITER_CONNECTIONS + PING_CONNECTIONS,
  })
}
