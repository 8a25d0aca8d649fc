import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { buildApp, type AppOptions } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import type { AttemptView, LearnerProgress, VariantView } from '../../src/contracts/attempt.js'
import { sessionSchema, type CreatedSession, type SessionView } from '../../src/contracts/learn.js'
import { createSessionPurge } from '../../src/services/learner-sessions.js'
import { createLearnerPages, DEFINITION, RIGHT } from '../support/learner-pages.js'
import { START } from '../support/service.js'

const HOUR = 3_600_000

const { service, owner, put, create, courseOf, assign, inTime, open, view, submit, sessionsOf } =
  await createLearnerPages()
afterAll(() => service.close())

describe('making a session', () => {
  test('answers a token, the page that it opens, and when it ends', async () => {
    const url = await assign()
    const answer = await create(url, { learner: 'ada' })
    expect(answer.status).toBe(201)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { token, expiresAt, url: page } = answer.body as CreatedSession
    expect(token).toMatch(/^cl_[A-Za-z0-9_-]{65}$/)
    expect(page).toBe(`http://localhost:80/learn#${token}`)
    expect(Date.parse(expiresAt)).toBe(service.clock.now + 2 * HOUR)
    expect((await view(token)).expiresAt).toBe(expiresAt)
    expect(await open(url, 'ada')).not.toBe(token)
  })

  test('the page is where browsers reach the service, if that is configured', async () => {
    const url = await assign()
    const app = await buildApp(service.services, pino({ level: 'silent' }), {
      publicUrl: 'https://chainmark.example',
    })
    const answer = await app.inject({
      method: 'POST',
      url: `${url}/sessions`,
      headers: { authorization: `Bearer ${owner.key}`, host: 'inside:3000' },
      payload: { learner: 'ada' },
    })
    expect(answer.json<CreatedSession>().url).toMatch(/^https:\/\/chainmark\.example\/learn#cl_/)
    await app.close()
  })

  test.each([
    ['the shortest time', 60, 201],
    ['the longest time', 86_400, 201],
    ['less', 59, 422],
    ['more', 86_401, 422],
    ['no whole number', 60.5, 422],
    ['a text', '60', 422],
  ])('takes %s: %s seconds → %s', async (_what, ttlSeconds, status) => {
    const url = await assign()
    const answer = await create(url, { learner: 'ada', ttlSeconds })
    expect(answer.status).toBe(status)
    if (status !== 201) expect(await sessionsOf(url)).toBe(0)
    else
      expect(Date.parse((answer.body as CreatedSession).expiresAt)).toBe(START + Number(ttlSeconds) * 1_000)
  })

  test('enrols a learner who is unknown, and changes nothing of one who is not', async () => {
    const url = await assign()
    const course = url.replace(/\/assignments.*/, '')
    const body = { role: 'instructor', name: 'Grace' }
    await service.call(`PUT ${course}/members/grace`, { key: owner.key, body })
    await open(url, 'ada')
    await open(url, 'grace')
    const { items } = (await service.call(`GET ${course}/members`, { key: owner.key })).body as {
      items: object[]
    }
    expect(items).toMatchObject([
      { key: 'ada', role: 'learner', name: null },
      { key: 'grace', role: 'instructor', name: 'Grace' },
    ])
  })

  test('someone who was erased gets none, and none is stored', async () => {
    const url = await assign()
    await open(url, 'ada')
    const member = url.replace(/\/assignments.*/, '/members/ada')
    expect((await service.call(`DELETE ${member}`, { key: owner.key })).status).toBe(204)
    expect(await sessionsOf(url)).toBe(0)
    expect(await create(url, { learner: 'ada' })).toMatchObject({
      status: 410,
      body: { code: 'learner-erased' },
    })
    expect(await sessionsOf(url)).toBe(0)
    expect(
      (await service.call(`GET ${url.replace(/\/assignments.*/, '/members')}`, { key: owner.key })).body,
    ).toEqual({
      items: [],
      nextCursor: null,
    })
  })

  test('the token is nowhere but in the answer: neither in the database nor in the log', async () => {
    const url = await assign()
    const token = await open(url, 'ada')
    await view(token)
    await submit(token, { answers: { a: '1' } })
    await submit(token, { answers: { nonsense: '1' } })
    await service.call('GET /v1/courses', { key: token })
    await service.call('GET /learn/session', { key: `${token.slice(0, -1)}.` })
    expect(service.logged()).toContain('/learn/session')
    expect(service.logged()).not.toContain(token.slice(25))
    expect(service.logged()).not.toContain('cl_')
    const rows = await service.database.$queryRaw<{ row: string }[]>`
      SELECT to_jsonb(s)::text || encode(s.token_hash, 'escape') AS row FROM learner_sessions s`
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toContain(token.slice(25))
  })
})

describe('whose a session is', () => {
  test("a token that names another tenant's course is not known, and neither is one of a tenant that is gone", async () => {
    const doomed = await service.tenant('doomed')
    const key = doomed.key
    await service.call('PUT /v1/graphs/product', { key, body: DEFINITION })
    await service.call('PUT /v1/courses/c', { key, body: { title: 'C' } })
    await service.call('PUT /v1/courses/c/assignments/a', { key, body: { graph: 'product' } })
    const made = await service.call('POST /v1/courses/c/assignments/a/sessions', {
      key,
      body: { learner: 'ada' },
    })
    const theirs = (made.body as CreatedSession).token
    const ours = await open(await assign(), 'ada')
    expect((await view(theirs)).course.title).toBe('C')
    const mixed = theirs.slice(0, 25) + ours.slice(25)
    expect((await service.call('GET /learn/session', { key: mixed })).status).toBe(401)

    await service.services.tenants.delete(doomed.id)
    expect(await service.call('GET /learn/session', { key: theirs })).toMatchObject({
      status: 401,
      body: { code: 'unknown-session' },
    })
    expect((await view(ours)).course.title).toBe('Deep learning')
  })

  test('nobody else can be submitted for', async () => {
    const url = await assign()
    const token = await open(url, 'ada')
    expect(await submit(token, { learner: 'bob', answers: { a: '1' } })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'unknown-field' }] },
    })
    const stored = await submit(token, { answers: { a: RIGHT.a } })
    expect(stored).toMatchObject({ status: 201, body: { learner: 'ada', number: 1, credit: 0.2 } })
    const progress = url.replace(/\/assignments.*/, '/learners/ada/progress')
    const known = (await service.call(`GET ${progress}`, { key: owner.key })).body as LearnerProgress
    expect(known.progress).toMatchObject([{ assignment: 'week-1', attempts: 1, credit: 0.2 }])
    expect((await view(token)).progress).toEqual(known.progress[0])
  })

  test('what is stored by a session is what an API key would store, and is answered alike', async () => {
    const url = await assign()
    const answers = { ...RIGHT, da_dw: '3', dJ_da: '' }
    const bySession = await submit(await open(url, 'ada'), { answers })
    const byKey = await service.call(`POST ${url}/attempts`, {
      key: owner.key,
      body: { learner: 'bob', answers },
    })
    const { id, learner, ...seen } = bySession.body as AttemptView
    expect([id === (byKey.body as AttemptView).id, learner]).toEqual([false, 'ada'])
    expect(byKey.body).toMatchObject(seen)
    expect(bySession.status).toBe(byKey.status)
  })
})

