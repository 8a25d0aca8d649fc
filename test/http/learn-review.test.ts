/** What a learner sees again of what was submitted, and what of the right values, when; and what is told while one types. */
import { afterAll, describe, expect, test } from 'vitest'
import type { AttemptView } from '../../src/contracts/attempt.js'
import { sessionSchema, type CreatedSession, type SessionView } from '../../src/contracts/learn.js'
import { stepsSchema } from '../../src/contracts/practice.js'
import { createLearnerPages, DEFINITION, RIGHT } from '../support/learner-pages.js'
import { createRunner } from '../support/regrading.js'
import type { Answer } from '../support/service.js'
import { statementsOf } from '../support/statements.js'

const HOUR = 3_600_000

const { service, owner, put, courseOf, assign, inTime, open, view, submit } = await createLearnerPages()
afterAll(() => service.close())

const PATH_OF_BOX = [{ path: '/query/box', code: 'unknown-box' }]

/** Right values whose digits occur in nothing else; da_dw is a value that is given. */
const TRUTHS = { a: RIGHT.a, J: RIGHT.J, dJ_da: RIGHT.dJ_da, dJ_dw: RIGHT.dJ_dw }
const BOXES = ['a', 'J', 'dJ_da', 'da_dw', 'dJ_dw'] as const

/** a, J and dJ_dw are right, though none is written as the service writes it; dJ_da is wrong, da_dw blank. */
const TYPED = { a: '1237.5/8', J: '2.392822265625e4', dJ_da: ' 7 ', da_dw: '', dJ_dw: '1.276171875e4' }

const truthsIn = (text: string) =>
  Object.entries(TRUTHS).flatMap(([id, truth]) => (text.includes(truth) ? [id] : []))

const stepsOf = (token: string, box: string, query = ''): Promise<Answer> =>
  service.call(`GET /learn/steps?box=${box}${query}`, { key: token })

/** Does something at a later time, after which it is what it was. */
async function later<Result>(milliseconds: number, work: () => Promise<Result>): Promise<Result> {
  service.clock.now += milliseconds
  try {
    return await work()
  } finally {
    service.clock.now -= milliseconds
  }
}

/** Boxes whose right value a policy shows of an attempt with TYPED, and those of them that can be explained without others. */
function dueOf(feedback: string, reveal: string, state: string): { due: string[]; revealed: string[] } {
  const nothing = { due: [], revealed: [] }
  if (feedback === 'score' || feedback === 'none') return nothing
  if (reveal === 'after-close')
    return state === 'closed' ? { due: [...BOXES], revealed: [...BOXES] } : nothing
  // How dJ_dw comes about tells dJ_da and da_dw, which this learner does not know.
  return reveal === 'when-correct' ? { due: ['a', 'J', 'dJ_dw'], revealed: ['a', 'J'] } : nothing
}

const LEVELS = ['full', 'verdicts', 'score', 'none'].flatMap(feedback =>
  ['never', 'when-correct', 'after-close'].flatMap(reveal =>
    ['open', 'no-attempts-left', 'closed'].map(state => ({ feedback, reveal, state })),
  ),
)

