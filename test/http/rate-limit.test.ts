import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildApp, type AppOptions } from '../../src/app.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { createAuthentication } from '../../src/services/api-keys.js'
import type { Services } from '../../src/services/services.js'
import { createTestService, type TestService } from '../support/service.js'

const OFF = { perKey: 0, practice: 0, failedKeys: 0 }
const HERE = '198.51.100.7'
const ELSEWHERE = '203.0.113.9'

let service: TestService
let tenantId: string
let apps: FastifyInstance[] = []

beforeAll(async () => {
  service = await createTestService()
  tenantId = (await service.tenant('owner')).id
})
// Windows begin with a request and end by the clock: it stands still, unless a test sets it.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T12:00:00Z') })
})
afterEach(async () => {
  vi.useRealTimers()
  for (const app of apps) await app.close()
  apps = []
})
afterAll(() => service.close())

const newKey = () => service.key(tenantId, SCOPES)

const wrongKey = (number: number) => `cm_${String(number).padStart(43, '0')}`

async function under(options: AppOptions) {
  let lookedUp = 0
  // With a clock that runs so fast that no key is believed from one request to the next.
  let clock = 0
  const monotonic = () => (clock += 60_000)
  const lookUp = createAuthentication(service.services.keys, { ...service.services.effects, monotonic })
  const authenticate: Services['authenticate'] = key => {
    lookedUp += 1
    return lookUp(key)
  }
  const app = await buildApp({ ...service.services, authenticate }, pino({ level: 'silent' }), options)
  apps.push(app)
  const from = (address: string, key: string | undefined, headers: Record<string, string> = {}) => ({
    remoteAddress: address,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
  })
  return {
    lookUps: () => lookedUp,
    list: (key?: string, address = HERE, headers = {}) =>
      app.inject({ url: '/v1/courses', ...from(address, key, headers) }),
    practise: (key: string, address = HERE, headers = {}) =>
      app.inject({
        method: 'POST',
        url: '/v1/graphs/lab-network0/grade',
        ...from(address, key, { 'content-type': 'application/json', ...headers }),
        payload: '{"answers":{"a":"11"}}',
      }),
    practiseFreely: (answers: object) =>
      app.inject({
        method: 'POST',
        url: '/practice/graphs/lab-network1/grade',
        remoteAddress: HERE,
        payload: { answers },
      }),
    live: () => app.inject({ url: '/livez', remoteAddress: HERE }),
  }
}

const shown = ({ headers }: LightMyRequestResponse) => [
  headers['ratelimit-limit'],
  headers['ratelimit-remaining'],
  headers['ratelimit-reset'],
]

function expectLimited(answer: LightMyRequestResponse, limit: number) {
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.headers['retry-after']).toBe('60')
  expect(shown(answer)).toEqual([limit, 0, 60].map(String))
  expect(answer.json()).toMatchObject({
    type: 'urn:chainmark:problem:too-many-requests',
    status: 429,
    code: 'too-many-requests',
  })
}

test('every route with a key documents 429 and 503 with Retry-After', async () => {
  type Operation = { responses: Record<string, { headers?: object; content?: object }> }
  const { body } = await service.call('GET /openapi.json')
  const { paths } = body as { paths: Record<string, Record<string, Operation>> }
  const operations = Object.values(paths).flatMap(path => Object.values(path))
  expect(operations.length).toBeGreaterThan(20)
  for (const { responses } of operations) {
    for (const status of ['429', '503']) {
      expect(Object.keys(responses[status]!.headers!)).toEqual(['Retry-After'])
      expect(Object.keys(responses[status]!.content!)).toEqual(['application/problem+json'])
    }
  }
})

describe('by default', () => {
  test('nothing is limited, and no header speaks of limits', async () => {
    const { list, practise } = await under({})
    const { key } = await newKey()
    const answers = [await list(key), await practise(key), await list(wrongKey(1))]
    expect(answers.map(answer => answer.statusCode)).toEqual([200, 200, 401])
    for (const answer of answers) expect(shown(answer)).toEqual([undefined, undefined, undefined])
  })
})