describe('what a page is given', () => {
  test('the figure with places for its boxes in the order of work, and no right value anywhere', async () => {
    const token = await open(await assign({ title: 'Week <1>', reveal: 'when-correct' }), 'ada')
    const answer = await service.call('GET /learn/session', { key: token })
    const { graph, svg, ...rest } = sessionSchema.parse(answer.body)
    expect(rest).toMatchObject({
      course: { title: 'Deep learning' },
      assignment: { key: 'week-1', title: 'Week <1>', points: 10, feedback: 'full', maxAttempts: null },
      learner: { key: 'ada', name: null },
      state: 'open',
      variant: 'fixed',
      number: 1,
      progress: null,
    })
    expect(graph.boxes.map(({ id }) => id).toSorted()).toEqual(Object.keys(RIGHT).toSorted())
    expect(graph.boxes.slice(0, 2).map(({ id }) => id)).toEqual(['a', 'J'])
    for (const { place } of graph.boxes) expect(place).not.toBeNull()
    expect(svg).toContain('<svg ')
    // da_dw is a value that is given.
    for (const id of ['a', 'J', 'dJ_da', 'dJ_dw'] as const) expect(answer.text).not.toContain(RIGHT[id])
  })

  test('drafts are kept under one name for all sessions that ask the same, and under no other', async () => {
    const url = await assign()
    const first = await view(await open(url, 'ada'))
    expect((await view(await open(url, 'ada'))).subject).toBe(first.subject)
    expect((await view(await open(url, 'bob'))).subject).not.toBe(first.subject)
    expect((await view(await open(await assign(), 'ada'))).subject).not.toBe(first.subject)
    // A digest and nothing beside it: the name of a learner is not kept in a browser that others use too.
    expect(first.subject).toMatch(/^[0-9a-f]{64}$/)
  })

  test('attempts on their way are kept under one name for a learner and an assignment, which is no other name', async () => {
    const url = await assign()
    const { subject, attemptsSubject } = await view(await open(url, 'ada'))
    expect(attemptsSubject).toMatch(/^[0-9a-f]{64}$/)
    expect(attemptsSubject).not.toBe(subject)
    expect((await view(await open(url, 'ada'))).attemptsSubject).toBe(attemptsSubject)
    expect((await view(await open(url, 'bob'))).attemptsSubject).not.toBe(attemptsSubject)
    expect((await view(await open(await assign(), 'ada'))).attemptsSubject).not.toBe(attemptsSubject)
  })

  test('a page is told the time that dates go by', async () => {
    expect(Date.parse((await view(await open(await assign(), 'ada'))).now)).toBe(service.clock.now)
  })

  test('an assignment that became another is shown and taken as it is now', async () => {
    const url = await assign()
    const token = await open(url, 'ada')
    const before = await view(token)
    await put(url, { graph: 'lab-network0', graphVersion: 1, title: 'Another', points: 3 })
    const after = await view(token)
    expect(after).toMatchObject({
      assignment: { title: 'Another', points: 3 },
      graph: { key: 'lab-network0' },
    })
    expect(after.subject).not.toBe(before.subject)
    expect(await submit(token, { answers: { a: '11' } })).toMatchObject({
      status: 201,
      body: { maxPoints: 3 },
    })
  })

  test.each([
    ['full', ['id', 'status', 'credit', 'answer', 'feedback'], true],
    ['verdicts', ['id', 'status', 'credit', 'answer'], true],
    ['score', undefined, true],
    ['none', undefined, false],
  ])('under the feedback %s no more is told than an attempt tells', async (feedback, ofBoxes, told) => {
    const token = await open(await assign({ feedback, maxAttempts: 3 }), 'ada')
    const { body } = await submit(token, { answers: { a: RIGHT.a, J: '1234' } })
    const { boxes } = body as Partial<AttemptView>
    expect(boxes === undefined ? undefined : Object.keys(boxes[0]!)).toEqual(ofBoxes)
    expect('credit' in (body as object)).toBe(told)
    const page = await view(token)
    expect(page).toMatchObject({ number: 2, assignment: { feedback, maxAttempts: 3 } })
    if (told) expect(page.progress).toMatchObject({ attempts: 1, credit: 0.2, remaining: 2 })
    else expect(page.progress).toBeNull()
  })
})

