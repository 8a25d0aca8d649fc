/**
 * Whether an error says that the database could not be reached or could not serve us just now, so that the same request
 * may succeed later: it is down, starting, shutting down, too busy, out of space, or the connection broke. Whether the
 * work was done is unknown when the connection broke during a commit. Understands what Prisma and pg throw.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return related(error).some(
    part =>
      part instanceof CommitUnknown ||
      matches(part['code'], prismaCodes) ||
      matches(part['code'], systemCodes) ||
      isState(part, unavailable) ||
      matches(part['kind'], adapterKinds) ||
      (typeof part['message'] === 'string' && messages.test(part['message'])),
  )
}

/** Something failed while a transaction was being committed: it may be stored, or not. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('it is not known whether the transaction was committed', { cause })
  }
}

/**
 * Whether an error says that the database could not be reached or could do nothing just now, whatever was asked: of those
 * above, all but what took too long.
 */
export function isDatabaseOutOfReach(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !related(error).some(isTooLong)
}

function isTooLong(part: Record<string, unknown>): boolean {
  return isState(part, tooLong) || matches(part['message'], /cannot be executed on an expired transaction/)
}

/** SQLSTATEs. 57014: the statement, 25P03: the transaction took too long. */
const tooLong = /^(57014|25P03)$/

/** Whether an error says that a lock was waited for too long: the transaction is rolled back. */
export function isLockTimedOut(error: unknown): boolean {
  return related(error).some(part => isState(part, /^55P03$/))
}

/** Whether an error says that a lock was not to be had: it was waited for too long, or in a circle. */
export function isLockRefused(error: unknown): boolean {
  return related(error).some(part => isState(part, /^(55P03|40P01)$/))
}

/**
 * Whether an error says that a transaction was taken back because of others: a deadlock, a serialization failure, or a row
 * that it refers to and that somebody has just deleted.
 */
export function isTakenBack(error: unknown): boolean {
  return related(error).some(part => isState(part, /^(40P01|40001|23503)$/))
}

/**
 * Whether an error says that the database turned a statement down for its data or for others' sake, and that nothing of it
 * is left: what it divides by zero for included.
 */
export function isTurnedDown(error: unknown): boolean {
  // 40003: it is not known whether it was completed.
  return related(error).some(part => isState(part, /^(22...|23...|40(?!003)...)$/))
}

/** Whether an error says that the database could not make sense of a statement, or cannot do such: a fault of ours. */
export function isStatementWrong(error: unknown): boolean {
  return related(error).some(part => isState(part, /^(0A|42)...$/))
}

/** Whether a flush could not share an assignment, which it says by dividing by zero. */
export function isAssignmentHeld(error: unknown): boolean {
  return related(error).some(part => isState(part, /^22012$/))
}

function isState(part: Record<string, unknown>, states: RegExp): boolean {
  return matches(part['code'], states) || matches(part['originalCode'], states)
}

const prismaCodes = /^(P1001|P1002|P1008|P1017|P2024|P2037)$/

const systemCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/

/** What adapter-pg makes of an error before Prisma gives it a code of its own, or none. */
const adapterKinds = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/

/** Pg's own errors have no code, and Prisma passes them on as they are; P2028 stands for bugs as well. */
const messages = new RegExp(
  [
    'Connection terminated',
    'Client has encountered a connection error',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired$',
    'Query read timeout',
    'Unable to start a transaction in the given time',
    'cannot be executed on an expired transaction',
    'connect ENOENT', // a socket in the file system, of a server that is down
  ].join('|'),
)

/**
 * SQLSTATEs. 08…: connection; 53…: out of disk, memory or connections; 57014: the statement took too long;
 * 57P0…: shutting down, crashed, starting; 25006: read-only, as a primary is that has just been replaced;
 * 25P03 and 57P05: the connection was idle for too long.
 */
const unavailable = /^(08...|53...|57014|57P0[1235]|25006|25P03)$/

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

/**
 * The error and everything it carries: causes, the errors of an AggregateError (one for each address of a host) and
 * the adapter's error, which Prisma keeps in `meta`.
 */
function related(error: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  const waiting: unknown[] = [error]
  while (waiting.length > 0 && found.length < 20) {
    const next = waiting.shift()
    if (!isRecord(next) || found.includes(next)) continue
    found.push(next)
    waiting.push(next['cause'])
    if (Array.isArray(next['errors'])) waiting.push(...(next['errors'] as unknown[]))
    if (isRecord(next['meta'])) waiting.push(next['meta']['driverAdapterError'])
  }
  return found
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