describe('the last attempt is shown again', () => {
  test.each(LEVELS)(
    'under $feedback and $reveal, $state: as the attempt sent again is answered, and no right value that is not due',
    async ({ feedback, reveal, state }) => {
      const maxAttempts = state === 'no-attempts-left' ? 1 : 2
      const url = await assign({ feedback, reveal, maxAttempts, closesAt: inTime(HOUR) })
      const token = await open(url, 'ada')
      const before = await service.call('GET /learn/session', { key: token })
      expect(truthsIn(before.text)).toEqual([])
      expect(sessionSchema.parse(before.body)).toMatchObject({ last: null, revealed: [] })
      expect((await submit(token, { answers: TYPED }, 'first')).status).toBe(201)
      await later(state === 'closed' ? 2 * HOUR : 0, async () => {
        const answer = await service.call('GET /learn/session', { key: token })
        const { last, revealed, state: now } = sessionSchema.parse(answer.body)
        const expected = dueOf(feedback, reveal, state)
        expect(now).toBe(state)
        expect(last).toMatchObject({ number: 1, late: false, isOfShown: true, answers: TYPED })
        expect(last!.result).toEqual((await submit(token, { answers: TYPED }, 'first')).body)
        const boxes = 'boxes' in last!.result ? last!.result.boxes : []
        expect(
          boxes
            .filter(box => box.expected !== undefined)
            .map(({ id }) => id)
            .toSorted(),
        ).toEqual(expected.due.toSorted())
        expect(truthsIn(answer.text)).toEqual(expected.due.filter(id => id in TRUTHS))
        expect(revealed.toSorted()).toEqual(expected.revealed.toSorted())
        for (const id of BOXES) {
          const steps = await stepsOf(token, id)
          expect(steps.status, id).toBe(revealed.includes(id) ? 200 : 403)
          expect(
            truthsIn(steps.text).filter(told => !expected.due.includes(told)),
            id,
          ).toEqual([])
          if (steps.status === 403) expect(steps.body).toMatchObject({ code: 'not-revealed' })
          else expect(stepsSchema.parse(steps.body)).toMatchObject({ box: id, value: RIGHT[id] })
        }
      })
    },
  )

  test('the last one, and nobody else sees it', async () => {
    const url = await assign({ reveal: 'when-correct' })
    const [ada, bob] = [await open(url, 'ada'), await open(url, 'bob')]
    await submit(ada, { answers: { a: '1' } })
    await submit(ada, { answers: RIGHT })
    expect(await view(ada)).toMatchObject({ last: { number: 2, answers: RIGHT }, number: 3 })
    expect(await view(bob)).toMatchObject({ last: null, revealed: [], number: 1 })
    expect((await stepsOf(bob, 'a')).status).toBe(403)
    // The same learner on another assignment, and one of the same name elsewhere.
    expect(await view(await open(await assign({ reveal: 'when-correct' }), 'ada'))).toMatchObject({
      last: null,
    })
    const other = await service.tenant('other-ada')
    await service.call('PUT /v1/graphs/product', { key: other.key, body: DEFINITION })
    const course = url.split('/')[3]!
    await service.call(`PUT /v1/courses/${course}`, { key: other.key, body: { title: 'Theirs' } })
    await service.call(`PUT ${url}`, { key: other.key, body: { graph: 'product', reveal: 'when-correct' } })
    const made = await service.call(`POST ${url}/sessions`, { key: other.key, body: { learner: 'ada' } })
    expect(await view((made.body as CreatedSession).token)).toMatchObject({ last: null, revealed: [] })
  })

  test('of someone who was erased and comes again there is none', async () => {
    const url = await assign({ reveal: 'when-correct' })
    const token = await open(url, 'ada')
    await submit(token, { answers: RIGHT })
    const member = url.replace(/\/assignments.*/, '/members/ada')
    await service.call(`DELETE ${member}`, { key: owner.key })
    expect((await stepsOf(token, 'a')).status).toBe(401)
    await service.call(`PUT ${member}`, { key: owner.key, body: { role: 'learner' } })
    expect(await view(await open(url, 'ada'))).toMatchObject({ last: null, revealed: [], number: 1 })
  })

  test.each([
    ['reveal', { reveal: 'never' }, { reveal: 'after-close' }],
    ['reveal', { reveal: 'after-close' }, { reveal: 'never' }],
    ['feedback', { reveal: 'after-close', feedback: 'score' }, { reveal: 'after-close' }],
    ['feedback', { reveal: 'after-close' }, { reveal: 'after-close', feedback: 'none' }],
  ])('%s is the stricter of then and now: %o, then %o', async (_what, then, now) => {
    const url = await assign({ ...then, closesAt: inTime(HOUR) })
    const token = await open(url, 'ada')
    await submit(token, { answers: TYPED })
    await put(url, { ...now, closesAt: inTime(HOUR) })
    await later(2 * HOUR, async () => {
      const answer = await service.call('GET /learn/session', { key: token })
      expect(answer.body).toMatchObject({ state: 'closed', revealed: [], last: { answers: TYPED } })
      expect(truthsIn(answer.text)).toEqual([])
      expect((await stepsOf(token, 'a')).body).toMatchObject({ code: 'not-revealed' })
    })
  })

  test('without an attempt all is shown after the close, and before nothing', async () => {
    const token = await open(await assign({ reveal: 'after-close', closesAt: inTime(HOUR) }), 'ada')
    expect(await view(token)).toMatchObject({ last: null, revealed: [] })
    expect((await stepsOf(token, 'a')).status).toBe(403)
    await later(HOUR, async () => {
      expect((await view(token)).revealed.toSorted()).toEqual([...BOXES].toSorted())
      expect((await stepsOf(token, 'dJ_dw')).body).toMatchObject({ value: RIGHT.dJ_dw })
    })
  })

  test('where the assignment opens again later, nothing is shown until then', async () => {
    const url = await assign({ reveal: 'when-correct' })
    const token = await open(url, 'ada')
    await submit(token, { answers: RIGHT })
    await put(url, { reveal: 'when-correct', opensAt: inTime(HOUR) })
    expect(await view(token)).toMatchObject({ state: 'not-open', last: null, revealed: [] })
    const notOpen = { status: 403, body: { code: 'assignment-not-open' } }
    expect(await stepsOf(token, 'a')).toMatchObject(notOpen)
    expect(await stepsOf(token, 'nonsense')).toMatchObject(notOpen)
  })

  test.each(['nonsense', 'c', '__proto__'])(
    'steps of %s, which is no box here, are refused as such',
    async box => {
      const token = await open(await assign(), 'ada')
      expect(await stepsOf(token, box)).toMatchObject({
        status: 422,
        body: { code: 'unknown-box', errors: PATH_OF_BOX },
      })
    },
  )

  test('however many attempts there are, reading the last is one statement', async () => {
    const token = await open(await assign(), 'ada')
    const countStatements = async () => (await statementsOf(() => view(token))).statements.length
    await view(token)
    const without = await countStatements()
    await submit(token, { answers: RIGHT })
    expect(await countStatements()).toBe(without + 1)
    for (let more = 0; more < 3; more += 1) await submit(token, { answers: RIGHT })
    expect(await countStatements()).toBe(without + 1)
  })
})

