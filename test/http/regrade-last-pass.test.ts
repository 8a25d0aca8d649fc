import { afterAll, describe, expect, test } from 'vitest'
import { hold, waiting, type Holder } from '../support/hold.js'
import { CLASS, createClassroom, createRunner } from '../support/regrading.js'
import { eventually } from '../support/server.js'

const { service, teacher, runner, regraded, endLease, expectRecount, close } = await createClassroom()
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

/**
 * A runner in whose last passes something happens before attempts that are left are looked at: at first, and again once
 * the assignment is held.
 */
function disturbed(happens: () => Promise<void>, happensThen?: () => Promise<void>) {
  const outcomes: string[] = []
  const { regrading } = service.services
  const finish: Regrading['finish'] = async (job, pass) => {
    const disturbances = [happens, happensThen]
    const regrade: Pass['regrade'] = async (...given) => {
      await disturbances.shift()?.()
      return pass.regrade(...given)
    }
    const outcome = await regrading.finish(job, { ...pass, regrade })
    outcomes.push(outcome)
    return outcome
  }
  return { outcomes, ...createRunner({ ...service.services, regrading: { ...regrading, finish } }) }
}

const HOLD_PROGRESS = `
  SELECT learner FROM progress p JOIN assignments a ON a.course_id = p.course_id AND a.id = p.assignment_id
  WHERE learner = $1 AND a.key = $2 FOR NO KEY UPDATE OF p`
const keyOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

test('learners who come for the first time while it is under way do not keep it from ending', async () => {
  const { url, id } = await nearlyDone()
  const { outcomes, runUntilIdle } = disturbed(async () => {
    await teacher.submit(url, { learner: `aa-late-${String(outcomes.length)}`, answers: ANSWERS, hour: 0 })
  })
  await runUntilIdle()
  expect(outcomes).toEqual(['done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  await expectRecount(url, {})
})

test('for one of them who is submitting again it does not wait: it changes nothing, and is done again', async () => {
  const { url, id } = await nearlyDone()
  const before = await teacher.progress(url)
  let holder: Holder | undefined
  const { outcomes, step, runUntilIdle } = disturbed(async () => {
    if (holder !== undefined) return
    await teacher.submit(url, { learner: 'aa-late', answers: ANSWERS, hour: 0 })
    holder = await hold(service.url, HOLD_PROGRESS, ['aa-late', keyOf(url)])
  })
  await step()
  expect(outcomes).toEqual(['more'])
  expect((await teacher.progress(url)).get('ada')).toEqual(before.get('ada'))
  await holder?.letGo()
  await endLease(id)
  await runUntilIdle()
  expect(outcomes).toEqual(['more', 'done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  await expectRecount(url, {})
})

test('more newcomers than may wait for it are looked at before it is done again', async () => {
  const { url, id } = await nearlyDone()
  let crowd = 3
  const { outcomes, step, runUntilIdle } = disturbed(async () => {
    for (; crowd > 0; crowd -= 1) {
      await teacher.submit(url, { learner: `aa-crowd-${String(crowd)}`, answers: ANSWERS, hour: 0 })
    }
  })
  while (outcomes.length === 0) await step()
  await endLease(id)
  await runUntilIdle()
  expect(outcomes).toEqual(['more', 'done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 4 })
  await expectRecount(url, {})
})

test('no submission gets past the assignment once it is held', async () => {
  const { url, id } = await nearlyDone()
  let submission: Promise<unknown> | undefined
  const { outcomes, runUntilIdle } = disturbed(
    async () => {
      await teacher.submit(url, { learner: 'aa-late', answers: ANSWERS, hour: 0 })
    },
    async () => {
      submission = teacher.submit(url, { learner: 'aa-later', answers: ANSWERS, hour: 0 })
      await eventually(async () => (await waiting(service.url)) === 1)
    },
  )
  await runUntilIdle()
  await submission
  expect(outcomes).toEqual(['done'])
  // What came after it stands by itself.
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  expect(await teacher.attempts(url)).toHaveLength(CLASS.length + 3)
  await expectRecount(url, {})
})

describe('where a lock is not to be had it is put off, and that is no failure', () => {
  test('waited for too long: those who wait for it go on', async () => {
    const { url, id } = await nearlyDone()
    const holder = await hold(service.url, HOLD_PROGRESS, ['dan', keyOf(url)])
    const { outcomes, step } = disturbed(() => Promise.resolve())
    await step()
    expect(outcomes).toEqual(['more'])
    await teacher.submit(url, { learner: 'ada', answers: ANSWERS, hour: 0 })
    await holder.letGo()
    await endLease(id)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
    expect(await service.database.job.findUnique({ where: { id } })).toMatchObject({ postponed: 1 })
    await expectRecount(url, {})
  })

  test('waited for in a circle', async () => {
    const { url, id } = await nearlyDone()
    let circle = true
    const { outcomes, step, runUntilIdle } = disturbed(async () => {
      if (!circle) return
      circle = false
      await service.database
        .$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$`
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
