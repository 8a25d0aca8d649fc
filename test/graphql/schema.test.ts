import { readFileSync } from 'node:fs'
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  subscribe,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pino } from 'pino'
import type { FastifyRequest } from 'fastify'
import { buildApp } from '../../src/app.js'
import { createContext } from '../../src/graphql/context.js'
import { mutations } from '../../src/graphql/resolvers/mutations.js'
import { queries } from '../../src/graphql/resolvers/queries.js'
import { subscriptions } from '../../src/graphql/resolvers/subscriptions.js'
import { createSchema, type ResolverTable } from '../../src/graphql/schema.js'
import type { CourseFeeds } from '../../src/services/course-feed.js'
import type { Principal } from '../../src/services/principal.js'
import { ask } from '../support/graphql.js'
import { createTestService, type TestService } from '../support/service.js'

const SDL = readFileSync(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8')

let service: TestService
beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())

test('every type, field, argument and word of the schema says what it is', () => {
  const silent: string[] = []
  const look = (
    name: string,
    { description }: { readonly description?: string | null | undefined },
  ): void => {
    if ((description ?? '').trim() === '') silent.push(name)
  }
  for (const type of Object.values(buildSchema(SDL).getTypeMap())) {
    if (type.name.startsWith('__')) continue
    look(type.name, type)
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value)
    if (!isObjectType(type) && !isInputObjectType(type) && !isInterfaceType(type)) continue
    const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(
      type.getFields(),
    )
    for (const field of fields) {
      look(`${type.name}.${field.name}`, field)
      for (const argument of 'args' in field ? field.args : [])
        look(`${type.name}.${field.name}(${argument.name})`, argument)
    }
  }
  expect(silent).toEqual([])
})

test('the server that is run reads the schema that was compiled with it', () => {
  expect(readFileSync(new URL('../../dist/graphql/schema.graphql', import.meta.url), 'utf8')).toBe(SDL)
})

test('the schema is told, and the page to try it there, only where that is asked for', async () => {
  const { key } = await service.tenant('one')
  expect((await ask(service, key, '{ __schema { queryType { name } } }')).status).toBe(400)
  expect((await service.call('GET /graphiql')).status).toBe(404)
  const open = await buildApp(service.services, pino({ level: 'silent' }), {
    graphql: { introspection: true },
  })
  try {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const send = (query: string) =>
      open.inject({ method: 'POST', url: '/graphql', headers, payload: JSON.stringify({ query }) })
    const { getIntrospectionQuery } = await import('graphql')
    const told = await send(getIntrospectionQuery())
    expect(told.json()).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } })
    expect((await open.inject('/graphiql')).statusCode).toBe(200)
    const deep = `{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`
    expect((await send(deep)).statusCode).toBe(400)
  } finally {
    await open.close()
  }
})

test('each event of a subscription is counted for itself, and one that is too large is refused', async () => {
  const feeds = { watch: tellAll } as unknown as CourseFeeds
  let boxes = 600
  const live = subscriptions(feeds, (_course, ids) =>
    Promise.resolve(
      ids.map(id => ({ assignment: 'a', attempt: { id, boxes: Array(boxes).fill({ id: 'J' }) } })) as never,
    ),
  )
  const schema = createSchema({ ...queries, ...mutations, ...live } as unknown as ResolverTable)
  const contextValue = createContext(
    {
      ...service.services,
      courses: { ...service.services.courses, find: () => Promise.resolve({ id: 'c' }) },
    } as never,
    {
      principal: { scopes: new Set(['progress:read']), courses: [] } as unknown as Principal,
      receivedAt: 0,
      bytes: 0,
      request: {} as FastifyRequest,
    },
  )
  const document = parse(
    'subscription { attemptGraded(course: "c") { attempts { attempt { boxes { id } } } } }',
  )
  const events = await subscribe({ schema, document, contextValue })
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events.errors))
  const errors: unknown[] = []
  for await (const event of events) {
    errors.push(event.errors?.map(({ message }) => message.slice(0, 10)))
    service.clock.now += 15_000
    if (errors.length === 3) boxes = 2_000
  }
  expect(errors).toEqual([undefined, undefined, undefined, ['The answer']])
})

/** Four batches of 100 attempts. */
async function* tellAll() {
  for (let batch = 0; batch < 4; batch += 1) {
    await Promise.resolve()
    yield { events: Array.from({ length: 100 }, (_, index) => ({ attemptId: String(index) })), missed: 0 }
  }
}
