import { afterAll, describe, expect, test } from 'vitest'
import { hold, holdAssignment, holdNewcomer, waiting } from '../support/hold.js'
import { CLASS, createClassroom, createRunner } from '../support/regrading.js'
import { eventually } from '../support/server.js'
import { createSummaryCheck } from '../support/summaries.js'

const { service, teacher, runner, regraded, assignmentId, endLease, expectRecount, close } =
  await createClassroom()
const expectSummary = createSummaryCheck(service, teacher)
afterAll(close)

const ANSWERS = { a: '11.4', J: '5' }

type Regrading = typeof service.services.regrading
type Pass = Parameters<Regrading['finish']>[1]

/** An assignment whose job has looked at all attempts but one, which a newcomer has made since, behind its cursor. */
async function nearlyDone(): Promise<{ url: string; id: string }> {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await teacher.change(url, { tolerance: { decimals: 0 } })
  const { id } = await teacher.regrade(url)
  const early = runner()
  for (let count = 0; count < CLASS.length / 2; count += 1) await early.step()
  await teacher.submit(url, { learner: 'aaron', answers: ANSWERS, hour: 0 })
  await endLease(id)
  return { url, id }
}

/** A runner whose last passes something precedes, and in which something happens once they have the assignment. */
function disturbed(disturbances: {
  readonly before?: (pass: number) => Promise<void>
  readonly within?: () => Promise<void>
}) {
  const { before = () => Promise.resolve(), within = () => Promise.resolve() } = disturbances
  const outcomes: string[] = []
  const { regrading } = service.services
  const finish: Regrading['finish'] = async (job, pass) => {
    await before(outcomes.length)
    const regrade: Pass['regrade'] = async (...given) => {
      await within()
      return pass.regrade(...given)
    }
    const outcome = await regrading.finish(job, { ...pass, regrade })
    outcomes.push(outcome)
    return outcome
  }
  return { outcomes, ...createRunner({ ...service.services, regrading: { ...regrading, finish } }) }
}

const submit = (url: string, learner: string) => teacher.submit(url, { learner, answers: ANSWERS, hour: 0 })

test('learners who come for the first time while it is under way do not keep it from ending', async () => {
  const { url, id } = await nearlyDone()
  const { outcomes, runUntilIdle } = disturbed({ before: () => submit(url, 'aa-late').then(() => undefined) })
  await runUntilIdle()
  expect(outcomes).toEqual(['done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  await expectRecount(url, {})
})

test('more newcomers than may wait for it are looked at before it is done again, and until then nothing is changed', async () => {
  const { url, id } = await nearlyDone()
  const before = await teacher.progress(url)
  const { outcomes, step, runUntilIdle } = disturbed({
    before: async pass => {
      if (pass > 0) return
      for (const learner of ['aa-one', 'aa-two', 'aa-three']) await submit(url, learner)
    },
  })
  while (outcomes.length === 0) await step()
  expect(outcomes).toEqual(['more'])
  expect((await teacher.progress(url)).get('ada')).toEqual(before.get('ada'))
  await endLease(id)
  await runUntilIdle()
  expect(outcomes).toEqual(['more', 'done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 4 })
  await expectRecount(url, {})
})

test('a submission under way is waited for and looked at', async () => {
  const { url, id } = await nearlyDone()
  const holder = await holdNewcomer(service.url, 'algebra', 'aa-early')
  const submission = submit(url, 'aa-early')
  await eventually(async () => (await waiting(service.url)) === 1)
  const { outcomes, runUntilIdle } = disturbed({})
  const ended = runUntilIdle()
  await eventually(async () => (await waiting(service.url)) === 2)
  expect(outcomes).toEqual([])
  await holder.letGo()
  await Promise.all([ended, submission])
  expect(outcomes).toEqual(['done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  await expectRecount(url, {})
})

test('no submission gets past the assignment once it is held, and none to another assignment waits for it', async () => {
  const { url, id } = await nearlyDone()
  const other = await teacher.assign()
  let submission: Promise<unknown> | undefined
  const { outcomes, runUntilIdle } = disturbed({
    within: async () => {
      submission = submit(url, 'aa-later')
      await eventually(async () => (await waiting(service.url)) === 1)
      await submit(other, 'aa-other')
    },
  })
  await runUntilIdle()
  await submission
  expect(outcomes).toEqual(['done'])
  // What came after it stands by itself.
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 1 })
  expect(await teacher.attempts(url)).toHaveLength(CLASS.length + 2)
  expect(await teacher.attempts(other)).toHaveLength(1)
  await expectRecount(url, {})
  await expectSummary(url)
})

describe('what else changes of a learner and is under way is waited for', () => {
  test.each<[string, () => Promise<unknown>, () => Promise<unknown>, number]>([
    [
      'an erasure',
      () => teacher.call('DELETE /v1/courses/algebra/members/ada'),
      () => teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' }),
      3,
    ],
    [
      'a change of role',
      () => teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'instructor' }),
      () => teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' }),
      0,
    ],
  ])('%s', async (_name, change, undo, attemptsGone) => {
    const { url, id } = await nearlyDone()
    // It comes last in both.
    const holder = await hold(service.url, 'LOCK TABLE erasures IN SHARE MODE')
    const changed = change()
    await eventually(async () => (await waiting(service.url)) === 1)
    const { outcomes, runUntilIdle } = disturbed({})
    const ended = runUntilIdle()
    await eventually(async () => (await waiting(service.url)) === 2)
    expect(outcomes).toEqual([])
    await holder.letGo()
    await Promise.all([changed, ended])
    expect(outcomes).toEqual(['done'])
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 1 })
    expect(await teacher.attempts(url)).toHaveLength(CLASS.length + 1 - attemptsGone)
    expect((await expectSummary(url)).learners).toBe(4)
    await undo()
    await expectRecount(url, {})
    await expectSummary(url)
  })
})

