import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JobView } from '../../src/contracts/job.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { eventually, onServer } from '../support/server.js'
import { createTestService, START, type TestService } from '../support/service.js'
import {
  CLASS,
  createRunner,
  createTeacher,
  recount,
  RIGHT,
  withoutId,
  type Counting,
  type ReadAttempt,
  type Teacher,
} from '../support/regrading.js'

let service: TestService
let teacher: Teacher
let tenant: { id: string; key: string }

beforeAll(async () => {
  service = await createTestService()
  tenant = await service.tenant('owner')
  teacher = createTeacher(service, tenant.key)
  await teacher.call('PUT /v1/courses/algebra', { title: 'Algebra' })
})
afterAll(() => service.close())

const runner = () => createRunner(service.services)
const iso = (hour: number): string => new Date(START + hour * 3_600_000).toISOString()
const view = async (url: string) => (await teacher.attempts(url)).map(withoutId)

/** Asks for a regrading and sees it through. */
async function regraded(url: string, body: object = {}): Promise<JobView> {
  const { id } = await teacher.regrade(url, body)
  await runner().runUntilIdle()
  return teacher.job(id)
}

/** Ends the lease of whoever has a job, as time would. */
const endLease = (id: string) =>
  service.database
    .$executeRaw`UPDATE jobs SET lease_until = now() - interval '1 second' WHERE id = ${id}::uuid`

async function expectRecount(url: string, policy: Counting): Promise<void> {
  const attempts = await teacher.attempts(url)
  const progress = await teacher.progress(url)
  for (const learner of new Set(attempts.map(attempt => attempt.learner))) {
    const own = attempts.filter(attempt => attempt.learner === learner)
    const counted = recount(own, policy)
    expect(progress.get(learner), learner).toMatchObject(counted)
    expect(own.at(-1)?.progress, learner).toMatchObject(counted)
  }
}

describe('after a change of policy everything is as if it had been graded so from the first', () => {
  test.each<[string, Counting & Readonly<Record<string, unknown>>]>([
    ['tolerance', { tolerance: { decimals: 0 } }],
    ['weights', { weights: { a: 3, J: 0, dJ_da: 0.5 } }],
    ['points', { points: 77.7 }],
    ['keep the last', { keep: 'last' }],
    ['keep the first', { keep: 'first' }],
    ['keep the mean', { keep: 'mean' }],
    ['dueAt and lateCredit', { dueAt: iso(2), lateCredit: 0.5, keep: 'last' }],
    ['followThrough', { followThrough: 0.9 }],
    ['maxAttempts, of which some have used more', { maxAttempts: 3 }],
    [
      'all at once',
      {
        dueAt: iso(3),
        lateCredit: 0.3,
        keep: 'mean',
        points: 3,
        followThrough: 0,
        tolerance: { significantDigits: 2 },
      },
    ],
  ])('%s', async (_name, policy) => {
    const url = await teacher.assign({ dueAt: iso(5), lateCredit: 0.8 })
    await teacher.submitAll(url)
    await teacher.change(url, policy)
    expect(await regraded(url)).toMatchObject({
      status: 'done',
      done: CLASS.length,
      total: CLASS.length,
      skipped: 0,
    })
    const fresh = await teacher.assign(policy)
    await teacher.submitAll(fresh)
    expect(await view(url)).toEqual(await view(fresh))
    const [mine, theirs] = [await teacher.progress(url), await teacher.progress(fresh)]
    for (const [learner, entry] of theirs) {
      expect(mine.get(learner), learner).toEqual({ ...entry, assignment: mine.get(learner)!.assignment })
    }
    await expectRecount(url, policy)
  })

  test('the next attempt goes on from the progress as it stands', async () => {
    const url = await teacher.assign({ keep: 'mean' })
    await teacher.submitAll(url)
    await teacher.change(url, { keep: 'mean', tolerance: { decimals: 0 } })
    await regraded(url)
    await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 9 })
    await expectRecount(url, { keep: 'mean' })
  })

  test('a learner whose due date was moved is late by that one', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { dueAt: iso(0), lateCredit: 0.5 })
    await teacher.call(`PUT ${url}/overrides/bob`, { dueAt: iso(4) })
    await regraded(url)
    const late = (await teacher.attempts(url)).filter(attempt => attempt.late)
    expect(late.map(({ learner, number }) => `${learner} ${String(number)}`)).toEqual([
      'ada 2',
      'cyd 1',
      'ada 3',
      'dan 1',
      'bob 3',
    ])
    await expectRecount(url, { lateCredit: 0.5 })
  })
})

