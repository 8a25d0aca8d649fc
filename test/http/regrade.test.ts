import { afterAll, describe, expect, test } from 'vitest'
import {
  CLASS,
  createClassroom,
  hoursOn as iso,
  RIGHT,
  withoutId,
  type Counting,
  type ReadAttempt,
} from '../support/regrading.js'

const { service, tenant, teacher, regraded, expectRecount, close } = await createClassroom()
afterAll(close)

const view = async (url: string) => (await teacher.attempts(url)).map(withoutId)

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

  test('an attempt that earns less is one that has changed, though it is worth no points', async () => {
    const policy = { points: 0, dueAt: iso(1) }
    const url = await teacher.assign(policy)
    await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 2 })
    await teacher.submit(url, { learner: 'bob', answers: RIGHT, hour: 0 })
    await teacher.change(url, { ...policy, lateCredit: 0.5 })
    expect(await regraded(url)).toMatchObject({ status: 'done', changed: 1 })
    expect((await teacher.progress(url)).get('ada')).toMatchObject({ credit: 0.5, points: 0 })
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
