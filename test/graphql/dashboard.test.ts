import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssignmentStatistics } from '../../src/contracts/statistics.js'
import { ask, DASHBOARD } from '../support/graphql.js'
import { createTestService, type TestService } from '../support/service.js'
import { statementsOf } from '../support/statements.js'

const RIGHT = { a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' }

let service: TestService
let key: string

beforeAll(async () => {
  service = await createTestService()
  ;({ key } = await service.tenant('school'))
  await service.call('PUT /v1/courses/small', { key, body: { title: 'A small class' } })
  for (const assignment of ['week-1', 'week-2']) {
    await service.call(`PUT /v1/courses/small/assignments/${assignment}`, {
      key,
      body: { graph: 'lab-network0' },
    })
  }
  const members = { ada: 'Ada Lovelace', bob: undefined, cleo: undefined, eve: undefined }
  for (const [member, name] of Object.entries(members)) {
    await service.call(`PUT /v1/courses/small/members/${member}`, { key, body: { role: 'learner', name } })
  }
  const submit = async (assignment: string, learner: string, answers: object) => {
    const route = `POST /v1/courses/small/assignments/${assignment}/attempts`
    expect((await service.call(route, { key, body: { learner, answers } })).status).toBe(201)
  }
  await submit('week-1', 'ada', RIGHT)
  await submit('week-1', 'bob', { ...RIGHT, dJ_dw: '3' })
  await submit('week-1', 'bob', { ...RIGHT, dJ_dw: '22' })
  await submit('week-1', 'cleo', { a: '11', J: '12', dJ_da: '6' })
  await submit('week-2', 'ada', { ...RIGHT, dJ_dw: '' })
})
afterAll(() => service.close())

test('the dashboard tells where each learner is, which box fails and why', async () => {
  const answer = await ask(service, key, DASHBOARD, { course: 'small', first: 3 })
  expect(answer.errors).toEqual([])
  expect(answer.status).toBe(200)
  const at = new Date(service.clock.now).toISOString()
  const progress = (learner: object[]) => ({
    node: expect.objectContaining({ progress: learner }) as unknown,
  })
  const entry = (assignment: string, attempts: number, credit: number) => ({
    assignment,
    attempts,
    credit,
    points: credit * 10,
    lastSubmittedAt: attempts === 0 ? null : at,
  })
  expect(answer.data).toMatchObject({
    course: {
      key: 'small',
      title: 'A small class',
      assignments: {
        edges: [
          {
            node: {
              key: 'week-1',
              points: 10,
              statistics: {
                learners: 3,
                completed: 1,
                attempts: 4,
                boxes: [
                  {
                    id: 'a',
                    firstAttempts: 3,
                    firstCorrect: 3,
                    attempts: 4,
                    correct: 4,
                    difficulty: 1,
                    wrongValues: [],
                  },
                  { id: 'J', firstAttempts: 3, firstCorrect: 2, wrongValues: [{ value: '12', count: 1 }] },
                  { id: 'dJ_da', discrimination: null },
                  // A blank is not right.
                  { id: 'da_dw', firstAttempts: 3, firstCorrect: 2 },
                  {
                    id: 'dJ_dw',
                    firstAttempts: 3,
                    firstCorrect: 1,
                    attempts: 4,
                    correct: 1,
                    misconceptions: expect.arrayContaining([
                      { code: 'forgot-upstream', count: 1 },
                    ]) as unknown,
                  },
                ],
              },
            },
          },
          { node: { key: 'week-2', statistics: { learners: 1, attempts: 1, meanCredit: 0.8 } } },
        ],
      },
      learners: {
        edges: [
          progress([entry('week-1', 0, 0), entry('week-2', 0, 0)]),
          progress([entry('week-1', 1, 0.2), entry('week-2', 0, 0)]),
          progress([entry('week-1', 2, 0.8), entry('week-2', 0, 0)]),
        ],
        pageInfo: { hasNextPage: true },
      },
    },
  })
})

test('a page goes on where the one before ended, and the last says that it is', async () => {
  const page = async (after: string | null) => {
    const query = `query ($after: String) { course(key: "small") { learners(first: 3, after: $after, orderBy: CREDIT_ASC) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { key name credit } } } } }`
    const { data } = await ask(service, key, query, { after })
    return (
      data as {
        course: { learners: { edges: { cursor: string; node: object }[]; pageInfo: Record<string, unknown> } }
      }
    ).course.learners
  }
  const first = await page(null)
  expect(first.edges.map(({ node }) => (node as { key: string }).key)).toEqual(['eve', 'cleo', 'bob'])
  const { endCursor } = first.pageInfo
  expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true, hasPreviousPage: false } })
  expect(first.edges.at(-1)?.cursor).toBe(endCursor)
  const last = await page(endCursor as string)
  expect(last.edges.map(({ node }) => node)).toEqual([{ key: 'ada', name: 'Ada Lovelace', credit: 0.9 }])
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
})