describe('a new version of the graph', () => {
  const line = (nodes: { name: string; expression: string }[]) => ({
    title: 'Line',
    inputs: [{ name: 'w', role: 'parameter', value: 2 }],
    nodes,
    output: 'J',
  })

  test('grades what was typed by it, once the assignment asks for it', async () => {
    await teacher.call('PUT /v1/graphs/line', line([{ name: 'J', expression: '3*w' }]))
    const url = await teacher.assign({ graph: 'line' })
    await teacher.submit(url, { learner: 'ada', answers: { J: '8', dJ_dw: '3' }, hour: 0 })
    await teacher.submit(url, { learner: 'bob', answers: { J: '6', dJ_dw: '3' }, hour: 0 })
    // Boxes come and go: `a` is new, and what was typed in J still counts there.
    const nodes = [
      { name: 'a', expression: '4*w' },
      { name: 'J', expression: 'a' },
    ]
    await teacher.call('PUT /v1/graphs/line', line(nodes))
    expect(await regraded(url)).toMatchObject({ changed: 0 })
    await teacher.change(url, { graph: 'line', graphVersion: 2 })
    expect(await regraded(url)).toMatchObject({ status: 'done', done: 2, changed: 2 })
    const [ada, bob] = await teacher.attempts(url)
    const statuses = (attempt: ReadAttempt | undefined) =>
      Object.fromEntries(attempt!.boxes.map(({ id, status }) => [id, status]))
    expect(statuses(ada)).toMatchObject({ a: 'blank', J: 'correct' })
    expect(statuses(bob)).toMatchObject({ a: 'blank', J: 'incorrect' })
    await expectRecount(url, {})
  })

  test('an answer that cannot be read in it is marked and costs no attempt its place', async () => {
    await teacher.call('PUT /v1/graphs/names', line([{ name: 'J', expression: 'w^2' }]))
    const url = await teacher.assign({ graph: 'names' })
    await teacher.submit(url, { learner: 'ada', answers: { J: '4', dJ_dw: 'sqrt(16)' }, hour: 0 })
    const vector = {
      ...line([{ name: 'J', expression: 'dot(w, w)' }]),
      inputs: [{ name: 'w', role: 'parameter', value: [1, 1] }],
    }
    await teacher.call('PUT /v1/graphs/names', vector)
    await teacher.change(url, { graph: 'names', graphVersion: 2 })
    expect(await regraded(url)).toMatchObject({ status: 'done', changed: 1, skipped: 0 })
    expect(await teacher.attempts(url)).toMatchObject([
      {
        number: 1,
        credit: 0,
        boxes: [
          { id: 'J', status: 'incorrect' },
          { id: 'dJ_dw', status: 'invalid' },
        ],
      },
    ])
  })
})

