/**
 * The lock of an assignment, held until the transaction ends. It keeps apart those who store attempts under its policy or
 * change what they come to, who share it, and those who need that nobody does: who changes the policy, asks for a
 * regrading or ends one.
 *
 * It comes right after idempotency keys and before all else that those transactions lock: members, progress rows. It is an
 * advisory lock, since these are granted in the order in which they were asked for; a row that is shared by overlapping
 * submissions is shared by all later ones too, while whoever wants it alone waits. What it protects is read in a later
 * statement, which sees all that was committed before the lock was granted.
 *
 * On Citus it lies on the coordinator, to which all replicas connect.
 */
import type { Database, Transaction } from './client.js'

/** Shares assignments with others who store attempts. */
export async function shareAssignments(
  transaction: Transaction,
  assignmentIds: readonly string[],
): Promise<void> {
  await transaction.$queryRaw`
    SELECT count(pg_advisory_xact_lock_shared(number))::int AS held
    FROM unnest(${assignmentLocks(assignmentIds)}::bigint[]) AS locks (number)`
}

/** Until the end of the transaction, a lock is waited for so many milliseconds and no longer. */
export async function limitLockWaits(transaction: Transaction, milliseconds: number): Promise<void> {
  await transaction.$queryRaw`SELECT set_config('lock_timeout', ${String(milliseconds)}, true) AS lock_timeout`
}

/** Which of these assignments somebody has alone just now, or waits to have alone. */
export async function findHeld(
  database: Pick<Database, '$queryRaw'>,
  assignmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.$queryRaw<{ held: string }[]>`
    SELECT number::text AS held
    FROM unnest(${assignmentLocks(assignmentIds)}::bigint[]) AS locks (number)
    WHERE NOT pg_try_advisory_xact_lock_shared(number)`
  const held = new Set(rows.map(row => row.held))
  return new Set(assignmentIds.filter(id => held.has(lockNumber(id).toString())))
}

/** Has the assignment alone. */
export async function ownAssignment(transaction: Transaction, assignmentId: string): Promise<void> {
  await transaction.$queryRaw`
    SELECT true AS locked FROM pg_advisory_xact_lock(${assignmentLock(assignmentId)}::bigint)`
}

/** The numbers of assignments' locks, each once, in the one order in which everybody takes them. */
export function assignmentLocks(assignmentIds: readonly string[]): string[] {
  return [...new Set(assignmentIds.map(lockNumber))].sort((a, b) => (a < b ? -1 : 1)).map(String)
}

/** The number of an assignment's lock. */
export function assignmentLock(assignmentId: string): string {
  return lockNumber(assignmentId).toString()
}

/**
 * The latter half of a uuid as a signed integer, 62 bits of it random: two assignments that have the same make strangers
 * wait for each other, and no more. It is negative, as every uuid's is, and so none of our other advisory locks.
 */
function lockNumber(uuid: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${uuid.replaceAll('-', '').slice(16)}`))
}