describe('when answers are taken', () => {
  test.each<{ what: string; policy: () => object; state: string; code: string }>([
    {
      what: 'before it opens',
      policy: () => ({ opensAt: inTime(HOUR) }),
      state: 'not-open',
      code: 'assignment-not-open',
    },
    {
      what: 'after it closed',
      policy: () => ({ opensAt: inTime(-2 * HOUR), closesAt: inTime(-HOUR) }),
      state: 'closed',
      code: 'assignment-closed',
    },
    {
      what: 'once it closes',
      policy: () => ({ closesAt: inTime(0) }),
      state: 'closed',
      code: 'assignment-closed',
    },
  ])('$what a page is $state, and nothing is taken', async ({ policy, state, code }) => {
    const url = await assign(policy())
    const token = await open(url, 'ada')
    expect((await view(token)).state).toBe(state)
    expect(await submit(token, { answers: RIGHT })).toMatchObject({ status: 403, body: { code } })
  })

  test('before an assignment opens nothing is shown of what it asks, and nothing drawn', async () => {
    const url = await assign({ opensAt: inTime(HOUR), variants: 'per-learner' })
    const token = await open(url, 'ada')
    const { graph, svg, variant, state } = await view(token)
    expect({ state, svg, variant }).toEqual({ state: 'not-open', svg: null, variant: '' })
    expect(graph).toMatchObject({ title: 'Product', inputs: [], nodes: [], boxes: [], figure: null })
    const courseId = (await courseOf(url)).id
    expect(await service.database.variant.count({ where: { courseId } })).toBe(0)
    service.clock.now += HOUR
    expect(await view(token)).toMatchObject({ state: 'open', graph: { nodes: DEFINITION.nodes } })
    service.clock.now -= HOUR
  })

  test("a learner's own dates and attempts are shown and hold", async () => {
    const url = await assign({ closesAt: inTime(-HOUR), maxAttempts: 1 })
    const [ada, bob] = [await open(url, 'ada'), await open(url, 'bob')]
    const body = { dueAt: inTime(HOUR), closesAt: inTime(2 * HOUR), extraAttempts: 1 }
    await service.call(`PUT ${url}/overrides/ada`, { key: owner.key, body })
    expect(await view(bob)).toMatchObject({ state: 'closed', assignment: { maxAttempts: 1, dueAt: null } })
    const { dueAt, closesAt } = body
    expect(await view(ada)).toMatchObject({ state: 'open', assignment: { maxAttempts: 2, dueAt, closesAt } })
    expect((await submit(ada, { answers: RIGHT })).status).toBe(201)
    expect((await submit(ada, { answers: RIGHT })).status).toBe(201)
    expect(await view(ada)).toMatchObject({
      state: 'no-attempts-left',
      number: 3,
      progress: { remaining: 0 },
    })
    expect(await submit(ada, { answers: RIGHT })).toMatchObject({
      status: 403,
      body: { code: 'no-attempts-left' },
    })
  })
})

