import { isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCOPES, type Scope } from '../../src/contracts/scopes.js'
import { FIELD_RIGHTS } from '../../src/graphql/rights.js'
import { createSchema, type ResolverTable } from '../../src/graphql/schema.js'
import { ask, codeOf } from '../support/graphql.js'
import { askField, createClass, enrolBob, placed, type TestClass } from '../support/graphql-class.js'
import { CASES, scopesOf } from '../support/graphql-fields.js'
import { createTestService, type TestService } from '../support/service.js'
import { tenantRows } from '../support/tenant-rows.js'

const ALL = [...CASES.values()]
const ROOT_TYPES = ['Query', 'Mutation', 'Subscription']

let service: TestService
let owner: TestClass
/** A tenant that has nothing. */
let newcomer: string
const keys = new Map<string, Promise<string>>()

beforeAll(async () => {
  service = await createTestService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  owner = await createClass(service, { name: 'Owner', points: 10, attempts: 1 })
  newcomer = (await service.tenant('newcomer')).id
})
afterAll(() => service.close())

/** A tenant's key with these scopes, for these courses; made once. */
function keyOf(tenantId: string, scopes: readonly Scope[], courses: readonly string[] = []): Promise<string> {
  const name = JSON.stringify([tenantId, scopes, courses])
  const made = keys.get(name) ?? service.key(tenantId, scopes, courses).then(({ key }) => key)
  keys.set(name, made)
  return made
}

const allBut = (scope: Scope): readonly Scope[] => SCOPES.filter(other => other !== scope)

describe('the table of rights', () => {
  test('asks of every field what is stated here, and of nothing else', () => {
    const asked = [...FIELD_RIGHTS].map(([field, { needs }]) => [field, needs])
    expect(Object.fromEntries(asked)).toEqual(
      Object.fromEntries(ALL.map(({ field, needs }) => [field, needs])),
    )
  })

  test('leaves to the parent what is a part of it, and that alone', () => {
    const free = [...FIELD_RIGHTS].flatMap(([field, { needs }]) => (needs === 'parent' ? [field] : []))
    expect(free).toEqual(['Box.answer', 'SubmittedAttempt.attempts', 'SubmittedAttempt.remaining'])
  })

  test('must name every field of a root type and every other that has a resolver', () => {
    expect(() => createSchema({})).toThrow('nothing resolves Query.graph')
    const nothing = () => null
    const resolvers: ResolverTable = Object.fromEntries(
      ROOT_TYPES.map(type => [
        type,
        Object.fromEntries(
          ALL.flatMap(({ field }) => (field.startsWith(`${type}.`) ? [[field.split('.')[1], nothing]] : [])),
        ),
      ]),
    )
    expect(isObjectType(createSchema(resolvers).getType('Course'))).toBe(true)
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
})

describe.each([...CASES])('%s', (_name, one) => {
  const isLive = one.field.startsWith('Subscription.')

  test('is refused without a key and with one that is unknown', async () => {
    const answer = await askField(service, undefined, one, owner)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'missing-key'])
    expect(codeOf(await askField(service, `cm_${'A'.repeat(43)}`, one, owner))).toBe('unknown-key')
  })

  test.each(scopesOf(one))('is refused without %s, before anything is looked up or written', async scope => {
    const before = await tenantRows(service.database, owner.tenantId)
    for (const tenantId of [owner.tenantId, newcomer]) {
      const answer = await askField(service, await keyOf(tenantId, allBut(scope)), one, owner)
      expect(codeOf(answer)).toBe('missing-scope')
      expect(answer.status).toBe(isLive ? 200 : 403)
      expect(answer.data ?? null).toBeNull()
    }
    expect(await tenantRows(service.database, owner.tenantId)).toEqual(before)
  })

  test('is answered to a key that has just the scopes', async () => {
    if (one.field.startsWith('Mutation.delete')) await enrolBob(service, owner)
    const answer = await askField(service, await keyOf(owner.tenantId, scopesOf(one)), one, owner)
    expect(answer.errors).toEqual([])
    if (!isLive) expect(answer.data).toEqual(placed(one.data, owner))
  })
})

test('a key that was revoked is refused by every field within 5 seconds', async () => {
  const { id, key } = await service.key(owner.tenantId, SCOPES)
  expect((await ask(service, key, '{ courses { edges { cursor } } }')).errors).toEqual([])
  await service.services.keys.revoke(id, new Date(service.clock.now))
  service.clock.now += 5_000
  for (const [name, one] of CASES)
    expect(codeOf(await askField(service, key, one, owner)), name).toBe('unknown-key')
})

describe('a key that is restricted to courses', () => {
  const OF_COURSES = [...CASES].filter(([, { query }]) => /algebra|geometry/.test(query))

  test.each(OF_COURSES)('is refused %s of another', async (_name, one) => {
    const before = await tenantRows(service.database, owner.tenantId)
    const answer = await askField(service, await keyOf(owner.tenantId, SCOPES, ['history']), one, owner)
    expect(answer.errors.map(({ extensions: { code, status } }) => [code, status])).toEqual([
      ['course-not-allowed', 403],
    ])
    expect(Object.values(answer.data ?? {}).filter(value => value !== null)).toEqual([])
    expect(await tenantRows(service.database, owner.tenantId)).toEqual(before)
  })

  test('lists those courses alone, and is told of no job of another', async () => {
    const list = '{ courses { edges { node { key } } pageInfo { hasNextPage } } }'
    const listed = async (courses: readonly string[]): Promise<unknown> =>
      (await ask(service, await keyOf(owner.tenantId, SCOPES, courses), list)).data
    const page = (...courses: readonly string[]) => ({
      courses: { edges: courses.map(key => ({ node: { key } })), pageInfo: { hasNextPage: false } },
    })
    expect(await listed([])).toEqual(page('algebra', 'geometry'))
    expect(await listed(['geometry', 'history'])).toEqual(page('geometry'))
    expect(await listed(['history'])).toEqual(page())
    const job = CASES.get('Query.job')!
    const jobFor = async (course: string) =>
      askField(service, await keyOf(owner.tenantId, SCOPES, [course]), job, owner)
    expect(codeOf(await jobFor('algebra'))).toBe('not-found')
    expect((await jobFor('geometry')).data).toEqual(placed(job.data, owner))
  })

  test('reads and publishes graphs, which are of no course, and everything of its own', async () => {
    const named = new Set(OF_COURSES.map(([name]) => name))
    expect([...CASES.keys()].filter(name => !named.has(name))).toEqual([
      'Query.graph',
      'Query.graphs',
      'Query.courses',
      'Query.job',
      'Mutation.publishGraph',
      'Box.answer of Query.graph',
      'Box.answer of Mutation.publishGraph',
    ])
    const key = await keyOf(owner.tenantId, SCOPES, ['algebra', 'geometry'])
    for (const [name, one] of CASES) {
      if (name.startsWith('Mutation.delete')) await enrolBob(service, owner)
      const answer = await askField(service, key, one, owner)
      expect(answer.errors, name).toEqual([])
      if (answer.data !== undefined) expect(answer.data, name).toEqual(placed(one.data, owner))
    }
  })
})