describe('the last attempt and what is asked', () => {
  const inputsIn = ({ graph }: SessionView) => graph.inputs
  const rightAt = ({ graph }: SessionView) => {
    const [w, x] = graph.inputs.map(({ value }) => value as number) as [number, number]
    return { a: String(w * x), J: String((w * x) ** 2) }
  }

  test.each([
    ['fixed', true],
    ['per-learner', true],
    ['per-attempt', false],
  ])(
    '%s: while it is open, what is shown is the next attempt; the last one asked the same: %s',
    async (variants, same) => {
      const token = await open(await assign({ variants, reveal: 'when-correct' }), 'ada')
      const first = await view(token)
      const answers = rightAt(first)
      expect((await submit(token, { answers, variant: first.variant })).status).toBe(201)
      const second = await view(token)
      expect(second).toMatchObject({ state: 'open', number: 2, last: { isOfShown: same, answers } })
      expect(second.variant === first.variant).toBe(same)
      expect(second.subject === first.subject).toBe(same)
      expect(second.revealed).toEqual(same ? ['a', 'J'] : [])
      expect((await stepsOf(token, 'a')).status).toBe(same ? 200 : 403)
    },
  )

  test.each(
    ['fixed', 'per-learner', 'per-attempt'].flatMap(variants =>
      ['closed', 'no-attempts-left'].map(state => ({ variants, state })),
    ),
  )(
    '$variants, $state: the last attempt is shown at the values that it was asked',
    async ({ variants, state }) => {
      const maxAttempts = state === 'closed' ? null : 2
      const url = await assign({ variants, maxAttempts, reveal: 'after-close', closesAt: inTime(HOUR) })
      const token = await open(url, 'ada')
      await submit(token, { answers: { a: '1' }, variant: (await view(token)).variant })
      const asked = await view(token)
      const answers = { a: '2', J: '3' }
      expect((await submit(token, { answers, variant: asked.variant })).status).toBe(201)
      const courseId = (await courseOf(url)).id
      const stored = () => service.database.variant.count({ where: { courseId } })
      const before = await stored()
      await later(state === 'closed' ? HOUR : 0, async () => {
        const page = await view(token)
        expect(page).toMatchObject({ state, number: 3, last: { number: 2, isOfShown: true, answers } })
        expect([page.variant, page.subject]).toEqual([asked.variant, asked.subject])
        expect(inputsIn(page)).toEqual(inputsIn(asked))
        expect(page.svg).toBe(asked.svg)
        if (state !== 'closed') {
          expect(page.revealed).toEqual([])
          return
        }
        expect(page.revealed).toHaveLength(BOXES.length)
        const right = rightAt(asked)
        const { boxes } = page.last!.result as AttemptView
        expect(boxes.find(({ id }) => id === 'J')!.expected).toBe(Number(right.J))
        expect((await stepsOf(token, 'J')).body).toMatchObject({ value: right.J })
      })
      expect(await stored()).toBe(before)
    },
  )

  test.each(['per-learner', 'per-attempt'])(
    '%s, closed without an attempt: what would have been asked is shown and explained, and not stored',
    async variants => {
      const url = await assign({ variants, reveal: 'after-close', closesAt: inTime(0) })
      const [ada, bob] = [await open(url, 'ada'), await open(url, 'bob')]
      const [hers, his] = [await view(ada), await view(bob)]
      expect(hers).toMatchObject({ state: 'closed', last: null })
      expect((await stepsOf(ada, 'J')).body).toMatchObject({ value: rightAt(hers).J })
      expect((await stepsOf(bob, 'J')).body).toMatchObject({ value: rightAt(his).J })
      expect(rightAt(hers)).not.toEqual(rightAt(his))
      const courseId = (await courseOf(url)).id
      expect(await service.database.variant.count({ where: { courseId } })).toBe(0)
    },
  )

  test('an attempt that was graded again is shown with the result that stands, on the graph that it stands for', async () => {
    const key = 'grows'
    const publish = (expression: string) =>
      service.call(`PUT /v1/graphs/${key}`, {
        key: owner.key,
        body: {
          ...DEFINITION,
          nodes: [
            { name: 'a', expression },
            { name: 'J', expression: 'a^2' },
          ],
        },
      })
    await publish('w*x')
    const policy = { graph: key, graphVersion: 1, reveal: 'when-correct' }
    const url = await assign(policy)
    const token = await open(url, 'ada')
    const answers = { a: RIGHT.a, J: RIGHT.J }
    await submit(token, { answers })
    expect(await view(token)).toMatchObject({ graph: { version: 1 }, revealed: ['a', 'J'] })

    await publish('w*x + 1')
    await put(url, { ...policy, graphVersion: 2 })
    // Another version is asked than the one that the attempt stands for.
    expect(await view(token)).toMatchObject({
      graph: { version: 2 },
      last: { isOfShown: false, answers, result: { credit: 0.4 } },
      revealed: [],
    })
    const asked = await service.call(`POST ${url}/regrade`, { key: owner.key })
    expect(asked.status).toBe(202)
    await createRunner(service.services).runUntilIdle()
    // J is right for the value in a, which is wrong by now.
    expect(await view(token)).toMatchObject({
      graph: { version: 2 },
      last: { isOfShown: true, answers, result: { number: 1, credit: 0.1, progress: { credit: 0.1 } } },
      revealed: [],
    })
  })
})

