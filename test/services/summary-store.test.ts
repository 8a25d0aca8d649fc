import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import { createDatabase } from '../../src/database/client.js'
import { createSummaryRepository } from '../../src/database/summaries.js'
import type { SummaryPlace } from '../../src/database/summary-folding.js'
import { readSummary } from '../../src/grading/attempt-summary-read.js'
import {
  countProgress,
  createSummaryChange,
  foldChanges,
  storedChange,
} from '../../src/grading/attempt-summary.js'
import { hold } from '../support/hold.js'
import { createClassroom } from '../support/regrading.js'

const { service, teacher, close } = await createClassroom()
const { database } = service
const summaries = createSummaryRepository(database)
/** A second replica, with connections of its own. */
const otherDatabase = createDatabase(service.url)
const otherSummaries = createSummaryRepository(otherDatabase)
afterAll(async () => {
  await otherDatabase.$disconnect()
  await close()
})

const NIL = '00000000-0000-0000-0000-000000000000'

async function place(generation = NIL): Promise<SummaryPlace> {
  const url = await teacher.assign()
  const [row] = await database.$queryRaw<{ courseId: string; assignmentId: string }[]>`
    SELECT course_id AS "courseId", id AS "assignmentId" FROM assignments WHERE key = ${url.split('/').at(-1)}`
  return { ...row!, generation }
}

/** Changes of one learner each, who has a millionth of the credit. */
async function addLearners(where: SummaryPlace, count: number, ids: () => string = uuidv7): Promise<void> {
  const change = createSummaryChange()
  countProgress(change, undefined, { creditMillionths: 1, completed: false })
  await database.summaryChange.createMany({
    data: Array.from({ length: count }, () => ({
      ...where,
      id: ids(),
      change: storedChange(change) as object,
    })),
  })
}

/** Text that Postgres cannot make much smaller. */
function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}

const left = ({ assignmentId }: SummaryPlace) => database.summaryChange.count({ where: { assignmentId } })

async function learnersIn({ courseId, assignmentId }: SummaryPlace): Promise<number> {
  const stored = await summaries.read(courseId, assignmentId)
  return readSummary(stored?.totals, stored?.changes ?? []).learners
}

test('what stands is the sum of the totals and of the changes, before folding and after', async () => {
  const where = await place()
  expect(await learnersIn(where)).toBe(0)
  await addLearners(where, 3)
  expect(await learnersIn(where)).toBe(3)
  expect(await summaries.fold(where, foldChanges)).toBe(3)
  expect(await learnersIn(where)).toBe(3)
  await addLearners(where, 2)
  expect(await learnersIn(where)).toBe(5)
  expect(await summaries.fold(where, foldChanges)).toBe(2)
  expect([await learnersIn(where), await left(where)]).toEqual([5, 0])
})

test('at most a thousand changes are folded at once, the oldest first', async () => {
  const where = await place()
  await addLearners(where, 1_003)
  const newest = await database.summaryChange.findMany({
    where: { assignmentId: where.assignmentId },
    orderBy: { id: 'desc' },
    take: 3,
    select: { id: true },
  })
  expect(await summaries.fold(where, foldChanges)).toBe(1_000)
  const rest = await database.summaryChange.findMany({
    where: { assignmentId: where.assignmentId },
    orderBy: { id: 'desc' },
    select: { id: true },
  })
  expect(rest).toEqual(newest)
  expect(await learnersIn(where)).toBe(1_003)
})

test('changes that are large are folded by few, and even a single one that is larger than that', async () => {
  const where = await place()
  const change = { text: randomText(4_100_000) }
  for (let times = 0; times < 2; times += 1) {
    await database.summaryChange.create({ data: { ...where, id: uuidv7(), change } })
  }
  let widest = 0
  const fold = () =>
    summaries.fold(where, (_totals, changes) => {
      widest = Math.max(widest, changes.length)
      return {}
    })
  expect([await fold(), await fold(), await fold()]).toEqual([1, 1, 0])
  expect(widest).toBe(1)
})

