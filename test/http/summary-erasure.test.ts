import { afterAll, expect, test } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import { foldChanges } from '../../src/grading/attempt-summary.js'
import { hold, waiting } from '../support/hold.js'
import { createClassroom, createRunner, RIGHT } from '../support/regrading.js'
import { eventually } from '../support/server.js'
import { createSummaryCheck } from '../support/summaries.js'
import { deadlocks } from '../support/writing.js'

const { service, teacher, regraded, runner, endLease, assignmentId, close } = await createClassroom()
const { database, services } = service
const expectSummary = createSummaryCheck(service, teacher)
afterAll(close)

const MEMBERS = '/v1/courses/algebra/members'
const erase = (learner: string) => teacher.call(`DELETE ${MEMBERS}/${learner}`)
const welcome = (learner: string, role = 'learner') => teacher.call(`PUT ${MEMBERS}/${learner}`, { role })

/** Submits one wrong value of box J after another. */
async function type(url: string, learner: string, values: readonly (number | string)[]): Promise<void> {
  const submissions = values.map(J =>
    teacher.call(`POST ${url}/attempts`, { learner, answers: { ...RIGHT, J } }),
  )
  await Promise.all(submissions)
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

async function fold(): Promise<void> {
  for (const place of await services.summaries.toFold({ least: 1, before: new Date(0) })) {
    await services.summaries.fold(place, foldChanges)
  }
}

/** How many rows of summaries hold a text. */
async function rowsWith(text: string): Promise<number> {
  const [row] = await database.$queryRaw<{ count: number }[]>`
    SELECT (
      (SELECT count(*) FROM summaries WHERE totals::text LIKE ${`%${text}%`})
      + (SELECT count(*) FROM summary_changes WHERE change::text LIKE ${`%${text}%`}))::int AS count`
  return row!.count
}

// What bob alone types begins with 7770, and what others type does not.
const OWN = '7770'

test.each<[string, (url: string) => Promise<unknown>]>([
  ['in changes', url => type(url, 'bob', [777_001, 777_001, 777_002])],
  [
    'in totals',
    async url => {
      await type(url, 'bob', [777_001, 777_001, 777_002])
      await fold()
    },
  ],
  ['more values than a change holds', url => type(url, 'bob', range(777_001, 99))],
  [
    'in both, forgotten in between and counted too high then',
    async url => {
      for (let round = 0; round < 3; round += 1) {
        await type(url, 'bob', [777_001, 777_002, 777_001])
        await fold()
        await type(url, 'ada', [...range(100_000, 30), ...range(100_000, 30)])
        await fold()
      }
      await type(url, 'bob', range(777_001, 5))
      await fold()
      await type(url, 'bob', range(777_001, 5))
    },
  ],
  [
    'in a change that is folded after all others: the clock of the server that made it is ahead',
    async url => {
      await type(url, 'bob', [777_001])
      const id = uuidv7({ msecs: Date.now() + 3_600_000 })
      await database.$executeRaw`
        UPDATE summary_changes SET id = ${id}::uuid
        WHERE assignment_id = ${await assignmentId(url)}::uuid AND change::text LIKE ${`%${OWN}%`}`
    },
  ],
  [
    'in the results of a regrading',
    async url => {
      await type(url, 'bob', range(777_001, 9))
      await teacher.change(url, { points: 20 })
      await regraded(url)
      await type(url, 'bob', range(777_001, 9))
    },
  ],
  [
    'in those of a regrading that is under way',
    async url => {
      await type(url, 'bob', range(777_001, 9))
      await teacher.change(url, { points: 20 })
      await teacher.regrade(url)
      const working = runner()
      for (let step = 0; step < 3; step += 1) await working.step()
      await fold()
      await working.step()
    },
  ],
  [
    'and becomes an instructor first',
    async url => {
      await type(url, 'bob', range(777_001, 99))
      await welcome('bob', 'instructor')
    },
  ],
])('what somebody erased typed alone is in no summary from then on: %s', async (_name, prepare) => {
  await welcome('bob')
  const url = await teacher.assign()
  await type(url, 'ada', [100_000, '9/1'])
  await prepare(url)
  await erase('bob')
  expect(await rowsWith(OWN)).toBe(0)
  await expectSummary(url)
  await fold()
  expect(await rowsWith(OWN)).toBe(0)
  for (const { id } of await database.job.findMany({ where: { status: 'running' } })) await endLease(id)
  await runner().runUntilIdle()
  const { boxes } = await expectSummary(url)
  const values = boxes.get('J')?.wrongValues.map(({ value }) => value) ?? []
  expect(values).toContain('100000')
  expect(await rowsWith(OWN)).toBe(0)
})

test('what somebody else is folding just then is waited for, and submissions wait for nobody', async () => {
  await welcome('bob')
  const url = await teacher.assign()
  await type(url, 'bob', [777_001])
  await type(url, 'ada', [100_000])
  const id = await assignmentId(url)
  const { courseId } = await database.assignment.findFirstOrThrow({ where: { id } })
  const folding = await hold(
    service.url,
    'SELECT FROM summary_changes WHERE course_id = $2 AND assignment_id = $1 FOR UPDATE',
    [id, courseId],
  )
  const erased = erase('bob')
  await eventually(async () => (await waiting(service.url)) === 1)
  await type(url, 'ada', [100_000])
  // As a folder would have done it.
  const changes = await database.summaryChange.findMany({
    where: { assignmentId: id },
    orderBy: { id: 'asc' },
  })
  const folded = changes.slice(0, 2)
  const totals = foldChanges(
    undefined,
    folded.map(({ change }) => change),
  )
  const generation = '00000000-0000-0000-0000-000000000000'
  await folding.run('INSERT INTO summaries VALUES ($1, $2, $3, $4)', [courseId, id, generation, totals])
  await folding.run('DELETE FROM summary_changes WHERE id = ANY($1)', [folded.map(change => change.id)])
  await folding.letGo()
  await erased
  expect(await rowsWith(OWN)).toBe(0)
  expect(await expectSummary(url)).toMatchObject({ attempts: 2, learners: 1 })
})

test('a regrading that fails while one of its learners is erased leaves no summary, and neither waits in a circle', async () => {
  await welcome('bob')
  const url = await teacher.assign()
  await type(url, 'ada', [100_000, 100_001])
  await type(url, 'bob', [777_001, 777_002])
  await teacher.change(url, { points: 20 })
  const { id } = await teacher.regrade(url)
  const { regrading } = services
  const failures: unknown[] = []
  const failing = createRunner(
    { ...services, regrading: { ...regrading, finish: () => Promise.reject(new Error('never')) } },
    { failures },
  )
  while (failures.length < 4) {
    await endLease(id)
    await failing.step()
  }
  await endLease(id)
  // It has dropped what was folded, and is held up where it drops the summary.
  const inTheWay = await hold(
    service.url,
    'SELECT FROM summary_changes WHERE course_id = $2 AND generation = $1 FOR UPDATE',
    [id, (await database.course.findFirstOrThrow({ where: { key: 'algebra' } })).id],
  )
  const failed = failing.step()
  await eventually(async () => (await waiting(service.url)) === 1)
  const erased = erase('bob')
  await eventually(async () => (await waiting(service.url)) === 2)
  await inTheWay.letGo()
  await Promise.all([failed, erased])
  expect(await teacher.job(id)).toMatchObject({ status: 'failed' })
  expect(await database.summary.count({ where: { generation: id } })).toBe(0)
  expect(await database.summaryChange.count({ where: { generation: id } })).toBe(0)
  expect(await expectSummary(url)).toMatchObject({ attempts: 2, learners: 1 })
  expect(await deadlocks(database)).toBe(0)
})
