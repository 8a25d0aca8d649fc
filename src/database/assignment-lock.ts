/**
 * The lock of an assignment, held until the transaction ends. It keeps apart those who store attempts under its policy,
 * who share it, and those who need that nobody does: who changes the policy, asks for a regrading or ends one.
 *
 * It comes after all else that those transactions lock: idempotency key, members, progress rows. It is an advisory lock,
 * since these are granted in the order in which they were asked for; a row that is shared by overlapping submissions is
 * shared by all later ones too, while whoever wants it alone waits. What it protects is read in a later statement, which
 * sees all that was committed before the lock was granted.
 *
 * On Citus it lies on the coordinator, to which all replicas connect. Its statements touch no table.
 */
import type { Transaction } from './client.js'

/** Shares the assignment with others who store attempts. */
export async function shareAssignment(transaction: Transaction, assignmentId: string): Promise<void> {
  await transaction.$queryRaw`
    SELECT true AS locked FROM pg_advisory_xact_lock_shared(${lockNumber(assignmentId)}::bigint)`
}

/** Has the assignment alone. */
export async function ownAssignment(transaction: Transaction, assignmentId: string): Promise<void> {
  await transaction.$queryRaw`
    SELECT true AS locked FROM pg_advisory_xact_lock(${lockNumber(assignmentId)}::bigint)`
}

/**
 * The latter half of a uuid as a signed integer, 62 bits of it random: two assignments that have the same make strangers
 * wait for each other, and no more. It is negative, as every uuid's is, and so none of our other advisory locks.
 */
function lockNumber(uuid: string): string {
  return BigInt.asIntN(64, BigInt(`0x${uuid.replaceAll('-', '').slice(16)}`)).toString()
}