describe('GraphQL and REST answer the same', () => {
  const rest = async (path: string) => (await service.call(`GET /v1/courses/small${path}`, { key })).body

  test('statistics', async () => {
    const statistics = (await rest('/assignments/week-1/statistics')) as AssignmentStatistics
    const { data, errors } = await ask(
      service,
      key,
      `{ assignment(course: "small", key: "week-1") { statistics {
        learners completed attempts meanCredit medianCredit histogram { from to learners } firstWrongBox
        timeToCompletion { learners median lowerQuartile upperQuartile }
        boxes { id firstAttempts firstCorrect attempts correct follows difficulty finalDifficulty followsShare discrimination
          firstWrong misconceptions { code count } wrongValues { value count error } } } } }`,
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ assignment: { statistics } })
    expect(statistics.learners).toBe(3)
  })

  test('the progress of a learner, alone and in the matrix', async () => {
    const entries = 'assignment attempts credit points maxPoints remaining completed lastSubmittedAt'
    const { data } = await ask(
      service,
      key,
      `{ learner(course: "small", key: "ada") { key name credit attempts begun completed progress { ${entries} } }
         course(key: "small") { progress { matrix { edges { node { key name progress { ${entries} } } } } } } }`,
    )
    const one = (await rest('/learners/ada/progress')) as { progress: unknown }
    const { learner, course } = data as {
      learner: unknown
      course: { progress: { matrix: { edges: { node: { key: string } }[] } } }
    }
    expect(learner).toEqual({
      key: 'ada',
      name: 'Ada Lovelace',
      credit: 0.9,
      attempts: 2,
      begun: 2,
      completed: 1,
      progress: one.progress,
    })
    const all = (await rest('/progress')) as { items: unknown[] }
    const rows = course.progress.matrix.edges.map(({ node: { key: learnerKey, ...row } }) => ({
      learner: learnerKey,
      ...row,
    }))
    expect(rows).toEqual(all.items)
  })

  test('the overview, up to its words in capitals', async () => {
    const { data, errors } = await ask(
      service,
      key,
      `{ course(key: "small") { progress { overview { learners considered
        assignments { key title points learners completed notStarted attempts meanCredit stumblingBox }
        needHelp { learner name reasons { code assignment attempts credit lastSubmittedAt } } } } } }`,
    )
    expect(errors).toEqual([])
    const overview = JSON.stringify(await rest('/overview'))
    const words = overview.replaceAll(
      /"code":"([a-z-]+)"/g,
      (_all, code: string) => `"code":"${code.toUpperCase().replaceAll('-', '_')}"`,
    )
    expect((data as { course: { progress: { overview: unknown } } }).course.progress.overview).toEqual(
      JSON.parse(words),
    )
  })

  test('assignments and attempts, their cursors too', async () => {
    const page = (await rest('/assignments?limit=1')) as { nextCursor: string }
    const { data } = await ask(
      service,
      key,
      '{ assignments(course: "small", first: 1) { pageInfo { endCursor } edges { node { key graphKey keep variants warnings { code } } } } }',
    )
    expect(data).toMatchObject({
      assignments: {
        pageInfo: { endCursor: page.nextCursor },
        edges: [{ node: { key: 'week-1', graphKey: 'lab-network0', keep: 'BEST', variants: 'FIXED' } }],
      },
    })
    const list = (await rest('/assignments/week-1/attempts')) as { items: { boxes: object[] }[] }
    const attempts = await ask(
      service,
      key,
      `{ attempts(course: "small", assignment: "week-1") { edges { node { id learner number credit points maxPoints submittedAt late
        progress { attempts credit points remaining completed } boxes { id credit answer expected feedback { code message } } } } } }`,
    )
    const nodes = (
      attempts.data as { attempts: { edges: { node: { boxes: object[] } }[] } }
    ).attempts.edges.map(({ node }) => node)
    expect(nodes).toHaveLength(4)
    for (const [index, node] of nodes.entries()) {
      const { boxes, ...stored } = list.items[index]!
      expect(node).toMatchObject(stored)
      for (const [place, box] of boxes.entries()) {
        const { id, credit, answer } = box as { id: string; credit: number; answer: unknown }
        expect(node.boxes[place]).toMatchObject({ id, credit, answer })
      }
    }
  })
})

