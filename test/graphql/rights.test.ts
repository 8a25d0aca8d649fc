import { isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCOPES, type Scope } from '../../src/contracts/scopes.js'
import { FIELD_RIGHTS } from '../../src/graphql/rights.js'
import { createSchema, type ResolverTable } from '../../src/graphql/schema.js'
import { ask, codeOf, type GraphqlAnswer } from '../support/graphql.js'
import { connect, type LiveClient } from '../support/live.js'
import { createTestService, type TestService } from '../support/service.js'

const ANSWERS = { J: '9', dJ_dw: '6' }
const DEFINITION = {
  title: 'Square',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

/** How every root field is asked so that a key with the right scope gets an answer. `ATTEMPT` and `JOB` stand for stored ones. */
const ROOTS: Readonly<Record<string, string>> = {
  'Query.graph': '{ graph(key: "square") { key } }',
  'Query.graphs': '{ graphs { edges { node { key } } } }',
  'Query.course': '{ course(key: "algebra") { key } }',
  'Query.courses': '{ courses { edges { node { key } } } }',
  'Query.assignment': '{ assignment(course: "algebra", key: "week-1") { key } }',
  'Query.assignments': '{ assignments(course: "algebra") { edges { node { key } } } }',
  'Query.learner': '{ learner(course: "algebra", key: "ada") { key } }',
  'Query.attempt': '{ attempt(course: "algebra", assignment: "week-1", id: "ATTEMPT") { id } }',
  'Query.attempts': '{ attempts(course: "algebra", assignment: "week-1") { edges { node { id } } } }',
  'Query.job': '{ job(id: "JOB") { id } }',
  'Mutation.publishGraph':
    'mutation ($definition: JSON!) { publishGraph(key: "square", definition: $definition) { created } }',
  'Mutation.putCourse': 'mutation { putCourse(key: "algebra", input: { title: "Algebra" }) { created } }',
  'Mutation.putAssignment':
    'mutation { putAssignment(course: "algebra", key: "week-1", input: { graph: "square" }) { created } }',
  'Mutation.putMember':
    'mutation { putMember(course: "algebra", key: "ada", input: { role: LEARNER }) { created } }',
  'Mutation.putOverride':
    'mutation { putOverride(course: "algebra", assignment: "week-1", learner: "bob", input: { extraAttempts: 1 }) { created } }',
  'Mutation.deleteOverride':
    'mutation { deleteOverride(course: "algebra", assignment: "week-1", learner: "bob") { deleted } }',
  'Mutation.deleteMember': 'mutation { deleteMember(course: "algebra", key: "bob") { deleted } }',
  'Mutation.submitAttempt':
    'mutation { submitAttempt(course: "algebra", assignment: "week-1", input: { learner: "ada", answers: { J: "9" } }) { replayed } }',
  'Mutation.requestRegrade':
    'mutation { requestRegrade(course: "algebra", assignment: "week-1") { job { id } } }',
  'Subscription.attemptGraded': 'subscription { attemptGraded(course: "algebra") { missed } }',
  'Subscription.progressChanged': 'subscription { progressChanged(course: "algebra") { missed } }',
}

/** Fields below them that ask for a scope of their own, and the scope of what they stand in. */
const INNER: Readonly<Record<string, readonly [query: string, outer: Scope]>> = {
  'Course.assignment': ['{ course(key: "algebra") { assignment(key: "week-1") { key } } }', 'courses:read'],
  'Course.assignments': ['{ course(key: "algebra") { assignments { edges { cursor } } } }', 'courses:read'],
  'Course.members': ['{ course(key: "algebra") { members { edges { cursor } } } }', 'courses:read'],
  'Course.learner': ['{ course(key: "algebra") { learner(key: "ada") { key } } }', 'courses:read'],
  'Course.learners': ['{ course(key: "algebra") { learners { edges { cursor } } } }', 'courses:read'],
  'Course.progress': ['{ course(key: "algebra") { progress { __typename } } }', 'courses:read'],
  'CourseProgress.overview': [
    '{ course(key: "algebra") { progress { overview { learners } } } }',
    'courses:read',
  ],
  'CourseProgress.matrix': [
    '{ course(key: "algebra") { progress { matrix { totalCount } } } }',
    'courses:read',
  ],
  'LearnerConnection.totalCount': ['{ course(key: "algebra") { learners { totalCount } } }', 'courses:read'],
  'Learner.progress': ['{ learner(course: "algebra", key: "ada") { progress { credit } } }', 'progress:read'],
  'Assignment.graph': ['{ assignment(course: "algebra", key: "week-1") { graph { key } } }', 'courses:read'],
  'Assignment.statistics': [
    '{ assignment(course: "algebra", key: "week-1") { statistics { learners } } }',
    'courses:read',
  ],
  'Assignment.learners': [
    '{ assignment(course: "algebra", key: "week-1") { learners { edges { cursor } } } }',
    'courses:read',
  ],
  'Assignment.attempts': [
    '{ assignment(course: "algebra", key: "week-1") { attempts { edges { cursor } } } }',
    'courses:read',
  ],
}

let service: TestService
let owner: { id: string; key: string }
let attempt: string
let job: string
let strangers = 0
const clients: LiveClient[] = []

beforeAll(async () => {
  service = await createTestService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  owner = await service.tenant('owner')
  const { key } = owner
  await service.call('PUT /v1/graphs/square', { key, body: DEFINITION })
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  await service.call('PUT /v1/courses/algebra/assignments/week-1', { key, body: { graph: 'square' } })
  await service.call('PUT /v1/courses/algebra/members/ada', { key, body: { role: 'learner' } })
  const body = { learner: 'ada', answers: ANSWERS }
  const stored = await service.call('POST /v1/courses/algebra/assignments/week-1/attempts', { key, body })
  attempt = (stored.body as { id: string }).id
  job = (
    (await service.call('POST /v1/courses/algebra/assignments/week-1/regrade', { key })).body as {
      id: string
    }
  ).id
})
afterAll(async () => {
  for (const client of clients) client.close()
  await service.close()
})

const scopeOf = (field: string): Scope => FIELD_RIGHTS.get(field)?.needs as Scope

/** Asks for a field by the way that it is for: a subscription answers an error, or nothing while it waits. */
async function request(field: string, key: string | undefined): Promise<GraphqlAnswer> {
  const query = (ROOTS[field] ?? INNER[field]![0]).replace('ATTEMPT', attempt).replace('JOB', job)
  if (!field.startsWith('Subscription.')) {
    return ask(service, key, query, query.includes('$definition') ? { definition: DEFINITION } : undefined)
  }
  const client = await connect(service, key)
  clients.push(client)
  if (client.closed() !== undefined) {
    return {
      status: 401,
      data: undefined,
      errors: [{ message: '', extensions: { code: client.closed()!.reason, status: 401 } }],
      text: '',
    }
  }
  const errors = await client.subscribe(query)
  client.close()
  return {
    status: 200,
    data: undefined,
    errors: errors as GraphqlAnswer['errors'],
    text: JSON.stringify(errors),
  }
}

/** What must be there for a field to be asked for with success. */
async function prepare(field: string): Promise<void> {
  const { key } = owner
  if (field === 'Mutation.deleteMember' || field.endsWith('Override')) {
    await service.call('PUT /v1/courses/algebra/members/bob', { key, body: { role: 'learner' } })
    await service.call('PUT /v1/courses/algebra/assignments/week-1/overrides/bob', { key, body: {} })
  }
}

const FIELDS = [...Object.keys(ROOTS), ...Object.keys(INNER)]

test('every root field and every field with a scope has a row here, and no row stands for nothing', () => {
  const { graphql } = service.app as unknown as { graphql?: unknown }
  expect(graphql).toBeUndefined()
  const guarded = [...FIELD_RIGHTS].filter(([, { needs }]) => needs !== 'parent').map(([field]) => field)
  expect([...FIELDS].sort()).toEqual(guarded.sort())
})

test('a field of a root type without a resolver or a right keeps the schema from being built', () => {
  expect(() => createSchema({})).toThrow('nothing resolves Query.graph')
  const nothing = () => null
  const fields = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, nothing]))
  const resolvers: ResolverTable = {
    Query: fields(Object.keys(ROOTS).flatMap(name => (name.startsWith('Query.') ? name.slice(6) : []))),
    Mutation: fields(Object.keys(ROOTS).flatMap(name => (name.startsWith('Mutation.') ? name.slice(9) : []))),
    Subscription: fields(['attemptGraded', 'progressChanged']),
  }
  const schema = createSchema(resolvers)
  expect(isObjectType(schema.getType('Course'))).toBe(true)
  const rights = new Map(FIELD_RIGHTS)
  rights.delete('Mutation.putCourse')
  expect(() => createSchema(resolvers, rights)).toThrow('no right is stated for Mutation.putCourse')
  expect(() => createSchema({ ...resolvers, Course: { secret: nothing } })).toThrow(
    'there is no field Course.secret',
  )
  expect(() => createSchema({ ...resolvers, Course: { title: nothing } })).toThrow(
    'no right is stated for Course.title',
  )
})