describe('where a lock is not to be had it is put off, and that is no failure', () => {
  test('waited for too long: those who wait for it go on', async () => {
    const { url, id } = await nearlyDone()
    const before = await teacher.progress(url)
    const holder = await holdAssignment(service.url, await assignmentId(url), 'as one of many')
    const { outcomes, step } = disturbed({})
    const tried = step()
    await eventually(async () => (await waiting(service.url)) === 1)
    const submission = submit(url, 'aa-later')
    await tried
    expect(outcomes).toEqual(['more'])
    expect((await teacher.progress(url)).get('ada')).toEqual(before.get('ada'))
    await submission
    await holder.letGo()
    await endLease(id)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
    expect(await service.database.job.findUnique({ where: { id } })).toMatchObject({ postponed: 1 })
    await expectRecount(url, {})
  })

  test('waited for in a circle', async () => {
    const { url, id } = await nearlyDone()
    let circle = true
    const { outcomes, step, runUntilIdle } = disturbed({
      within: async () => {
        if (!circle) return
        circle = false
        await service.database
          .$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$`
      },
    })
    await step()
    expect(outcomes).toEqual(['more'])
    await endLease(id)
    await runUntilIdle()
    expect(outcomes).toEqual(['more', 'done'])
    await expectRecount(url, {})
  })
})

describe('while it is put off', () => {
  /** A runner for which the last pass of a job is always too early, and when it was tried. */
  function alwaysTooEarly(id: string) {
    const failures: unknown[] = []
    const tried: string[] = []
    const { regrading } = service.services
    const finish: Regrading['finish'] = (job, pass) => {
      if (job.id !== id) return regrading.finish(job, pass)
      tried.push(job.id)
      return Promise.resolve('more')
    }
    const working = createRunner({ ...service.services, regrading: { ...regrading, finish } }, { failures })
    return { failures, tried, ...working }
  }

  test('it leaves the runner to others', async () => {
    const { url, id } = await nearlyDone()
    const { tried, step, runUntilIdle } = alwaysTooEarly(id)
    while (tried.length === 0) await step()
    const lease = await service.database.job.findUniqueOrThrow({ where: { id } })
    expect(lease).toMatchObject({ status: 'running', leaseOwner: null, failures: 0, postponed: 1 })
    expect(lease.leaseUntil).not.toBeNull()
    const other = await teacher.assign()
    await teacher.submitAll(other)
    const { id: otherId } = await teacher.regrade(other)
    await runUntilIdle()
    expect(await teacher.job(otherId)).toMatchObject({ status: 'done' })
    await endLease(id)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
    await expectRecount(url, {})
  })

  test('too often is a failure, and the fifth of those ends it, though learners arrive that are last in order', async () => {
    const { url, id } = await nearlyDone()
    const before = await teacher.progress(url)
    const { failures, tried, step } = alwaysTooEarly(id)
    while ((await teacher.job(id)).status === 'running') {
      await step()
      await endLease(id)
      if (tried.length % 10 === 5 && failures.length < 4) {
        await teacher.submit(url, { learner: `zz-${String(tried.length)}`, answers: ANSWERS, hour: 0 })
      }
    }
    expect(tried).toHaveLength(35)
    expect(failures).toHaveLength(5)
    expect(await teacher.job(id)).toMatchObject({ status: 'failed' })
    expect((await teacher.progress(url)).get('ada')).toEqual(before.get('ada'))
  })
})

test.each([
  [2, 2],
  [500, 100],
])('of a job of %i attempts a step it looks at %i at most', async (pageAttempts, most) => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await teacher.regrade(url)
  const { regrading } = service.services
  const seen: number[] = []
  const finish: Regrading['finish'] = (job, pass) => {
    seen.push(pass.most)
    return regrading.finish(job, pass)
  }
  const counting = createRunner(
    { ...service.services, regrading: { ...regrading, finish } },
    { pageAttempts },
  )
  await counting.runUntilIdle()
  expect(seen).toEqual([most])
  expect((await regraded(url)).status).toBe('done')
})