test('two replicas that fold at once, while others add, lose nothing and count nothing twice', async () => {
  const where = await place()
  await addLearners(where, 500)
  const rounds = Array.from({ length: 10 }, async () => {
    await addLearners(where, 20)
    await Promise.all([summaries.fold(where, foldChanges), otherSummaries.fold(where, foldChanges)])
  })
  await Promise.all(rounds)
  expect(await learnersIn(where)).toBe(700)
  await summaries.fold(where, foldChanges)
  expect([await learnersIn(where), await left(where)]).toEqual([700, 0])
})

test('a fold that fails folds nothing', async () => {
  const where = await place()
  await addLearners(where, 3)
  await expect(
    summaries.fold(where, () => {
      throw new Error('cannot be merged')
    }),
  ).rejects.toThrow('cannot be merged')
  expect([await learnersIn(where), await left(where)]).toEqual([3, 3])
})

test('where there is nothing to fold, no totals are made', async () => {
  const where = await place()
  expect(await summaries.fold(where, foldChanges)).toBe(0)
  expect(await database.summary.count({ where: { assignmentId: where.assignmentId } })).toBe(0)
})

test('only the generation that stands is read, and each is folded by itself', async () => {
  const where = await place()
  const regraded = { ...where, generation: uuidv7() }
  await addLearners(where, 1)
  await addLearners(regraded, 5)
  expect(await learnersIn(where)).toBe(1)
  await summaries.fold(regraded, foldChanges)
  expect(await learnersIn(where)).toBe(1)
  await database.$executeRaw`
    UPDATE assignments SET regrade_id = ${regraded.generation}::uuid WHERE id = ${where.assignmentId}::uuid`
  expect(await learnersIn(where)).toBe(5)
})

test('changes are to be folded where there are many, where one is old, and where they are large', async () => {
  const [many, few, old, large] = [await place(), await place(), await place(), await place()]
  const before = new Date('2026-03-01T12:00:00Z')
  const idAt = (time: number) => () => uuidv7({ msecs: time })
  const fresh = idAt(before.getTime())
  await addLearners(many, 4, fresh)
  await addLearners(few, 3, fresh)
  await addLearners(old, 1, idAt(before.getTime() - 1))
  const change = { text: randomText(1_100_000) }
  await database.summaryChange.create({ data: { ...large, id: fresh(), change } })
  const found = await summaries.toFold({ least: 4, before })
  const countOf = ({ assignmentId }: SummaryPlace) =>
    found.find(place => place.assignmentId === assignmentId)?.changes
  expect([many, few, old, large].map(countOf)).toEqual([4, undefined, 1, 1])
})

test('who looks for places in another order finds others first, and no more than were asked for', async () => {
  for (let count = 0; count < 8; count += 1) await addLearners(await place(), 1)
  const find = async (order: string, most: number) =>
    (await summaries.toFold({ least: 1, before: new Date(0), order, most })).map(found => found.assignmentId)
  const [one, other] = [await find('one', 1_000), await find('other', 1_000)]
  expect(one).not.toEqual(other)
  expect(one.toSorted()).toEqual(other.toSorted())
  expect(await find('one', 3)).toEqual(one.slice(0, 3))
})

test('what one replica is folding, another leaves to it, and folds the rest', async () => {
  const where = await place()
  await addLearners(where, 5)
  const ids = await database.summaryChange.findMany({
    where: { assignmentId: where.assignmentId },
    orderBy: { id: 'asc' },
    take: 3,
    select: { id: true },
  })
  const holder = await hold(service.url, 'SELECT FROM summary_changes WHERE id = ANY($1) FOR UPDATE', [
    ids.map(({ id }) => id),
  ])
  expect(await otherSummaries.fold(where, foldChanges)).toBe(2)
  expect([await otherSummaries.fold(where, foldChanges), await left(where)]).toEqual([0, 3])
  await holder.letGo()
  expect(await summaries.fold(where, foldChanges)).toBe(3)
  expect([await learnersIn(where), await left(where)]).toEqual([5, 0])
})
