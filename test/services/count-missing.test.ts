import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { createRecountRepository } from '../../src/database/recount.js'
import { readSummary } from '../../src/grading/attempt-summary-read.js'
import { countMissing, verify } from '../../src/services/verify.js'
import { createClassroom, createRunner, RIGHT } from '../support/regrading.js'
import { onServer } from '../support/server.js'
import { createSummaryCheck } from '../support/summaries.js'

const { service, teacher, regraded, endLease, assignmentId, close } = await createClassroom()
const { database, services } = service
const recount = createRecountRepository(database)
const expectSummary = createSummaryCheck(service, teacher)
afterAll(close)

/** The tables as they were before summaries were kept. */
const WITHOUT_SUMMARIES = `
  DROP TABLE summaries, summary_changes;
  ALTER TABLE progress DROP COLUMN first_seen_at;
  ALTER TABLE attempts
    DROP CONSTRAINT attempts_course_id_assignment_id_learner_fkey,
    ADD CONSTRAINT attempts_course_id_assignment_id_fkey
      FOREIGN KEY (course_id, assignment_id) REFERENCES assignments (course_id, id),
    ADD CONSTRAINT attempts_course_id_learner_fkey FOREIGN KEY (course_id, learner) REFERENCES members (course_id, key);
  CREATE INDEX attempts_course_id_learner_idx ON attempts (course_id, learner)`

/** The database goes back to before there were summaries, and is migrated from there. */
async function migrateAgain(): Promise<void> {
  const file = new URL('../../prisma/migrations/20261124000400_summaries/migration.sql', import.meta.url)
  await onServer(service.url, WITHOUT_SUMMARIES)
  await onServer(service.url, await readFile(file, 'utf8'))
}

async function differences(): Promise<string[]> {
  const lines: string[] = []
  const onDifference = ({ text }: { text: string }) => lines.push(text)
  await verify({ ...services, recount }, { tenant: undefined, repair: false, onDifference })
  return lines
}

const submit = (url: string, learner: string) => teacher.submit(url, { learner, answers: RIGHT, hour: 9 })

test('every attempt from before summaries were kept is counted once, whatever was submitted before it was', async () => {
  const [busy, quiet] = [await teacher.assign(), await teacher.assign()]
  await teacher.submitAll(busy)
  await teacher.submitAll(quiet)
  await migrateAgain()
  await submit(busy, 'ada')
  await submit(busy, 'eve')
  expect(await differences()).toContain('summary: attempts is 2, and 10 when counted again')
  expect(await countMissing({ recount })).toBe(2)
  expect(await differences()).toEqual([])
  expect(await expectSummary(busy)).toMatchObject({ attempts: 10, learners: 5 })
  await submit(busy, 'ada')
  await submit(quiet, 'ada')
  expect(await countMissing({ recount })).toBe(0)
  expect(await differences()).toEqual([])
})

test('cut off, it is begun again, and two at once count each assignment once', async () => {
  const urls = [await teacher.assign(), await teacher.assign(), await teacher.assign()]
  for (const url of urls) await submit(url, 'ada')
  await migrateAgain()
  for (const url of urls) await submit(url, 'bob')
  let rebuilt = 0
  const dying = {
    ...recount,
    rebuild: ((place, count, options) => {
      rebuilt += 1
      return recount.rebuild(
        place,
        async snapshot => {
          const totals = await count(snapshot)
          if (rebuilt === 3) throw new Error('killed')
          return totals
        },
        options,
      )
    }) satisfies typeof recount.rebuild,
  }
  await expect(countMissing({ recount: dying })).rejects.toThrow('killed')
  const [one, other] = await Promise.all([countMissing({ recount }), countMissing({ recount })])
  // Two of all assignments that there are by now were counted before.
  expect(one + other).toBe((await database.assignment.count()) - 2)
  expect(await differences()).toEqual([])
})

test('somebody who is erased, or becomes an instructor, before it is counted is in no summary', async () => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await migrateAgain()
  await submit(url, 'cyd')
  await teacher.call('DELETE /v1/courses/algebra/members/cyd')
  await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'instructor' })
  await countMissing({ recount })
  expect(await differences()).toEqual([])
  expect(await expectSummary(url)).toMatchObject({ learners: 2 })
  await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
  await teacher.call('PUT /v1/courses/algebra/members/cyd', { role: 'learner' })
  expect(await differences()).toEqual([])
})

test('a regrading that is under way then begins anew, and its summary has all attempts', async () => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await teacher.change(url, { tolerance: { decimals: 0 } })
  const { id } = await teacher.regrade(url)
  const before = createRunner(services)
  await before.step()
  await before.step()
  expect(await teacher.job(id)).toMatchObject({ status: 'running', done: 4 })
  await migrateAgain()
  expect(await teacher.job(id)).toMatchObject({ status: 'running', done: 0, changed: 0 })
  await countMissing({ recount })
  await endLease(id)
  await createRunner(services).runUntilIdle()
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 8 })
  expect(await differences()).toEqual([])
  await expectSummary(url)
})

test('a regrading whose results stand before it is counted has counted all attempts itself', async () => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await migrateAgain()
  await teacher.change(url, { points: 20 })
  await regraded(url)
  const id = await assignmentId(url)
  const { courseId } = await database.assignment.findFirstOrThrow({ where: { id } })
  const stored = await services.summaries.read(courseId, id)
  expect(readSummary(stored?.totals, stored?.changes ?? [])).toMatchObject({ attempts: 8, learners: 4 })
  await countMissing({ recount })
  expect(await differences()).toEqual([])
})
