import { buildSchema, parse, type GraphQLFieldResolver } from 'graphql'
import { expect, test } from 'vitest'
import { createSubscriptionRunner, sharedByOf } from '../../src/graphql/live-execution.js'

type Context = { readonly number: number }

/** Runs a subscription to what a source tells. */
async function run(
  query: string,
  source: () => AsyncIterable<unknown>,
  { runner = createSubscriptionRunner(), sharedBy = 'mila' } = {},
) {
  const schema = buildSchema('type Query { none: Int } type Subscription { told: Int, number: Int }')
  const fields = schema.getSubscriptionType()!.getFields()
  const number: GraphQLFieldResolver<unknown, Context> = (_event, _arguments, context) => context.number
  Object.assign(fields['number']!, { subscribe: source, resolve: number })
  Object.assign(fields['told']!, { subscribe: source, resolve: (event: unknown) => event })
  let contexts = 0
  return runner({
    schema,
    document: parse(query),
    contextValue: { create: () => ({ number: (contexts += 1) }), sharedBy },
  })
}

async function* three() {
  await Promise.resolve()
  yield* [1, 'none', 3]
}

test('every event is answered, one that fails with its error', async () => {
  const results = await run('subscription { told }', three)
  const told = []
  for await (const { data, errors } of results as AsyncIterable<{ data?: unknown; errors?: Error[] }>) {
    told.push([data, errors?.length])
  }
  expect(told).toEqual([
    [{ told: 1 }, undefined],
    [{ told: null }, 1],
    [{ told: 3 }, undefined],
  ])
})

test('every event has a context of its own', async () => {
  const numbers = []
  for await (const { data } of (await run('subscription { number }', three)) as AsyncIterable<{
    data?: { number: number }
  }>) {
    numbers.push(data?.number)
  }
  // The first one subscribed.
  expect(numbers).toEqual([2, 3, 4])
})

test('what cannot be subscribed to is told, whatever was thrown', async () => {
  for (const query of ['subscription { told @skip(if: true) }', 'subscription { nothing }']) {
    const result = await run(query, three)
    expect(result).toEqual({ errors: [expect.any(Error)] })
  }
  const refused = await run('subscription { told }', () => {
    throw new Error('not now')
  })
  expect(refused).toMatchObject({ errors: [{ message: 'not now' }] })
})

test('who ends it ends the source at once, while that has nothing to tell', async () => {
  let ended = 0
  const silent: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => silent,
    next: () => new Promise(() => undefined),
    return: () => {
      ended += 1
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  const results = (await run('subscription { told }', () => silent)) as AsyncIterableIterator<unknown>
  void results.next()
  expect(await results.return?.()).toEqual({ done: true, value: undefined })
  expect(ended).toBe(1)
})

test('an event that many are given is executed once for those who are answered the same, and for nobody else', async () => {
  const runner = createSubscriptionRunner()
  const [event, another] = [{}, {}]
  const source = async function* () {
    await Promise.resolve()
    yield* [event, another]
  }
  const answers = async (sharedBy: string): Promise<unknown[]> => {
    const given: unknown[] = []
    const results = await run('subscription { number }', source, { runner, sharedBy })
    for await (const result of results as AsyncIterable<unknown>) given.push(result)
    return given
  }
  const [one, other, noor] = [await answers('mila'), await answers('mila'), await answers('noor')]
  expect(other[0]).toBe(one[0])
  expect(other[1]).toBe(one[1])
  expect(one[1]).not.toBe(one[0])
  expect(noor[0]).not.toBe(one[0])
})

test('only who asks the same with the same rights is answered the same', () => {
  const principal = {
    keyId: 'key',
    tenantId: 'lms',
    scopes: new Set(['progress:read'] as const),
    courses: ['geometry'],
  }
  const payload = { query: 'subscription { told }', operationName: 'Told', variables: { full: true } }
  const alike = sharedByOf({ ...principal }, { ...payload, variables: { full: true } })
  expect(alike).toBe(sharedByOf(principal, payload))
  const others = [
    sharedByOf({ ...principal, keyId: 'another' }, payload),
    sharedByOf({ ...principal, scopes: new Set() }, payload),
    sharedByOf({ ...principal, courses: [] }, payload),
    sharedByOf(principal, { ...payload, query: 'subscription { number }' }),
    sharedByOf(principal, { ...payload, operationName: undefined }),
    sharedByOf(principal, { ...payload, variables: { full: false } }),
  ]
  expect(new Set([alike, ...others]).size).toBe(7)
})
