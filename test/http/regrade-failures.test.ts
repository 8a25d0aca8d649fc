import { afterAll, describe, expect, test } from 'vitest'
import { createClassroom, createRunner, hoursOn as iso } from '../support/regrading.js'

const { service, teacher, regraded, endLease, expectRecount, close } = await createClassroom()
afterAll(close)

type Regrading = typeof service.services.regrading

/** A runner over regradings that are different here and there, and what it failed of. */
function unlucky(different: Partial<Regrading>) {
  const failures: unknown[] = []
  const regrading = { ...service.services.regrading, ...different }
  const working = createRunner({ ...service.services, regrading }, { failures })
  return {
    ...working,
    failures,
    /** Works until it has failed so often, however long a job that failed is left alone. */
    runUntilFailed: async (count: number): Promise<void> => {
      while (failures.length < count) await working.step()
    },
  }
}

async function asked(): Promise<{ url: string; id: string }> {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await teacher.change(url, { tolerance: { decimals: 0 } })
  return { url, id: (await teacher.regrade(url)).id }
}

const { database } = service
/** Real faults of a real server. */
const TOO_LONG: [string, () => Promise<never>][] = [
  [
    'a statement that takes too long',
    () =>
      database.$transaction(async transaction => {
        await transaction.$executeRaw`SET LOCAL statement_timeout = 10`
        await transaction.$queryRaw`SELECT pg_sleep(600)::text`
        throw new Error('it was given all the time')
      }),
  ],
  [
    'a transaction that takes too long',
    () =>
      database.$transaction(
        async transaction => {
          await transaction.$queryRaw`SELECT pg_sleep(0.1)::text`
          await transaction.$queryRaw`SELECT 1`
          throw new Error('it was given all the time')
        },
        { timeout: 10 },
      ),
  ],
]
async function refused(statement: Promise<unknown>): Promise<never> {
  await statement
  throw new Error('it was not refused')
}
const OUT_OF_REACH: [string, () => Promise<never>][] = [
  [
    'a server that is not there',
    () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
  ],
  [
    'a connection that is cut',
    async () => {
      await database.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`
      throw new Error('it was not cut')
    },
  ],
  [
    'a full disk',
    () => refused(database.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$`),
  ],
  [
    'a lack of memory',
    () => refused(database.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53200'; END $$`),
  ],
]

describe('what fails again and again is given up after five times, and the old results stand', () => {
  test.each<[string, () => Promise<never>]>([
    ['a fault', () => Promise.reject(new Error('secret of the inside'))],
    ...TOO_LONG,
  ])('%s', async (_name, fault) => {
    const { url, id } = await asked()
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    const { failures, runUntilFailed, runUntilIdle } = unlucky({ finish: fault })
    for (let count = 1; count <= 5; count += 1) {
      await runUntilFailed(count)
      await endLease(id)
    }
    await runUntilIdle()
    expect(failures).toHaveLength(5)
    expect(String(failures)).not.toContain('all the time')
    const job = await teacher.job(id)
    expect(job).toMatchObject({ status: 'failed', finishedAt: iso(6) })
    expect(job.error).not.toContain('secret')
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
    expect(await database.regradedProgress.count({ where: { jobId: id } })).toBe(0)
    // Asked for again, it is another job, and what the first had made of it goes.
    expect((await regraded(url)).status).toBe('done')
    expect(await database.regradedAttempt.count({ where: { jobId: id } })).toBe(0)
    await expectRecount(url, {})
  })

  test('though attempts arrive in between: only coming further in order begins the count anew', async () => {
    const { url, id } = await asked()
    const { failures, runUntilFailed } = unlucky({ finish: () => Promise.reject(new Error('never')) })
    for (let count = 1; count <= 5; count += 1) {
      await runUntilFailed(count)
      for (const hour of [6, 7]) {
        await teacher.submit(url, { learner: `aaa-${String(count)}`, answers: { a: '11.4' }, hour })
      }
      await endLease(id)
    }
    expect(failures).toHaveLength(5)
    expect(await teacher.job(id)).toMatchObject({ status: 'failed', done: 16 })
  })
})

test('between failures a job is left alone for longer and longer, for a minute in all: troubles pass', async () => {
  const { id } = await asked()
  const { runUntilFailed } = unlucky({ finish: () => Promise.reject(new Error('never')) })
  let pauses = 0
  for (let count = 1; count <= 4; count += 1) {
    await runUntilFailed(count)
    const [row] = await database.$queryRaw<{ pause: number }[]>`
      SELECT extract(epoch FROM lease_until - now())::float8 AS pause FROM jobs WHERE id = ${id}::uuid`
    pauses += row!.pause
    await endLease(id)
  }
  // 75 seconds, less what has gone by since each began.
  expect(pauses).toBeGreaterThan(40)
  await runUntilFailed(5)
  expect(await teacher.job(id)).toMatchObject({ status: 'failed' })
})

test('an attempt whose number does not follow on is a failure, and no last pass without end', async () => {
  const { url, id } = await asked()
  await database.$executeRaw`
    WITH gap AS (UPDATE attempts SET number = 4 WHERE learner = 'ada' AND number = 3)
    UPDATE progress SET attempts = 4 WHERE learner = 'ada'`
  const { failures, runUntilFailed } = unlucky({})
  await runUntilFailed(1)
  expect(String(failures)).toContain('without gaps')
  expect(await teacher.job(id)).toMatchObject({ status: 'running' })
  await teacher.call('DELETE /v1/courses/algebra/members/ada')
  await endLease(id)
  await createRunner(service.services).runUntilIdle()
  await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
  await expectRecount(url, {})
})

describe('a database that is out of reach for a moment is no failure of the job', () => {
  test.each(OUT_OF_REACH)('%s', async (_name, fault) => {
    const { url, id } = await asked()
    const { regrading } = service.services
    let away = 7
    const { failures, runUntilFailed, runUntilIdle } = unlucky({
      learners: async (...given) => {
        away -= 1
        return away < 0 ? regrading.learners(...given) : fault()
      },
    })
    for (let count = 1; count <= 7; count += 1) {
      await runUntilFailed(count)
      await endLease(id)
    }
    await runUntilIdle()
    expect(failures).toHaveLength(7)
    expect(String(failures)).not.toContain('it was not')
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 8 })
    await expectRecount(url, {})
  })
})

test.each([...TOO_LONG, ...OUT_OF_REACH])('after %s other jobs go first', async (_name, fault) => {
  const [first, second] = [await asked(), await asked()]
  const { regrading } = service.services
  const { failures, runUntilIdle } = unlucky({
    finish: async (job, pass) => (job.id === first.id ? fault() : regrading.finish(job, pass)),
  })
  await runUntilIdle()
  await runUntilIdle()
  expect(failures.length).toBeGreaterThan(0)
  expect(await teacher.job(first.id)).toMatchObject({ status: 'running' })
  expect(await teacher.job(second.id)).toMatchObject({ status: 'done' })
  await endLease(first.id)
  await createRunner(service.services).runUntilIdle()
})