describe('variants', () => {
  const drawn = (expression: string) => ({
    title: 'Drawn',
    inputs: [
      { name: 'w', role: 'parameter', value: 2, sample: { integer: [2, 30] } },
      { name: 'x', role: 'data', value: 5, sample: { integer: [2, 30] } },
    ],
    nodes: [{ name: 'J', expression }],
    output: 'J',
  })
  const learners = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal']

  /** Each learner types the value of a function at the inputs that the learner was given. */
  async function answerAll(
    url: string,
    value: (w: number, x: number) => number,
  ): Promise<Map<string, number>> {
    const given = new Map<string, number>()
    for (const learner of learners) {
      const asked = await teacher.call(`GET ${url}/variants/${learner}`)
      const { variant, inputs } = asked.body as { variant: string; inputs: { value: number }[] }
      const [w = 0, x = 0] = inputs.map(input => input.value)
      given.set(learner, w)
      await teacher.call(`POST ${url}/attempts`, { learner, variant, answers: { J: String(value(w, x)) } })
    }
    return given
  }

  test('are graded at the inputs that each attempt was made for', async () => {
    await teacher.call('PUT /v1/graphs/drawn', drawn('w*x'))
    const policy = { graph: 'drawn', variants: 'per-attempt', weights: { J: 1, dJ_dw: 0 } }
    const url = await teacher.assign(policy)
    await answerAll(url, (w, x) => w * x + w)
    expect((await teacher.attempts(url)).map(({ credit }) => credit)).toEqual(learners.map(() => 0))
    await teacher.call('PUT /v1/graphs/drawn', drawn('w*x + w'))
    await teacher.change(url, { ...policy, graphVersion: 2 })
    expect(await regraded(url)).toMatchObject({ changed: learners.length, skipped: 0 })
    expect((await teacher.attempts(url)).map(({ credit }) => credit)).toEqual(learners.map(() => 1))
  })

  test('where the new version has no values, the old result stands and is counted as skipped', async () => {
    await teacher.call('PUT /v1/graphs/holes', drawn('w*x'))
    const policy = { graph: 'holes', variants: 'per-learner', weights: { J: 1, dJ_dw: 0 } }
    const url = await teacher.assign(policy)
    const given = await answerAll(url, (w, x) => w * x)
    const sorted = [...given.values()].sort((one, other) => one - other)
    const middle = sorted[4]! - 0.5
    await teacher.call('PUT /v1/graphs/holes', {
      ...drawn(`w*x + 1 + 0*ln(w - ${String(middle)})`),
      inputs: drawn('').inputs.map(input => ({ ...input, value: 40 })),
    })
    await teacher.change(url, { ...policy, graphVersion: 2 })
    const outside = sorted.filter(w => w < middle).length
    expect(outside).toBeGreaterThan(0)
    expect(await regraded(url)).toMatchObject({
      status: 'done',
      skipped: outside,
      changed: learners.length - outside,
    })
    for (const { learner, credit } of await teacher.attempts(url)) {
      expect(credit, learner).toBe(given.get(learner)! < middle ? 1 : 0)
    }
    await expectRecount(url, {})
  })
})

describe('a dry run', () => {
  test('changes nothing, and lists exactly what a real one then changes', async () => {
    const url = await teacher.assign({ dueAt: iso(5) })
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 }, dueAt: iso(2), lateCredit: 0.5 })
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    const dry = await regraded(url, { dryRun: true })
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
    const real = await regraded(url)
    expect({ ...dry, id: '', dryRun: false }).toEqual({ ...real, id: '' })
    const listed = await teacher.changes(dry.id)
    expect(listed).toEqual(await teacher.changes(real.id))
    expect(dry.changed).toBe(listed.length)
    // What is listed is what has changed, from what it was to what it is.
    const after = new Map((await teacher.attempts(url)).map(attempt => [attempt.id, attempt]))
    const changed = (before[0] as ReadAttempt[]).flatMap(old => {
      const now = after.get(old.id)!
      const pick = ({ credit, points, maxPoints, late }: ReadAttempt) => ({ credit, points, maxPoints, late })
      const boxesChanged = old.boxes.filter(({ status }, index) => status !== now.boxes[index]!.status).length
      if (boxesChanged === 0 && JSON.stringify(pick(old)) === JSON.stringify(pick(now))) return []
      return [
        {
          attempt: old.id,
          learner: old.learner,
          number: old.number,
          before: pick(old),
          after: pick(now),
          boxesChanged,
        },
      ]
    })
    expect(changed.length).toBeGreaterThan(2)
    expect(changed.length).toBeLessThan(CLASS.length)
    expect(listed).toEqual(changed)
  })

  test('keeps no verdicts', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await regraded(url, { dryRun: true })
    const rows = await service.database.regradedAttempt.findMany({ where: { jobId: id } })
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.boxes).toBeNull()
  })
})

