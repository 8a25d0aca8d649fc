import { PrismaPg } from '@prisma/adapter-pg'
import { inUtc } from './connection.js'
import { PrismaClient, type Prisma } from './generated/client.js'

/**
 * The client with its pool. Inside `$transaction(async tx => …)` use `tx` only: a query through the client itself waits
 * for a second connection and blocks the first meanwhile.
 */
export type Database = PrismaClient

export type Transaction = Prisma.TransactionClient

export type DatabaseOptions = {
  poolSize?: number
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  log?: (message: string) => void
  /** How long to wait for a connection, free or new, in milliseconds. */
  connectionTimeout?: number
  /** How long a statement may take before the server gives it up, in milliseconds. */
  statementTimeout?: number
  /** How long a transaction of several statements may take before it is rolled back, in milliseconds. */
  transactionTimeout?: number
  /** How long a statement may wait for a lock before it is given up, in milliseconds; as long as it may take if not given. */
  lockTimeout?: number
  /** How long a transaction may do nothing before the server ends it and frees its locks, in milliseconds. */
  idleTimeout?: number
  /**
   * Whether all statements are few, sent again and again, and look rows up by whole keys. Then each is planned once a
   * connection, and by index, since nothing is known yet of the size of tables that will be large.
   */
  looksUpKeys?: boolean
}

/**
 * A client for the database; it connects when first used and reconnects by itself. No query waits without end: not for
 * a free connection, nor on a server that has stopped answering. Close it with `$disconnect()`.
 */
export function createDatabase(connectionString: string, options: DatabaseOptions = {}): Database {
  const { poolSize = 10, connectionTimeout = 5_000, statementTimeout = 30_000, log } = options
  const { transactionTimeout = 20_000, lockTimeout, idleTimeout = 60_000, looksUpKeys = false } = options
  const session = inUtc(connectionString)
  const locks = lockTimeout === undefined ? '' : `-c lock_timeout=${String(lockTimeout)} `
  // Up to Postgres 17 a scan that cannot be avoided would seem so dear that it is compiled each time.
  const plans = looksUpKeys ? '-c enable_seqscan=off -c jit=off ' : ''
  const adapter = new PrismaPg(
    {
      ...session,
      // All we do is thought out for this isolation: after a lock was granted, a statement sees what came before it.
      // What is looked up lies in memory, or on a disk that has no arm to move: for the default, reading thousands of rows
      // in a row is as good as looking up a few dozen. Options in the URL come later and win.
      options: `-c default_transaction_isolation=read\\ committed -c random_page_cost=1.1 ${locks}${plans}${session.options}`,
      application_name: 'chainmark',
      max: poolSize,
      connectionTimeoutMillis: connectionTimeout,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      statement_timeout: statementTimeout,
      // A little later, for a server or network that is frozen and cannot even time out.
      query_timeout: statementTimeout + connectionTimeout,
      // Frees the locks of a process that has stopped in the middle of a transaction.
      idle_in_transaction_session_timeout: idleTimeout,
    },
    {
      ...(looksUpKeys ? { statementNameGenerator: createStatementNames() } : {}),
      // The adapter listens to the 'error' events, which would end the process otherwise.
      onPoolError: error => log?.(`An idle database connection broke: ${error.message}`),
    },
  )
  return new PrismaClient({
    adapter,
    // The others quote our source into the message.
    errorFormat: 'minimal',
    transactionOptions: { maxWait: connectionTimeout, timeout: transactionTimeout },
  })
}

/** Statements that get a name; further ones, which nobody expects, are sent without one. */
const MOST_NAMES = 100

/** Gives each statement a name, by which a connection that has had it before knows it again. */
function createStatementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    let name = names.get(sql)
    if (name === undefined && names.size < MOST_NAMES) {
      name = `chainmark_${String(names.size)}`
      names.set(sql, name)
    }
    return name ?? ''
  }
}
