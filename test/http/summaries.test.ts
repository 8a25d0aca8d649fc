import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { foldChanges } from '../../src/grading/attempt-summary.js'
import { createClassroom, createRunner, RIGHT } from '../support/regrading.js'
import { createTestService } from '../support/service.js'
import { createSummaryCheck } from '../support/summaries.js'
import { deadlocks } from '../support/writing.js'

const { service, tenant, teacher, runner, regraded, assignmentId, endLease, expectRecount, close } =
  await createClassroom()
/** Another process over the same database. */
const replica = await createTestService({ url: service.url, database: createDatabase(service.url) })
afterAll(async () => {
  await replica.close()
  await close()
})

/** By their points, which tell under which of them an attempt stands. */
const POLICIES = {
  10: {},
  20: { points: 20, weights: { a: 3, J: 0, dJ_dw: 2 }, tolerance: { decimals: 0 }, keep: 'mean' },
  30: { points: 30, weights: { a: 1, J: 5 }, keep: 'last' },
}
const WEIGHTS = new Map<number, Readonly<Record<string, number>>>([
  [20, POLICIES[20].weights],
  [30, POLICIES[30].weights],
])
const check = createSummaryCheck(service, teacher)
const expectSummary = (url: string) => check(url, points => WEIGHTS.get(points) ?? {})

const { summaries } = service.services
const foldAll = async (): Promise<void> => {
  for (const place of await summaries.toFold({ least: 1, before: new Date(0) })) {
    await summaries.fold(place, foldChanges)
  }
}

/** What may be typed in each box: right, nearly right, consistent with a slip, a known slip, plainly wrong, or nothing. */
const TYPED: Readonly<Record<keyof typeof RIGHT, readonly unknown[]>> = {
  a: ['11', '11.4', '12', '10', undefined],
  J: [121, '121.3', '144', '100', undefined],
  dJ_da: ['22', '21.8', '24', '-22', undefined],
  da_dw: ['3', '3.2', '3', '2', undefined],
  dJ_dw: ['66', '66.4', '72', '3', '22', undefined],
}

/** Sheets of answers, the same in every run; each has an answer at least. */
function createSheets(seed: number): () => object {
  let state = seed
  const below = (count: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % count
  }
  return () => {
    if (below(6) === 0) return RIGHT
    const typed = Object.entries(TYPED).map(([id, choices]) => [id, choices[below(choices.length)]] as const)
    return Object.fromEntries([['dJ_dw', '7'], ...typed.filter(([, answer]) => answer !== undefined)])
  }
}

const LEARNERS = ['ada', 'bob', 'cyd', 'dan', 'eve']
const MEMBERS = '/v1/courses/algebra/members'
const setRole = (learner: string, role: string) => teacher.call(`PUT ${MEMBERS}/${learner}`, { role })
const erase = (learner: string) => teacher.call(`DELETE ${MEMBERS}/${learner}`)

beforeEach(async () => {
  for (const learner of LEARNERS) await setRole(learner, 'learner')
  await setRole('prof', 'instructor')
})

/** Submits sheets of learners at once, to one process and the other in turns. */
async function submitAll(
  url: string,
  sheet: () => object,
  learners: readonly string[],
  expected: readonly number[] = [201],
): Promise<void> {
  const answers = await Promise.all(
    learners.map((learner, index) =>
      [service, replica][index % 2]!.call(`POST ${url}/attempts`, {
        key: tenant.key,
        body: { learner, answers: sheet() },
      }),
    ),
  )
  for (const { status, text } of answers) expect(expected, text).toContain(status)
}

/** An assignment with attempts of all learners and of an instructor. */
async function submitted(seed: number, policy: object = POLICIES[10]): Promise<[string, () => object]> {
  const url = await teacher.assign(policy)
  const sheet = createSheets(seed)
  await submitAll(url, sheet, [...LEARNERS, 'prof', ...LEARNERS, 'prof', ...LEARNERS.slice(0, 3)])
  return [url, sheet]
}

