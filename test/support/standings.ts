/** Standings held against what progress comes to, counted with none of the service's code. */
import { expect } from 'vitest'
import type { Database } from '../../src/database/client.js'
import type { Services } from '../../src/services/services.js'

export type CountedStanding = {
  readonly begun: number
  readonly attempts: number
  readonly completed: number
  readonly creditMillionths: bigint
  readonly lastSubmittedAt: string | null
}

/** How far every member of a course is, by their progress rows. */
export async function countStandings(
  database: Database,
  courseId: string,
): Promise<Map<string, CountedStanding>> {
  const members = await database.member.findMany({ where: { courseId } })
  const progress = await database.progress.findMany({ where: { courseId } })
  return new Map(
    members.map(({ key }) => {
      const own = progress.filter(({ learner }) => learner === key)
      const times = own.flatMap(({ lastSubmittedAt }) => lastSubmittedAt?.toISOString() ?? [])
      const counted = {
        begun: own.length,
        attempts: own.reduce((sum, row) => sum + row.attempts, 0),
        completed: own.filter(({ completedAt }) => completedAt !== null).length,
        creditMillionths: own.reduce((sum, row) => sum + BigInt(row.creditMillionths), 0n),
        lastSubmittedAt: times.toSorted().at(-1) ?? null,
      }
      return [key, counted]
    }),
  )
}

/** Who is marked in a course, in each mark once. */
export async function marked(database: Database, courseId: string): Promise<string[]> {
  const marks = await database.standingMark.findMany({ where: { courseId }, orderBy: { id: 'asc' } })
  return marks.flatMap(({ learners }) => learners as string[])
}

/** Expects what is read of a class to be what its progress comes to, whoever is marked. */
export async function expectRead(services: Services, database: Database, courseId: string): Promise<void> {
  const counted = await countStandings(database, courseId)
  const instructors = await database.member.findMany({ where: { courseId, role: 'instructor' } })
  for (const { key } of instructors) counted.delete(key)
  const assignments = await database.assignment.count({ where: { courseId } })
  const nothing = {
    assignmentId: undefined,
    notStarted: undefined,
    completed: undefined,
    struggling: undefined,
    minAttempts: undefined,
    minCredit: undefined,
    maxCredit: undefined,
    inactiveSince: undefined,
    search: undefined,
  }
  const ordering = { by: 'key', descending: false, after: undefined, limit: 100_000 } as const
  const rows = await services.learners.list(courseId, nothing, ordering)
  const read = rows.map(row => [
    row.key,
    {
      begun: row.begun,
      attempts: row.attempts,
      completed: row.completed,
      creditMillionths: row.creditMillionths,
      lastSubmittedAt: row.lastSubmittedAt?.toISOString() ?? null,
    },
  ])
  const due = [...counted].map(([key, standing]) => [
    key,
    {
      ...standing,
      creditMillionths: Math.round(Number(standing.creditMillionths) / Math.max(1, assignments)),
    },
  ])
  expect(Object.fromEntries(read)).toEqual(Object.fromEntries(due))
  expect(read).toHaveLength(due.length)
}

/** Folds all marks, and expects every member, and nobody else, to have the standing that their progress comes to. */
export async function expectFolded(services: Services, database: Database, courseId: string): Promise<void> {
  await foldAll(services, courseId)
  const stored = await database.standing.findMany({ where: { courseId } })
  const kept = stored.map(({ learner, begun, attempts, completed, creditMillionths, lastSubmittedAt }) => [
    learner,
    { begun, attempts, completed, creditMillionths, lastSubmittedAt: lastSubmittedAt?.toISOString() ?? null },
  ])
  expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(await countStandings(database, courseId)))
  expect(await marked(database, courseId)).toEqual([])
}

export async function foldAll({ standings }: Pick<Services, 'standings'>, courseId: string): Promise<void> {
  while ((await standings.fold(courseId)) > 0);
}