describe('a limit on each key', () => {
  test('counts down in the headers, refuses what is past it, and begins anew after a minute', async () => {
    const { list } = await under({ rateLimits: { ...OFF, perKey: 2 } })
    const { key } = await newKey()
    expect(shown(await list(key))).toEqual(['2', '1', '60'])
    expect(shown(await list(key, ELSEWHERE))).toEqual(['2', '0', '60'])
    expectLimited(await list(key), 2)
    vi.setSystemTime(Date.now() + 59_999)
    expect((await list(key)).headers['retry-after']).toBe('1')
    vi.setSystemTime(Date.now() + 1)
    expect(shown(await list(key))).toEqual(['2', '1', '60'])
  })

  test('is not touched by the requests of another key, nor by those without a key', async () => {
    const { list, live } = await under({ rateLimits: { ...OFF, perKey: 1 } })
    const [one, other] = [await newKey(), await newKey()]
    expect((await list(one.key)).statusCode).toBe(200)
    expectLimited(await list(one.key), 1)
    expect((await list(other.key)).statusCode).toBe(200)
    for (let times = 0; times < 3; times += 1) expect((await live()).statusCode).toBe(200)
  })
})

describe('a limit on practice', () => {
  test.each([
    ['the same address', HERE, HERE, true],
    ['another address', HERE, ELSEWHERE, false],
    ['the same address, written as one of IPv6', HERE, `::ffff:${HERE}`, true],
    ['the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['the next /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ])('%s', async (_name, first, second, isCounted) => {
    const { practise } = await under({ rateLimits: { ...OFF, practice: 1 } })
    const [one, other] = [await newKey(), await newKey()]
    expect((await practise(one.key, first)).statusCode).toBe(200)
    const answer = await practise(other.key, second)
    if (isCounted) expectLimited(answer, 1)
    else expect(answer.statusCode).toBe(200)
  })

  test('counts what practice takes: the more, the more work it is', async () => {
    const { practiseFreely } = await under({ rateLimits: { ...OFF, practice: 20 } })
    const boxes = 'c a d J dJ_dd dd_da dJ_da da_dc dJ_dc da_db dJ_db dc_dw dJ_dw'.split(' ')
    const all = (typed: string) => Object.fromEntries(boxes.map(id => [id, typed]))
    const invented = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`q${String(i)}`, '1']))
    const left = async (answers: object) => {
      const answer = await practiseFreely(answers)
      return answer.statusCode === 429 ? 'limited' : answer.headers['ratelimit-remaining']
    }
    expect(await left({ a: '4' })).toBe('19')
    expect(await left(all('17.3'))).toBe('18')
    // Milliseconds of arithmetic: it counts as two, and what comes after it sees that.
    expect(await left(all('2^2047/3^1200+7^700/11^590'))).toBe('17')
    expect(await left({ a: '4' })).toBe('15')
    // What is refused counts as well.
    expect(await left(invented)).toBe('14')
    expect(await left({ a: '4' })).toBe('8')
    expect(await left(invented)).toBe('7')
    expect(await left(invented)).toBe('1')
    expect(await left({ a: '4' })).toBe('limited')
  })

  test('counts nothing else', async () => {
    const { practise, list } = await under({ rateLimits: { ...OFF, practice: 1 } })
    const { key } = await newKey()
    await practise(key)
    expectLimited(await practise(key), 1)
    const answer = await list(key)
    expect(answer.statusCode).toBe(200)
    expect(shown(answer)).toEqual([undefined, undefined, undefined])
  })

  test('beside one on the key: the headers show the nearer', async () => {
    const { key } = await newKey()
    const nearPractice = await under({ rateLimits: { ...OFF, perKey: 9, practice: 3 } })
    expect(shown(await nearPractice.practise(key))).toEqual(['3', '2', '60'])
    const nearKey = await under({ rateLimits: { ...OFF, perKey: 3, practice: 9 } })
    expect(shown(await nearKey.practise(key))).toEqual(['3', '2', '60'])
  })
})