describe.each([1, 2])('a recount of what teachers read comes to what is summed up (sheets %i)', seed => {
  test('after submissions of several learners and attempts, an instructor not counted, folded and not', async () => {
    const [url, sheet] = await submitted(seed)
    expect(await expectSummary(url)).toMatchObject({ attempts: 13, learners: 5 })
    await foldAll()
    expect(await expectSummary(url)).toMatchObject({ attempts: 13, learners: 5 })
    await submitAll(url, sheet, ['ada', 'fay', 'prof'])
    expect(await expectSummary(url)).toMatchObject({ attempts: 15, learners: 6 })
  })

  test.each([false, true])('after an erasure and a return, folded before: %s', async folded => {
    const [url, sheet] = await submitted(seed, POLICIES[20])
    if (folded) await foldAll()
    await erase('bob')
    expect(await expectSummary(url)).toMatchObject({ attempts: 10, learners: 4 })
    await erase('prof')
    expect(await expectSummary(url)).toMatchObject({ attempts: 10, learners: 4 })
    await setRole('prof', 'instructor')
    await setRole('bob', 'learner')
    await submitAll(url, sheet, ['bob', 'ada', 'bob'])
    expect(await expectSummary(url)).toMatchObject({ attempts: 13, learners: 5 })
  })

  test('when everybody is erased nothing is left', async () => {
    const [url] = await submitted(seed)
    for (const learner of LEARNERS) await erase(learner)
    const empty = await expectSummary(url)
    expect(empty).toMatchObject({ attempts: 0, learners: 0, completed: 0, creditSum: 0n })
    expect(empty.boxes.size).toBe(0)
  })

  test('after changes of role, both ways', async () => {
    const [url, sheet] = await submitted(seed)
    await setRole('ada', 'instructor')
    expect(await expectSummary(url)).toMatchObject({ attempts: 10, learners: 4 })
    await submitAll(url, sheet, ['ada', 'bob'])
    expect(await expectSummary(url)).toMatchObject({ attempts: 11, learners: 4 })
    await setRole('ada', 'instructor') // Again: nothing changes.
    await foldAll()
    await setRole('prof', 'learner')
    expect(await expectSummary(url)).toMatchObject({ attempts: 13, learners: 5 })
    await setRole('ada', 'learner')
    expect(await expectSummary(url)).toMatchObject({ attempts: 17, learners: 6 })
    await setRole('prof', 'instructor')
    expect(await expectSummary(url)).toMatchObject({ attempts: 15, learners: 5 })
  })
})