describe.each(FIELDS)('%s', field => {
  const scope = scopeOf(field)
  const outer = INNER[field]?.[1]

  test('answers 401 without a key and with one that is unknown', async () => {
    const answer = await request(field, undefined)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'missing-key'])
    expect(codeOf(await request(field, `cm_${'A'.repeat(43)}`))).toBe('unknown-key')
  })

  test('refuses a key without the scope, before it looks anything up', async () => {
    const without = SCOPES.filter(other => other !== scope)
    const { key } = await service.key(owner.id, without)
    const answer = await request(field, key)
    expect(codeOf(answer)).toBe('missing-scope')
    if (!field.startsWith('Subscription.')) expect(answer.status).toBe(403)
    expect(answer.data ?? null).toBeNull()
    strangers += 1
    const elsewhere = await service.key((await service.tenant(`without-${String(strangers)}`)).id, without)
    expect(codeOf(await request(field, elsewhere.key))).toBe('missing-scope')
  })

  test("answers another tenant's key as if nothing were there", async () => {
    strangers += 1
    const { key } = await service.tenant(`stranger-${String(strangers)}`)
    const answer = await request(field, key)
    // A key of the caller's own choice: it makes the stranger's own, and touches nobody else's.
    if (field === 'Mutation.publishGraph' || field === 'Mutation.putCourse') {
      expect(answer.errors).toEqual([])
      return
    }
    if (field === 'Query.graphs' || field === 'Query.courses') {
      expect(answer.errors).toEqual([])
      expect(answer.text).not.toContain('algebra')
      expect(answer.text).not.toContain('square')
      return
    }
    expect(codeOf(answer)).toBe('not-found')
    expect(answer.text).not.toMatch(/Algebra|Square|ada/)
  })

  test('answers a key that has just the scopes', async () => {
    await prepare(field)
    const { key } = await service.key(owner.id, outer === undefined ? [scope] : [scope, outer])
    const answer = await request(field, key)
    expect(answer.errors).toEqual([])
    if (!field.startsWith('Subscription.')) expect(Object.values(answer.data ?? {})[0]).not.toBeNull()
  })

  test('answers a key that was revoked 401 within 5 seconds', async () => {
    const { id, key } = await service.key(owner.id, SCOPES)
    await ask(service, key, '{ courses { edges { cursor } } }')
    await service.services.keys.revoke(id, new Date(service.clock.now))
    service.clock.now += 5_000
    expect(codeOf(await request(field, key))).toBe('unknown-key')
  })
})

test.each(FIELDS.filter(field => (ROOTS[field] ?? INNER[field]![0]).includes('algebra')))(
  '%s is not for a key restricted to other courses',
  async field => {
    const { key } = await service.key(owner.id, SCOPES, ['geometry'])
    const answer = await request(field, key)
    expect(codeOf(answer)).toBe('course-not-allowed')
    expect(answer.errors[0]?.extensions.status).toBe(403)
  },
)

test('a job of a course that the key is not for is as if it were not there', async () => {
  const { key } = await service.key(owner.id, SCOPES, ['geometry'])
  expect(codeOf(await request('Query.job', key))).toBe('not-found')
})