describe('history', () => {
  test('a second regrading stands in the place of the first, and back is as it was', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const original = [await teacher.attempts(url), await teacher.progress(url)]
    await teacher.change(url, { tolerance: { decimals: 0 }, keep: 'last' })
    const first = await regraded(url)
    const second = await teacher.attempts(url)
    expect(second).not.toEqual(original[0])
    await teacher.change(url)
    const back = await regraded(url)
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(original)
    // The list is against what stood, not against what was stored.
    expect(back.changed).toBe(first.changed)
    const swapped = (await teacher.changes(first.id)).map(change => ({
      ...change,
      before: change.after,
      after: change.before,
    }))
    expect(await teacher.changes(back.id)).toEqual(swapped)
    const rows = await service.database.regradedAttempt.count({ where: { jobId: first.id } })
    expect(rows).toBeGreaterThanOrEqual(first.changed)
  })

  test('a regrading that finds everything as it is stores no result', async () => {
    const url = await teacher.assign({ dueAt: iso(2), lateCredit: 0.7 })
    await teacher.submitAll(url)
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    const { id, changed } = await regraded(url)
    expect(changed).toBe(0)
    expect(await service.database.regradedAttempt.count({ where: { jobId: id } })).toBe(0)
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
  })

  test('a replay answers what was stored, whatever a regrading has made of it', async () => {
    const url = await teacher.assign()
    const submit = () =>
      service.call(`POST ${url}/attempts`, {
        key: tenant.key,
        body: { learner: 'ada', answers: { a: '11.4' } },
        headers: { 'idempotency-key': `replay of ${url}`.replaceAll(' ', '-') },
      })
    const original = await submit()
    expect(original).toMatchObject({ status: 201, body: { credit: 0 } })
    await teacher.change(url, { tolerance: { decimals: 0 } })
    await regraded(url)
    expect(await teacher.attempts(url)).toMatchObject([{ credit: 0.2 }])
    const replayed = await submit()
    expect(replayed.headers['idempotent-replayed']).toBe('true')
    expect(replayed.body).toEqual(original.body)
  })
})

describe('while it is under way', () => {
  test('every reader sees the old results until the last step, and then all of the new ones', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const { step } = runner()
    const done: number[] = []
    for (;;) {
      const job = await teacher.job(id)
      if (job.status === 'done') break
      expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
      done.push(job.done)
      await step()
    }
    expect(done).toEqual([0, 2, 4, 6, 8])
    expect(await teacher.attempts(url)).not.toEqual(before[0])
    await expectRecount(url, {})
  })

  test('attempts that arrive between its steps, before and behind it, are covered', async () => {
    const url = await teacher.assign({ keep: 'mean' })
    await teacher.submitAll(url)
    await teacher.change(url, { keep: 'mean', tolerance: { decimals: 0 }, points: 20 })
    const { id } = await teacher.regrade(url)
    const { step, runUntilIdle } = runner()
    for (const learner of ['aaron', 'ada', 'zoe', 'bob', 'ada']) {
      await step()
      await teacher.submit(url, { learner, answers: { a: '11.4', J: '5' }, hour: 7 })
    }
    // Graded while the old policy was still the assignment's, as one that was on its way then.
    await service.database.$executeRaw`
      UPDATE attempts SET credit = 0, earned_millionths = 0, points = 0, policy_revision = 1
      WHERE learner = 'aaron' OR (learner = 'ada' AND number = 4)`
    await runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 13, total: 13 })
    for (const { credit, maxPoints } of (await teacher.attempts(url)).slice(CLASS.length)) {
      expect({ credit, maxPoints }).toEqual({ credit: 0.2, maxPoints: 20 })
    }
    await expectRecount(url, { keep: 'mean', points: 20 })
  })

  test('what is graded under a later policy keeps that result', async () => {
    const url = await teacher.assign()
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 0 })
    await teacher.submit(url, { learner: 'bob', answers: { a: '11.4' }, hour: 0 })
    await teacher.change(url, { tolerance: { decimals: 0 }, points: 20 })
    const { id } = await teacher.regrade(url)
    await teacher.change(url, { points: 30 })
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 0 })
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', policyRevision: 2, changed: 2 })
    expect(await teacher.attempts(url)).toMatchObject([
      { learner: 'ada', credit: 0.2, points: 4, maxPoints: 20 },
      { learner: 'bob', credit: 0.2, points: 4, maxPoints: 20 },
      { learner: 'ada', credit: 0, points: 0, maxPoints: 30 },
    ])
    const progress = await teacher.progress(url)
    expect(progress.get('ada')).toMatchObject({ credit: 0.2, points: 6, maxPoints: 30 })
    expect(progress.get('bob')).toMatchObject({ credit: 0.2, points: 4, maxPoints: 20 })
  })

  test('an erasure in the middle leaves no row of that person', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    await teacher.regrade(url)
    const { step, runUntilIdle } = runner()
    await step()
    await step()
    for (const learner of ['ada', 'bob']) {
      await teacher.call(`DELETE /v1/courses/algebra/members/${learner}`)
    }
    // One of them comes back, with an attempt that has the number of one that was looked at.
    await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 8 })
    await runUntilIdle()
    const attempts = await teacher.attempts(url)
    expect(attempts.map(({ learner }) => learner)).toEqual(['cyd', 'dan', 'ada'])
    expect(attempts.at(-1)).toMatchObject({ number: 1, credit: 0.2 })
    await expectRecount(url, {})
    const where = { learner: 'bob' }
    for (const count of [
      service.database.attempt.count({ where }),
      service.database.progress.count({ where }),
      service.database.regradedAttempt.count({ where }),
      service.database.regradedProgress.count({ where }),
      service.database.job.count({ where: { cursorLearner: { not: null } } }),
    ]) {
      expect(await count).toBe(0)
    }
    await teacher.call('PUT /v1/courses/algebra/members/bob', { role: 'learner' })
  })

  test('a submission that is on its way while the policy changes and a regrading ends is graded under the new one', async () => {
    const url = await teacher.assign()
    const { writer } = service.services
    vi.spyOn(writer, 'write').mockImplementationOnce(async (...given) => {
      await teacher.change(url, { tolerance: { decimals: 0 }, points: 20 })
      await regraded(url)
      return writer.write(...given)
    })
    await teacher.submit(url, { learner: 'new', answers: { a: '11.4', J: '5' }, hour: 0 })
    expect(await teacher.attempts(url)).toMatchObject([{ number: 1, credit: 0.2, maxPoints: 20 }])
    await expectRecount(url, { points: 20 })
  })

  test('submissions, changes of policy and regradings all at once end in what the last policy makes of all', async () => {
    const url = await teacher.assign()
    const submissions = Array.from({ length: 30 }, async (_, index) => {
      const learner = `crowd-${String(index % 10)}`
      await teacher.submit(url, { learner, answers: { a: '11.4', J: '121', da_dw: String(index) }, hour: 0 })
    })
    const upheaval = async (): Promise<void> => {
      for (const points of [1, 2, 3, 4]) {
        await teacher.change(url, { points, tolerance: { decimals: points % 2 } })
        await regraded(url)
      }
    }
    await Promise.all([...submissions, upheaval()])
    await teacher.change(url, { points: 50, tolerance: { decimals: 0 } })
    await regraded(url)
    const attempts = await teacher.attempts(url)
    expect(attempts).toHaveLength(30)
    for (const { maxPoints } of attempts) expect(maxPoints).toBe(50)
    await expectRecount(url, { points: 50 })
  })

  test('an erasure between reading a page and storing it is left out', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const { regrading } = service.services
    let erased = false
    const racing = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          if (!erased) await teacher.call('DELETE /v1/courses/algebra/members/ada')
          erased = true
          return regrading.write(...args)
        },
      },
    })
    await racing.runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 5 })
    expect(await service.database.regradedProgress.count({ where: { learner: 'ada' } })).toBe(0)
    await expectRecount(url, {})
    await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
  })
})