describe('variants', () => {
  const valuesIn = ({ graph }: SessionView) => graph.inputs.map(({ value }) => value as number)

  test("a learner's own inputs are asked for and listed, and no others are taken", async () => {
    const url = await assign({ variants: 'per-learner' })
    const token = await open(url, 'ada')
    const page = await view(token)
    const known = (await service.call(`GET ${url}/variants/ada`, { key: owner.key })).body as VariantView
    expect(page).toMatchObject({ variant: known.variant, graph: { inputs: known.inputs } })
    const [w, x] = valuesIn(page) as [number, number]
    expect(w).toBeGreaterThan(50)
    // One figure serves all learners: the values stand beside it.
    expect(page.graph.valuesApart).toBe(true)

    const answers = { a: String(w * x) }
    expect(await submit(token, { answers })).toMatchObject({
      status: 422,
      body: { code: 'variant-required' },
    })
    const stale = { status: 409, body: { code: 'stale-variant' } }
    const others = (await view(await open(url, 'bob'))).variant
    expect(await submit(token, { answers, variant: others })).toMatchObject(stale)
    expect(await submit(token, { answers, variant: page.variant })).toMatchObject({
      status: 201,
      body: { credit: 0.2 },
    })
    expect(await view(token)).toMatchObject({ variant: page.variant, subject: page.subject, number: 2 })
  })

  test('each attempt has its own, and what was typed for one is not taken for the next', async () => {
    const url = await assign({ variants: 'per-attempt', maxAttempts: 2 })
    const token = await open(url, 'ada')
    const first = await view(token)
    const answer = { answers: { a: '1' }, variant: first.variant }
    expect((await submit(token, answer)).status).toBe(201)
    expect(await submit(token, answer)).toMatchObject({ status: 409, body: { code: 'stale-variant' } })
    const second = await view(token)
    expect(second).toMatchObject({ number: 2, state: 'open' })
    expect(second.variant).not.toBe(first.variant)
    expect(second.subject).not.toBe(first.subject)
    // An attempt on its way is found whatever is shown.
    expect(second.attemptsSubject).toBe(first.attemptsSubject)
    expect((await submit(token, { ...answer, variant: second.variant })).status).toBe(201)

    // What would be asked for a third time is of no use to anybody, and not stored.
    expect(await view(token)).toMatchObject({ number: 3, state: 'no-attempts-left' })
    const courseId = (await courseOf(url)).id
    expect(await service.database.variant.count({ where: { courseId } })).toBe(2)
  })
})

describe('sent again', () => {
  test('the same with its Idempotency-Key is answered as it was, even once nothing is taken any more', async () => {
    const url = await assign({ maxAttempts: 1 })
    const token = await open(url, 'ada')
    const stored = await submit(token, { answers: { a: '1' } }, 'draft-1')
    const again = await submit(await open(url, 'ada'), { answers: { a: '1' } }, 'draft-1')
    expect([stored.status, again.status]).toEqual([201, 201])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.text).toBe(stored.text)
    expect(await submit(token, { answers: { a: '2' } }, 'draft-1')).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-reused' },
    })
    expect((await submit(token, { answers: { a: '1' } }, 'draft 1')).status).toBe(400)
  })

  test('a key of one learner is neither that of another nor one that an API key sent', async () => {
    const url = await assign()
    const [ada, bob] = [await open(url, 'ada'), await open(url, 'bob')]
    const byKey = () =>
      service.call(`POST ${url}/attempts`, {
        key: owner.key,
        body: { learner: 'ada', answers: { a: '1' } },
        headers: { 'idempotency-key': 'same' },
      })
    const answers = [
      await submit(ada, { answers: { a: '1' } }, 'same'),
      await submit(bob, { answers: { a: '2' } }, 'same'),
      await byKey(),
    ]
    expect(answers.map(({ status, headers }) => [status, headers['idempotent-replayed']])).toEqual([
      [201, undefined],
      [201, undefined],
      [201, undefined],
    ])
    expect((await byKey()).headers['idempotent-replayed']).toBe('true')
  })
})