describe('the number of statements', () => {
  /** A class of so many learners and assignments, each learner with an attempt. */
  async function seed(course: string, learners: number, assignments: number): Promise<void> {
    await service.call(`PUT /v1/courses/${course}`, { key, body: { title: course } })
    for (let index = 0; index < assignments; index += 1) {
      await service.call(`PUT /v1/courses/${course}/assignments/a${String(index)}`, {
        key,
        body: { graph: 'lab-network0' },
      })
    }
    const items = Array.from({ length: learners }, (_, index) => ({
      learner: `learner-${String(index)}`,
      answers: RIGHT,
    }))
    const sent = await service.call(`POST /v1/courses/${course}/assignments/a0/attempts/batch`, {
      key,
      body: { items },
    })
    expect(sent.status).toBe(200)
  }

  test.each([
    [1, 1],
    [10, 1],
    [10, 20],
    [100, 20],
    [200, 50],
  ])('of the dashboard of %i learners and %i assignments is 7', async (learners, assignments) => {
    const course = `class-${String(learners)}-${String(assignments)}`
    await seed(course, learners, assignments)
    // The key is looked up again, as it is every few seconds.
    service.clock.now += 10_000
    const { result, statements } = await statementsOf(() =>
      ask(service, key, DASHBOARD, { course, first: 200 }),
    )
    expect(result.errors).toEqual([])
    const { edges } = (result.data as { course: { learners: { edges: unknown[] } } }).course.learners
    expect(edges).toHaveLength(learners)
    expect(statements).toHaveLength(7)
  })

  test('of what is asked for twice is that of asking once', async () => {
    const query = (names: readonly string[]) =>
      `{ course(key: "class-10-20") { ${names
        .map(
          name =>
            `${name}: learners(first: 5, filter: { minAttempts: 1 }) { totalCount edges { node { key } } } ${name}_: progress { overview { learners } }`,
        )
        .join(' ')} } }`
    const count = async (names: readonly string[]) => {
      service.clock.now += 10_000
      const { result, statements } = await statementsOf(() => ask(service, key, query(names)))
      expect(result.errors).toEqual([])
      return { data: result.data, statements: statements.length }
    }
    const [once, thrice] = [await count(['a']), await count(['a', 'b', 'c'])]
    expect(thrice.statements).toBe(once.statements)
    const course = (thrice.data as { course: Record<string, unknown> }).course
    expect(course['c']).toEqual(course['a'])
    expect(course['a']).toEqual((once.data as { course: Record<string, unknown> }).course['a'])
  })

  test('with the median and the times one more', async () => {
    service.clock.now += 10_000
    const query = DASHBOARD.replace('meanCredit', 'meanCredit medianCredit timeToCompletion { median }')
    const { result, statements } = await statementsOf(() =>
      ask(service, key, query, { course: 'class-10-20', first: 100 }),
    )
    expect(result.errors).toEqual([])
    expect(statements).toHaveLength(8)
  })
})
