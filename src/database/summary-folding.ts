/**
 * Folding changes into totals, and dropping both, within a transaction.
 *
 * Whoever does either locks the changes first and then the row of the totals. A change is folded by whoever has it locked,
 * in the transaction that takes it away: by one, and once.
 */
import type { Transaction } from './client.js'

/** Whose totals: of an assignment, by the results of a generation. */
export type SummaryPlace = {
  readonly courseId: string
  readonly assignmentId: string
  readonly generation: string
}

/** Makes new totals of the totals there are, undefined where there are none, and of changes. */
export type MergeSummary = (totals: unknown, changes: readonly unknown[]) => unknown

/** Changes that are folded at once, and how many bytes they take where they are stored. */
const CHANGES_AT_ONCE = 1_000
const BYTES_AT_ONCE = 4_000_000

/**
 * Folds all changes of a place that there are just now, however many, and answers the totals, which nobody else touches
 * until the transaction ends. They are the caller's to write.
 */
export async function foldAll(
  transaction: Transaction,
  place: SummaryPlace,
  merge: MergeSummary,
): Promise<unknown> {
  const { courseId, assignmentId, generation } = place
  // What somebody else is folding is waited for. Such a change is in the totals then, which are read later.
  const locked = await transaction.$queryRaw<{ id: string; bytes: number }[]>`
    SELECT id, pg_column_size(change) AS bytes FROM summary_changes
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND generation = ${generation}::uuid
    ORDER BY id FOR UPDATE`
  let totals = await lockTotals(transaction, place)
  for (const ids of inBatches(locked)) {
    const changes = await transaction.$queryRaw<{ change: unknown }[]>`
      SELECT change FROM summary_changes
      WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
        AND generation = ${generation}::uuid AND id = ANY(${ids}::uuid[])
      ORDER BY id`
    totals = merge(
      totals,
      changes.map(({ change }) => change),
    )
    await dropChanges(transaction, place, ids)
  }
  return totals
}

/** The ids of changes in parts, each of which may be read at once. */
function inBatches(changes: readonly { readonly id: string; readonly bytes: number }[]): readonly string[][] {
  const batches: string[][] = []
  let room = 0
  for (const { id, bytes } of changes) {
    const batch = batches.at(-1)
    if (batch === undefined || batch.length === CHANGES_AT_ONCE || room <= 0) {
      batches.push([id])
      room = BYTES_AT_ONCE
    } else batch.push(id)
    room -= bytes
  }
  return batches
}

/** Takes away all of a place: changes, then totals. */
export async function dropAll(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
): Promise<void> {
  await transaction.$executeRaw`
    DELETE FROM summary_changes
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid`
  // A statement of its own: it sees totals that somebody made of those changes meanwhile.
  await transaction.$executeRaw`
    DELETE FROM summaries
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid`
}

/** Puts other totals in the place of all that is kept. */
export async function replaceAll(
  transaction: Transaction,
  place: SummaryPlace,
  totals: unknown,
): Promise<void> {
  await dropAll(transaction, place)
  await lockTotals(transaction, place)
  await writeTotals(transaction, place, totals)
}

/** Makes the row of the totals if need be, has it alone until the transaction ends, and answers them as they are now. */
export async function lockTotals(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
): Promise<unknown> {
  const [row] = await transaction.$queryRaw<{ totals: unknown }[]>`
    INSERT INTO summaries (course_id, assignment_id, generation, totals)
    VALUES (${courseId}::uuid, ${assignmentId}::uuid, ${generation}::uuid, '{}')
    ON CONFLICT (course_id, assignment_id, generation) DO UPDATE SET generation = EXCLUDED.generation
    RETURNING totals`
  return row?.totals
}

/** The oldest changes that nobody else has locked, at least one of those there are; they are locked then. */
export async function lockOldest(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
): Promise<{ readonly id: string; readonly change: unknown }[]> {
  return transaction.$queryRaw`
    SELECT id, change FROM (
      SELECT id, change, bytes, sum(bytes) OVER (ORDER BY id) AS bytes_so_far FROM (
        SELECT id, change, pg_column_size(change) AS bytes FROM summary_changes
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
          AND generation = ${generation}::uuid
        ORDER BY id
        LIMIT ${CHANGES_AT_ONCE}::int FOR UPDATE SKIP LOCKED) oldest) summed
    WHERE bytes_so_far - bytes < ${BYTES_AT_ONCE}::int
    ORDER BY id`
}

/** Puts other totals in the place of those that are locked. */
export async function writeTotals(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
  totals: unknown,
): Promise<void> {
  await transaction.$executeRaw`
    UPDATE summaries SET totals = ${JSON.stringify(totals)}::jsonb
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid`
}

export async function dropChanges(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
  ids: readonly string[],
): Promise<void> {
  const dropped = await transaction.$executeRaw`
    DELETE FROM summary_changes
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid AND id = ANY(${ids}::uuid[])`
  // Nobody else takes locked changes away; if somebody does, nothing is to be counted.
  if (dropped !== ids.length) throw new Error('changes of a summary are gone that were being folded')
}