describe('while a regrading is under way and afterwards', () => {
  test('with submissions, an erasure, changes of role and of policy between its steps', async () => {
    const [url, sheet] = await submitted(3)
    await teacher.change(url, POLICIES[20])
    const { id } = await teacher.regrade(url)
    const { step, runUntilIdle } = runner()
    const between: (() => Promise<unknown>)[] = [
      () => submitAll(url, sheet, ['ada', 'aaron', 'prof', 'zoe']),
      () => erase('ada'), // Looked at already.
      () => erase('eve'), // Not yet.
      () => setRole('bob', 'instructor'),
      () => setRole('dan', 'instructor'),
      () => setRole('prof', 'learner'),
      foldAll,
      () => teacher.change(url, POLICIES[30]),
      () => submitAll(url, sheet, ['bob', 'aaron', 'zoe', 'cyd', 'prof']),
      () => setRole('bob', 'learner'),
    ]
    await step()
    for (const [index, happens] of between.entries()) {
      await happens()
      await expectSummary(url)
      if (index % 3 === 2) await step()
    }
    expect((await teacher.job(id)).status).toBe('running')
    await runUntilIdle()
    expect((await teacher.job(id)).status).toBe('done')
    const { boxes } = await expectSummary(url)
    expect(boxes.size).toBe(5)
    await submitAll(url, sheet, ['cyd', 'bob', 'new'])
    await expectSummary(url)
    for (const learner of ['ada', 'eve', 'dan']) await setRole(learner, 'learner')
    await setRole('prof', 'instructor')
    await expectSummary(url)
    expect((await regraded(url)).status).toBe('done')
    await expectSummary(url)
    await foldAll()
    await expectSummary(url)
    await setRole('prof', 'learner') // Teachers read no progress of an instructor.
    await expectRecount(url, POLICIES[30])
  })

  test('the results that stand alone have a summary: what stood before, dry runs and failures leave none', async () => {
    const [url] = await submitted(4)
    const generations = async () => {
      const where = { assignmentId: await assignmentId(url) }
      const kept = [
        ...(await service.database.summary.findMany({ where })),
        ...(await service.database.summaryChange.findMany({ where })),
      ]
      return [...new Set(kept.map(({ generation }) => generation))]
    }
    const NONE_YET = '00000000-0000-0000-0000-000000000000'
    await foldAll()
    expect(await generations()).toEqual([NONE_YET])
    await teacher.change(url, POLICIES[20])
    await regraded(url, { dryRun: true })
    expect(await generations()).toEqual([NONE_YET])

    const { id: failed } = await teacher.regrade(url)
    const { regrading } = service.services
    const failures: unknown[] = []
    const finish = () => Promise.reject(new Error('never'))
    const failing = createRunner({ ...service.services, regrading: { ...regrading, finish } }, { failures })
    while ((await teacher.job(failed)).status !== 'failed') {
      await failing.step()
      await endLease(failed)
    }
    expect(await generations()).toEqual([NONE_YET])
    await expectSummary(url)

    const first = await regraded(url)
    expect(await generations()).toEqual([first.id])
    await foldAll()
    await teacher.change(url, POLICIES[30])
    const second = await regraded(url)
    expect(await generations()).toEqual([second.id])
    await expectSummary(url)
  })

  test('with submissions, erasures, changes of role, regradings and folding all at once', async () => {
    const [url, sheet] = await submitted(5)
    const [one, other] = [runner(), createRunner(replica.services)]
    const learners = [...LEARNERS, 'prof', 'zoe', 'zac']
    const submissions = async () => {
      for (let round = 0; round < 6; round += 1) await submitAll(url, sheet, learners, [201, 410])
    }
    const erasures = async () => {
      for (const learner of ['bob', 'dan', 'bob', 'dan']) {
        // Somebody of whom nothing is known just then cannot be erased.
        await service.call(`DELETE ${MEMBERS}/${learner}`, { key: tenant.key })
        await setRole(learner, 'learner')
      }
    }
    const roles = async () => {
      for (const role of ['instructor', 'learner', 'instructor', 'learner']) {
        for (const learner of ['ada', 'zoe']) await setRole(learner, role)
      }
    }
    const regradings = async () => {
      for (const policy of [POLICIES[20], POLICIES[30], POLICIES[20]]) {
        await teacher.change(url, policy)
        await teacher.regrade(url)
        await Promise.all([one.runUntilIdle(), other.runUntilIdle()])
      }
    }
    const folding = async () => {
      for (let round = 0; round < 10; round += 1) await foldAll()
    }
    await Promise.all([submissions(), erasures(), roles(), regradings(), folding()])
    await expectSummary(url)
    await one.runUntilIdle()
    await expectSummary(url)
    // What was put off is taken up again.
    for (const { id } of await service.database.job.findMany({ where: { status: 'running' } }))
      await endLease(id)
    await one.runUntilIdle()
    expect((await regraded(url)).status).toBe('done')
    await expectSummary(url)
    await setRole('prof', 'learner')
    await expectRecount(url, POLICIES[20])
    await expectSummary(url)
    expect(await deadlocks(service.database)).toBe(0)
  })
})