describe('whether answers can be read', () => {
  const check = (token: string, answers: object) =>
    service.call('POST /learn/check', { key: token, body: { answers } })

  test('is told as a submission would be refused, box by box, and nothing is stored', async () => {
    const url = await assign({ variants: 'per-learner' })
    const token = await open(url, 'ada')
    const answers = { a: '12,5', J: '1 2', dJ_da: 'a', da_dw: '41.25', dJ_dw: '' }
    const answer = await check(token, answers)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { errors } = answer.body as { errors: { path: string; code: string }[] }
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      ['/answers/a', 'separator'],
      ['/answers/J', 'two-numbers'],
      ['/answers/dJ_da', 'graph-name'],
    ])
    const courseId = (await courseOf(url)).id
    expect(await service.database.variant.count({ where: { courseId } })).toBe(0)
    const { variant } = await view(token)
    const refused = await submit(token, { answers, variant })
    expect(refused).toMatchObject({ status: 422, body: { code: 'unreadable-answer', errors } })
    expect(await service.database.attempt.count({ where: { courseId } })).toBe(0)
    expect(await view(token)).toMatchObject({ number: 1, last: null })
  })

  test('what is right is answered as what is wrong is, by the same statements', async () => {
    const token = await open(await assign(), 'ada')
    await check(token, RIGHT)
    const right = await statementsOf(() => check(token, RIGHT))
    const wrong = await statementsOf(() => check(token, { ...RIGHT, a: '1', J: '2', dJ_dw: '3' }))
    expect([right.result.text, wrong.result.text]).toEqual(['{"errors":[]}', '{"errors":[]}'])
    expect(wrong.statements).toEqual(right.statements)
  })

  test.each<[string, object, object, number, string]>([
    ['a box that is not asked', {}, { b: '1' }, 422, 'unknown-box'],
    ['nothing', {}, { a: ' ' }, 422, 'nothing-answered'],
    [
      'an answer that is nested too deeply, which is told of',
      {},
      { a: `${'('.repeat(90)}1${')'.repeat(90)}` },
      200,
      '',
    ],
    ['before it opens', { opensAt: inTime(HOUR) }, { a: '1' }, 403, 'assignment-not-open'],
    ['after the close', { closesAt: inTime(0) }, { a: '1' }, 403, 'assignment-closed'],
  ])('%s: %o %o → %s %s', async (_what, policy, answers, status, code) => {
    const answer = await check(await open(await assign(policy), 'ada'), answers)
    expect(answer.status).toBe(status)
    if (status !== 200) expect(answer.body).toMatchObject({ code })
  })
})