describe('a limit on unknown keys', () => {
  const rateLimits = { ...OFF, failedKeys: 2 }

  test('past it no further key of that address is looked up for a minute', async () => {
    const { list, lookUps } = await under({ rateLimits })
    expect((await list(wrongKey(1))).json()).toMatchObject({ code: 'unknown-key' })
    expect((await list(wrongKey(2))).json()).toMatchObject({ code: 'unknown-key' })
    expect(lookUps()).toBe(2)
    expectLimited(await list(wrongKey(3)), 2)
    // What has never been good here waits as well, good or not.
    const { key } = await newKey()
    expectLimited(await list(key), 2)
    expect(lookUps()).toBe(2)
    expect((await list(key, ELSEWHERE)).statusCode).toBe(200)

    vi.setSystemTime(Date.now() + 60_000)
    expect((await list(wrongKey(4))).statusCode).toBe(401)
  })

  test('many at once are not looked up past it either', async () => {
    const { list, lookUps } = await under({ rateLimits })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => list(wrongKey(index), index === 19 ? ELSEWHERE : HERE)),
    )
    const statuses = answers.map(answer => answer.statusCode)
    expect(statuses.slice(0, 19).filter(status => status === 401)).toHaveLength(2)
    expect(statuses.slice(0, 19).filter(status => status === 429)).toHaveLength(17)
    expect(statuses[19]).toBe(401)
    expect(lookUps()).toBe(3)
    for (const answer of answers) {
      if (answer.statusCode === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  test('many at once with one good key that is new here pass, and take nothing of the limit', async () => {
    const { list } = await under({ rateLimits: { ...OFF, failedKeys: 1 } })
    const [one, other] = [await newKey(), await newKey()]
    const answers = await Promise.all(Array.from({ length: 20 }, () => list(one.key)))
    expect(new Set(answers.map(answer => answer.statusCode))).toEqual(new Set([200]))
    expect((await list(wrongKey(1))).statusCode).toBe(401)
    expectLimited(await list(other.key), 1)
  })

  test('a key that was good before passes, whatever others send from its address', async () => {
    const { list } = await under({ rateLimits })
    const [good, revoked] = [await newKey(), await newKey()]
    for (const { key } of [good, revoked]) expect((await list(key)).statusCode).toBe(200)
    for (const number of [1, 2]) await list(wrongKey(number))
    expectLimited(await list(wrongKey(3)), 2)
    for (let times = 0; times < 5; times += 1) expect((await list(good.key)).statusCode).toBe(200)

    await service.services.keys.revoke(revoked.id, new Date())
    expect((await list(revoked.key)).json()).toMatchObject({ code: 'unknown-key' })
    expectLimited(await list(revoked.key), 2)
  })

  test('successes and requests without a key do not count', async () => {
    const { list, live } = await under({ rateLimits })
    const { key } = await newKey()
    for (let times = 0; times < 5; times += 1) {
      expect((await list(key)).statusCode).toBe(200)
      expect((await list()).json()).toMatchObject({ code: 'missing-key' })
      expect((await live()).statusCode).toBe(200)
    }
    expect((await list(wrongKey(1))).statusCode).toBe(401)
  })
})

describe('who the address of a request is taken from', () => {
  const FORWARDED = '192.0.2.1'
  const BALANCER = '10.0.0.5'
  test.each([
    ['nobody is trusted', 0, ELSEWHERE, BALANCER],
    ['the connection, with an empty list', [], ELSEWHERE, BALANCER],
    ['one balancer', 1, ELSEWHERE, ELSEWHERE],
    ['one balancer, and a client that claims to be another', 1, `${FORWARDED}, ${ELSEWHERE}`, ELSEWHERE],
    ['two balancers', 2, `${FORWARDED}, ${ELSEWHERE}`, FORWARDED],
    ['a range that the balancer is in', ['10.0.0.0/8'], `${FORWARDED}, ${ELSEWHERE}`, ELSEWHERE],
    ['an address that the balancer has not', ['10.0.0.6'], ELSEWHERE, BALANCER],
    ['a range of IPv6 that it is not in', ['fd00::/8'], ELSEWHERE, BALANCER],
  ] as const)('%s', async (_name, trustedProxies, forwardedFor, taken) => {
    const { practise } = await under({ rateLimits: { ...OFF, practice: 1 }, trustedProxies })
    const { key } = await newKey()
    expect((await practise(key, BALANCER, { 'x-forwarded-for': forwardedFor })).statusCode).toBe(200)
    // Whoever is connected here and passes on nothing is who is connected.
    for (const address of [FORWARDED, ELSEWHERE, BALANCER]) {
      expect((await practise(key, address)).statusCode, address).toBe(address === taken ? 429 : 200)
    }
  })

  test.each(['no address', '::1%lo', '1.2.3', 'ffff:::', 'x'.repeat(5_000)])(
    'what is no address counts as it stands: %.20s',
    async claimed => {
      const { practise } = await under({ rateLimits: { ...OFF, practice: 1 }, trustedProxies: 1 })
      const { key } = await newKey()
      const headers = { 'x-forwarded-for': claimed }
      expect((await practise(key, BALANCER, headers)).statusCode).toBe(200)
      expect((await practise(key, BALANCER, headers)).statusCode).toBe(429)
    },
  )
})
