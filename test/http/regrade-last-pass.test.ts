import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { CLASS, createClassroom, createRunner } from '../support/regrading.js'

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

/** A runner in whose last passes something happens before the first attempts that are left are looked at. */
function disturbed(happens: () => Promise<void>) {
  const outcomes: string[] = []
  const { regrading } = service.services
  const finish: Regrading['finish'] = async (job, pass) => {
    let once = false
    const regrade: Pass['regrade'] = async (...given) => {
      if (!once) await happens()
      once = true
      return pass.regrade(...given)
    }
    const outcome = await regrading.finish(job, { ...pass, regrade })
    outcomes.push(outcome)
    return outcome
  }
  return { outcomes, ...createRunner({ ...service.services, regrading: { ...regrading, finish } }) }
}

/** Holds rows, as others do who are under way; answers how they let go of them. */
async function hold(sql: string, values: readonly unknown[]): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: service.url })
  // A test that fails leaves it open, and the database goes away under it.
  client.on('error', () => undefined)
  await client.connect()
  await client.query('BEGIN')
  await client.query(sql, [...values])
  return async () => {
    await client.query('COMMIT')
    await client.end()
  }
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
  let letGo: (() => Promise<void>) | undefined
  const { outcomes, step, runUntilIdle } = disturbed(async () => {
    if (letGo !== undefined) return
    await teacher.submit(url, { learner: 'aa-late', answers: ANSWERS, hour: 0 })
    letGo = await hold(HOLD_PROGRESS, ['aa-late', keyOf(url)])
  })
  await step()
  expect(outcomes).toEqual(['more'])
  expect((await teacher.progress(url)).get('ada')).toEqual(before.get('ada'))
  await letGo?.()
  await runUntilIdle()
  expect(outcomes).toEqual(['more', 'done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 2 })
  await expectRecount(url, {})
})

test('more newcomers than may wait for it are looked at before it is done again', async () => {
  const { url, id } = await nearlyDone()
  let crowd = 3
  const { outcomes, runUntilIdle } = disturbed(async () => {
    for (; crowd > 0; crowd -= 1) {
      await teacher.submit(url, { learner: `aa-crowd-${String(crowd)}`, answers: ANSWERS, hour: 0 })
    }
  })
  await runUntilIdle()
  expect(outcomes).toEqual(['more', 'done'])
  expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 4 })
  await expectRecount(url, {})
})

test('what it waits for too long is a failure, and those who wait for it go on', async () => {
  const { url, id } = await nearlyDone()
  const letGo = await hold(HOLD_PROGRESS, ['dan', keyOf(url)])
  const failures: unknown[] = []
  await createRunner(service.services, { failures }).step()
  expect(String(failures)).toContain('lock timeout')
  await teacher.submit(url, { learner: 'ada', answers: ANSWERS, hour: 0 })
  await letGo()
  await endLease(id)
  await runner().runUntilIdle()
  expect(await teacher.job(id)).toMatchObject({ status: 'done' })
  await expectRecount(url, {})
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
