import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, codeOf } from '../support/graphql.js'
import { askField, createClass, enrolBob, placed, type TestClass } from '../support/graphql-class.js'
import { CASES } from '../support/graphql-fields.js'
import { connect } from '../support/live.js'
import { createTestService, type TestService } from '../support/service.js'
import { tenantRows } from '../support/tenant-rows.js'

let service: TestService
let owner: TestClass
/** Another tenant, whose courses, assignments, members and graphs have the keys of the owner's. */
let twin: TestClass
/** All that is stored of the owner, which nobody else may change. */
let stored: readonly string[]
let newcomers = 0

beforeAll(async () => {
  service = await createTestService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  owner = await createClass(service, { name: 'Owner', points: 10, attempts: 1 })
  twin = await createClass(service, { name: 'Twin', points: 30, attempts: 2 })
  stored = await tenantRows(service.database, owner.tenantId)
})
afterAll(() => service.close())

test('what is stored of a tenant has rows of all that it has made', () => {
  const tables = new Set(stored.map(row => row.split(' ')[0]))
  const own = ['tenants', 'graphs', 'graph_versions', 'courses', 'members', 'assignments', 'overrides']
  for (const table of [...own, 'attempts', 'progress', 'jobs']) expect(tables).toContain(table)
  expect(stored.filter(row => row.includes('Twin'))).toEqual([])
})

describe.each([...CASES])('%s', (_name, one) => {
  test('is, for a tenant with the same keys, of its own class', async () => {
    if (one.field.startsWith('Mutation.delete')) await enrolBob(service, twin)
    const answer = await askField(service, twin.key, one, twin)
    expect(answer.errors).toEqual([])
    if (!one.field.startsWith('Subscription.')) expect(answer.data).toEqual(placed(one.data, twin))
    expect(await tenantRows(service.database, owner.tenantId)).toEqual(stored)
  })

  test('is, for a tenant that has nothing, as if nothing were there', async () => {
    newcomers += 1
    const { id, key } = await service.tenant(`newcomer-${String(newcomers)}`)
    const newcomer: TestClass = { ...owner, tenantId: id, key, name: 'Newcomer' }
    const answer = await askField(service, key, one, newcomer)
    if (one.nothing === undefined) {
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['not-found'])
      expect(Object.values(answer.data ?? {}).filter(value => value !== null)).toEqual([])
    } else if (one.nothing !== 'its own') {
      expect(answer).toMatchObject({ errors: [], data: placed(one.nothing, newcomer) })
    }
    expect(answer.text).not.toContain('Owner')
    expect(await tenantRows(service.database, owner.tenantId)).toEqual(stored)
  })
})

test("an attempt or a job of another tenant is not found, though one's own course has the same key", async () => {
  for (const name of ['Query.attempt', 'Query.job']) {
    const answer = await askField(service, twin.key, CASES.get(name)!, {
      ...twin,
      attempt: owner.attempt,
      job: owner.job,
    })
    expect(codeOf(answer), name).toBe('not-found')
    expect(Object.values(answer.data ?? {})).toEqual([null])
  }
})

test("a cursor of another tenant's list is refused, or goes on in one's own", async () => {
  const page = async (key: string, after: string | null) =>
    ask(
      service,
      key,
      'query ($after: String) { courses(first: 1, after: $after) { edges { node { title } } pageInfo { endCursor } } }',
      { after },
    )
  const first = await page(owner.key, null)
  const { endCursor } = (first.data as { courses: { pageInfo: { endCursor: string } } }).courses.pageInfo
  const answer = await page(twin.key, endCursor)
  if (codeOf(answer) === undefined) {
    expect(answer.data).toMatchObject({ courses: { edges: [{ node: { title: 'Twin Geometry' } }] } })
  } else expect(codeOf(answer)).toBe('invalid-cursor')
})

test('a subscriber is told of its own course alone', async () => {
  const submit = async ({ key }: TestClass, learner: string): Promise<void> => {
    const url = '/v1/courses/live/assignments/week-1/attempts'
    const answer = await service.call(`POST ${url}`, { key, body: { learner, answers: { J: '9' } } })
    expect(answer.status).toBe(201)
  }
  const watch = async ({ key }: TestClass) => {
    await service.call('PUT /v1/courses/live', { key, body: { title: 'Live' } })
    await service.call('PUT /v1/courses/live/assignments/week-1', { key, body: { graph: 'a-square' } })
    const client = await connect(service, key)
    const graded = 'subscription { attemptGraded(course: "live") { attempts { attempt { learner } } } }'
    const changed = 'subscription { progressChanged(course: "live") { learners all } }'
    expect([...(await client.subscribe(graded)), ...(await client.subscribe(changed))]).toEqual([])
    const told = () => [
      ...(client.of('1') as GradedEvent[]).flatMap(({ data }) =>
        data.attemptGraded.attempts.map(({ attempt }) => `graded ${attempt.learner}`),
      ),
      ...(client.of('2') as ChangedEvent[]).flatMap(({ data }) =>
        data.progressChanged.learners.map(learner => `changed ${learner}`),
      ),
    ]
    return { client, told, both: () => client.until(() => (told().length >= 2 ? true : undefined)) }
  }
  const [mine, other] = [await watch(owner), await watch(twin)]
  try {
    await submit(owner, 'carl')
    await mine.both()
    await submit(twin, 'eve')
    await other.both()
    expect(mine.told()).toEqual(['graded carl', 'changed carl'])
    expect(other.told()).toEqual(['graded eve', 'changed eve'])
  } finally {
    mine.client.close()
    other.client.close()
  }
})

type GradedEvent = { data: { attemptGraded: { attempts: { attempt: { learner: string } }[] } } }
type ChangedEvent = { data: { progressChanged: { learners: string[]; all: boolean } } }