describe('crashes and company', () => {
  /** All that a job has left, without what differs from run to run. */
  async function outcome(url: string, job: string) {
    const key = url.slice(url.lastIndexOf('/') + 1)
    const { id } = await service.database.assignment.findFirstOrThrow({ where: { key } })
    const strip = (rows: object[]) =>
      rows.map(row => ({
        ...row,
        id: '',
        assignmentId: '',
        jobId: '',
        attemptId: '',
        createdAt: '',
        finishedAt: '',
      }))
    const order = [{ learner: 'asc' as const }, { number: 'asc' as const }]
    const row = await service.database.job.findUniqueOrThrow({ where: { id: job }, omit: { policy: true } })
    return {
      job: strip([row]),
      attempts: strip(
        await service.database.regradedAttempt.findMany({ where: { jobId: job }, orderBy: order }),
      ),
      folded: strip(
        await service.database.regradedProgress.findMany({
          where: { jobId: job },
          orderBy: { learner: 'asc' },
        }),
      ),
      progress: strip(
        await service.database.progress.findMany({
          where: { assignmentId: id },
          orderBy: { learner: 'asc' },
        }),
      ),
      read: await view(url),
    }
  }

  async function prepared(): Promise<{ url: string; id: string }> {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 }, keep: 'mean', dueAt: iso(4), lateCredit: 0.5 })
    return { url, id: (await teacher.regrade(url)).id }
  }

  test.each([1, 2, 3, 4])(
    'abandoned after %i steps, it is finished by another with the same result',
    async steps => {
      const undisturbed = await prepared()
      await runner().runUntilIdle()
      const expected = await outcome(undisturbed.url, undisturbed.id)

      const { url, id } = await prepared()
      const abandoned = runner()
      for (let count = 0; count < steps; count += 1) await abandoned.step()
      const other = runner()
      expect(await other.step()).toBe(false) // As long as the lease lasts, nobody else touches it.
      await endLease(id)
      expect(await other.step()).toBe(true)
      // Whoever wakes up late writes nothing any more, be it that it never heard of the crash.
      expect(await abandoned.step()).toBe(true)
      await other.runUntilIdle()
      await abandoned.runUntilIdle()
      expect(await outcome(url, id)).toEqual(expected)
    },
  )

  test('what arrived late and was looked at before a crash is not counted twice after it', async () => {
    const { url, id } = await prepared()
    const abandoned = runner()
    for (let count = 0; count < CLASS.length / 2; count += 1) await abandoned.step()
    const arrive = async (learner: string) => {
      for (const hour of [1, 5]) await teacher.submit(url, { learner, answers: { a: '11.4' }, hour })
    }
    await arrive('aaron')
    await abandoned.step()
    // Beyond the place to which the job had come in order.
    await arrive('zoe')
    await abandoned.step()
    expect(await teacher.job(id)).toMatchObject({ status: 'running', done: CLASS.length + 4 })
    await endLease(id)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 4 })
    await expectRecount(url, { keep: 'mean', lateCredit: 0.5 })
  })

  test('a holder that is overtaken between reading and writing writes nothing', async () => {
    const undisturbed = await prepared()
    await runner().runUntilIdle()
    const expected = await outcome(undisturbed.url, undisturbed.id)
    const { url, id } = await prepared()
    const { regrading } = service.services
    const other = runner()
    let overtaken = 0
    const slow = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          await endLease(id)
          await other.step()
          overtaken += 1
          return regrading.write(...args)
        },
      },
    })
    await slow.runUntilIdle()
    await other.runUntilIdle()
    expect(overtaken).toBe(1)
    expect(await outcome(url, id)).toEqual(expected)
  })

  test('a job that its holder ends while another is taking it stays ended', async () => {
    const { id } = await prepared()
    await runner().step()
    await endLease(id)
    const holder = new pg.Client({ connectionString: service.url })
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query(
      `UPDATE jobs SET status = 'done', lease_owner = NULL, lease_until = NULL WHERE id = $1`,
      [id],
    )
    const taken = runner().step()
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`
    await eventually(async () => (await onServer(service.url, waiting)).length > 0)
    await holder.query('COMMIT')
    await holder.end()
    expect(await taken).toBe(false)
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
  })

  test('two at once on one job do it once', async () => {
    const undisturbed = await prepared()
    await runner().runUntilIdle()
    const expected = await outcome(undisturbed.url, undisturbed.id)
    const { url, id } = await prepared()
    await Promise.all([runner().runUntilIdle(), runner().runUntilIdle()])
    expect(await outcome(url, id)).toEqual(expected)
  })

  test('the jobs of an assignment are done one after another, as they were asked for', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const first = await teacher.regrade(url)
    await teacher.change(url, { keep: 'last' })
    const second = await teacher.regrade(url)
    expect(second.id).not.toBe(first.id)
    const [one, other] = [runner(), runner()]
    await one.step()
    expect(await other.step()).toBe(false)
    expect(await teacher.job(second.id)).toMatchObject({ status: 'queued' })
    await one.runUntilIdle()
    expect(await teacher.job(second.id)).toMatchObject({ status: 'done' })
    await expectRecount(url, { keep: 'last' })
  })

  test('what fails again and again is given up after five times, and the old results stand', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const failures: unknown[] = []
    const failing = createRunner(
      {
        ...service.services,
        regrading: {
          ...service.services.regrading,
          finish: () => Promise.reject(new Error('secret of the inside')),
        },
      },
      { failures },
    )
    for (let count = 1; count <= 5; count += 1) {
      await failing.runUntilIdle()
      expect(failures).toHaveLength(count)
      await endLease(id)
    }
    await failing.runUntilIdle()
    const job = await teacher.job(id)
    expect(job).toMatchObject({ status: 'failed', finishedAt: iso(6) })
    expect(job.error).not.toContain('secret')
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
    // Asked for again, it is another job.
    expect((await regraded(url)).status).toBe('done')
    await expectRecount(url, {})
  })

  test('a database that is away for a moment is no failure of the job', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const { id } = await teacher.regrade(url)
    const { regrading } = service.services
    const failures: unknown[] = []
    let away = 7
    const unlucky = createRunner(
      {
        ...service.services,
        regrading: {
          ...regrading,
          learners: (...args) => {
            away -= 1
            if (away < 0) return regrading.learners(...args)
            return Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          },
        },
      },
      { failures },
    )
    for (let count = 0; count <= 7; count += 1) await unlucky.runUntilIdle()
    expect(failures).toHaveLength(7)
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 8 })
  })

  test('a started runner does what its process asks for at once, and stops between two steps', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { regrading } = service.services
    const started = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          const written = await regrading.write(...args)
          void started.stop()
          return written
        },
      },
    })
    started.start()
    const { id } = await teacher.regrade(url)
    await started.stop()
    const { status, done } = await teacher.job(id)
    expect(['queued', 'running']).toContain(status)
    expect(done).toBeLessThanOrEqual(2)
    await runner().runUntilIdle() // Not kept waiting by a lease.
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 8 })
  })
})

describe('the routes', () => {
  test('asking answers 202 with the place of the job; without a body it is a real one', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const answer = await service.call(`POST ${url}/regrade`, { key: tenant.key })
    const body = answer.body as JobView
    expect(answer).toMatchObject({ status: 202, headers: { location: `/v1/jobs/${body.id}` } })
    expect(body).toMatchObject({
      kind: 'regrade',
      course: 'algebra',
      dryRun: false,
      status: 'queued',
      done: 0,
      total: CLASS.length,
      finishedAt: null,
    })
    await runner().runUntilIdle()
  })

  test('asking again while it waits or works is the same job, unless something else is asked', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const asked = () => teacher.regrade(url)
    const { id } = await asked()
    expect((await asked()).id).toBe(id)
    const both = await Promise.all([asked(), asked()])
    expect(both.map(job => job.id)).toEqual([id, id])
    const working = runner()
    await working.step()
    expect((await asked()).id).toBe(id)
    expect((await teacher.regrade(url, { dryRun: true })).id).not.toBe(id)
    await teacher.call(`PUT ${url}/overrides/ada`, { dueAt: iso(1) })
    const other = await asked()
    expect(other.id).not.toBe(id)
    await working.runUntilIdle()
    expect((await asked()).id).not.toBe(other.id)
    await runner().runUntilIdle()
  })

  test('a job of another tenant, of a course that the key may not touch, and no job are one and the same 404', async () => {
    const url = await teacher.assign()
    const { id } = await regraded(url)
    const stranger = await service.tenant(`stranger ${url}`.replaceAll(/[^a-z0-9]/g, '-'))
    const { key: restricted } = await service.key(tenant.id, SCOPES, ['geometry'])
    const { key: allowed } = await service.key(tenant.id, SCOPES, ['algebra'])
    for (const path of ['', '/changes']) {
      const missing = await service.call(`GET /v1/jobs/${randomUUID()}${path}`, { key: tenant.key })
      expect(missing).toMatchObject({ status: 404, body: { code: 'not-found' } })
      for (const key of [stranger.key, restricted]) {
        expect((await service.call(`GET /v1/jobs/${id}${path}`, { key })).body).toEqual(missing.body)
      }
      expect((await service.call(`GET /v1/jobs/nothing${path}`, { key: tenant.key })).body).toEqual(
        missing.body,
      )
      expect((await service.call(`GET /v1/jobs/${id}${path}`, { key: allowed })).status).toBe(200)
    }
  })

  test.each([
    ['{"dryRun":"yes"}', '/dryRun', 'wrong-type'],
    ['{"dry":true}', '/dry', 'unknown-field'],
    ['[]', '', 'wrong-type'],
  ])('the body %s is refused', async (text, path, code) => {
    const url = await teacher.assign()
    const answer = await service.call(`POST ${url}/regrade`, { key: tenant.key, text })
    expect(answer.status).toBe(422)
    expect((answer.body as { errors: { path: string; code: string }[] }).errors[0]!.path).toBe(path)
    if (path !== '') expect(answer.body).toMatchObject({ errors: [{ code }] })
  })

  test('an assignment without attempts is done at once', async () => {
    const url = await teacher.assign()
    expect(await regraded(url)).toMatchObject({ status: 'done', done: 0, total: 0, changed: 0 })
  })
})