describe('a limit on sessions', () => {
  async function under(rateLimits: Partial<NonNullable<AppOptions['rateLimits']>>) {
    const app = await buildApp(service.services, pino({ level: 'silent' }), {
      rateLimits: { perKey: 0, practice: 0, failedKeys: 0, ...rateLimits },
    })
    const ask = async (token: string, url = '/learn/session') => {
      const answer = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
      return answer.statusCode
    }
    return { ask, close: () => app.close() }
  }

  test('each is limited by itself, however its header is written, and costs its API key nothing', async () => {
    const url = await assign()
    const [ada, bob] = [await open(url, 'ada'), await open(url, 'bob')]
    const { ask, close } = await under({ perSession: 2, perKey: 1 })
    expect([await ask(ada), await ask(ada), await ask(ada), await ask(` ${ada}`)]).toEqual([
      200, 200, 429, 429,
    ])
    expect(await ask(bob)).toBe(200)
    expect([await ask(owner.key, '/v1/courses'), await ask(owner.key, '/v1/courses')]).toEqual([200, 429])
    await close()
  })

  test('300 learners behind one address all open their pages at once, whatever was made up there before', async () => {
    const url = await assign()
    const tokens: string[] = []
    for (let number = 0; number < 300; number += 1) tokens.push(await open(url, `learner-${String(number)}`))
    const { ask, close } = await under(readConfig({}).rateLimits)
    for (let number = 0; number < 100; number += 1) {
      expect(await ask(tokens[0]!.slice(0, 25) + String(number).padStart(43, '0'))).toBe(401)
    }
    const answers = await Promise.all(tokens.map(token => ask(token)))
    expect(answers.filter(status => status !== 200)).toEqual([])
    await close()
  })

  test('tokens that nobody knows count against their address past a far bound; one that has ended does not', async () => {
    const url = await assign()
    const [ada, bob, carl] = [await open(url, 'ada'), await open(url, 'bob'), await open(url, 'carl')]
    const course = (await courseOf(url)).id
    await service.database.learnerSession.updateMany({
      where: { courseId: course, learner: 'bob' },
      data: { expiresAt: new Date(service.clock.now) },
    })
    const { ask, close } = await under({ failedKeys: 1, failedSessions: 2 })
    expect(await ask(ada)).toBe(200)
    expect([await ask(bob), await ask(bob), await ask(bob)]).toEqual([401, 401, 401])
    const unknown = (letter: string) => ada.slice(0, 25) + letter.repeat(43)
    expect([await ask(unknown('A')), await ask(unknown('B')), await ask(unknown('C'))]).toEqual([
      401, 401, 429,
    ])
    // One that was good here before goes on, and a new one waits. API keys have a count of their own.
    expect([await ask(ada), await ask(carl)]).toEqual([200, 429])
    expect(await ask(owner.key, '/v1/courses')).toBe(200)
    await close()
  })

  test('wrong API keys from an address stop no session there', async () => {
    const url = await assign()
    const ada = await open(url, 'ada')
    const { ask, close } = await under({ failedKeys: 1, failedSessions: 2 })
    const wrong = (letter: string) => ask(`cm_${letter.repeat(43)}`, '/v1/courses')
    expect([await wrong('A'), await wrong('B'), await ask(ada)]).toEqual([401, 429, 200])
    await close()
  })
})

test('sessions that ended more than a day ago are taken away, and no others', async () => {
  const url = await assign()
  for (const [learner, ttlSeconds] of [
    ['ada', 60],
    ['bob', 120],
    ['carl', 86_400],
  ] as const) {
    expect((await create(url, { learner, ttlSeconds })).status).toBe(201)
  }
  const errors: unknown[] = []
  const purge = createSessionPurge(service.services, { onError: error => errors.push(error) })
  service.clock.now += 24 * HOUR + 60_000
  await purge.step()
  expect(await sessionsOf(url)).toBe(3)
  service.clock.now += 1
  expect(await purge.step()).toMatchObject({ more: false })
  expect(await sessionsOf(url)).toBe(2)
  expect(errors).toEqual([])
  service.clock.now -= 24 * HOUR + 60_001
})
