/** Marks: whose standing in a course is to be counted again. Whoever changes somebody's progress leaves one, and waits for nobody. */
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'

/** Members of one course. */
export type NewMark = {
  readonly courseId: string
  readonly id: string
  readonly learners: readonly string[]
}

/** One mark a course, each with every learner once. */
export function marksOf(
  learners: readonly { readonly courseId: string; readonly learner: string }[],
  newId: () => string,
): readonly NewMark[] {
  const courses = new Map<string, Set<string>>()
  for (const { courseId, learner } of learners) {
    const known = courses.get(courseId)
    if (known === undefined) courses.set(courseId, new Set([learner]))
    else known.add(learner)
  }
  return [...courses].map(([courseId, keys]) => ({ courseId, id: newId(), learners: [...keys] }))
}

/** The statement that stores marks, alone or in a WITH. */
export function markInsertion(marks: readonly NewMark[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO standing_marks (course_id, id, learners)
    SELECT "courseId", id, learners
    FROM jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) AS given ("courseId" uuid, id uuid, learners jsonb)`
}

/** Stores marks. */
export async function insertMarks(transaction: Transaction, marks: readonly NewMark[]): Promise<void> {
  await transaction.$executeRaw`${markInsertion(marks)}`
}
