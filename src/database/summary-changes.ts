/** What is added to summaries, beside totals that nobody waits for. */
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'

/** The generation of summaries while no regrading stands. */
export const STORED_RESULTS = '00000000-0000-0000-0000-000000000000'

/** What is added to a summary. */
export type NewSummaryChange = {
  readonly courseId: string
  readonly assignmentId: string
  readonly generation: string
  readonly id: string
  readonly change: unknown
}

/** The statement that stores changes, alone or after a WITH. */
export function insertionOf(changes: readonly NewSummaryChange[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO summary_changes (course_id, assignment_id, generation, id, change)
    SELECT "courseId", "assignmentId", generation, id, change
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS given (
      "courseId" uuid, "assignmentId" uuid, generation uuid, id uuid, change jsonb)`
}

/** Stores what is added to summaries. */
export async function insertSummaryChanges(
  transaction: Transaction,
  changes: readonly NewSummaryChange[],
): Promise<void> {
  await transaction.$executeRaw`${insertionOf(changes)}`
}
