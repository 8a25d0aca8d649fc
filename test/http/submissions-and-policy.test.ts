import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { holdNewcomer, waiting } from '../support/hold.js'
import { createClassroom, hoursOn, RIGHT } from '../support/regrading.js'
import { eventually } from '../support/server.js'
import { createTestService, START } from '../support/service.js'

const { service, tenant, teacher, runner, close } = await createClassroom()
/** Another process over the same database. */
const replica = await createTestService({ url: service.url, database: createDatabase(service.url) })
afterAll(async () => {
  await replica.close()
  await close()
})

/** Who waits for the end of another transaction: not for an assignment, which has a lock of another kind. */
const storing = (): Promise<number> => waiting(service.url, 'transactionid')

test.each<[string, (url: string) => Promise<unknown>]>([
  ['a change of policy', url => teacher.change(url, { points: 20 })],
  ['a request for a regrading', url => teacher.regrade(url)],
])('%s waits for submissions under way, and later ones wait for it', async (_name, upheaval) => {
  const url = await teacher.assign()
  const submit = async (learner: string, to = service): Promise<void> => {
    const body = { learner, answers: RIGHT }
    expect(await to.call(`POST ${url}/attempts`, { key: tenant.key, body })).toMatchObject({ status: 201 })
  }
  // The policy of now is known to both.
  await Promise.all([submit('known'), submit('known-there', replica)])
  const newcomer = `early-${url.slice(url.lastIndexOf('/') + 1)}`
  const holder = await holdNewcomer(service.url, 'algebra', newcomer)
  const early = submit(newcomer)
  await eventually(async () => (await storing()) === 1)
  const changed = upheaval(url)
  await eventually(async () => (await waiting(service.url)) === 2)
  const late = [submit('late'), submit('late-there', replica)]
  await eventually(async () => (await waiting(service.url)) === 3)
  expect(await storing()).toBe(1)
  await holder.letGo()
  await Promise.all([early, changed, ...late])
  const points = new Map((await teacher.attempts(url)).map(({ learner, maxPoints }) => [learner, maxPoints]))
  const { points: now } = (await teacher.call(`GET ${url}`)).body as { points: number }
  expect(points).toEqual(
    new Map([
      ['known', 10],
      ['known-there', 10],
      [newcomer, 10],
      ['late', now],
      ['late-there', now],
    ]),
  )
  await runner().runUntilIdle()
})

/** Time has come this far; whoever closes then is closed. */
const NOW = new Date(START).toISOString()

test.each<[string, object, object, object]>([
  ['closed', {}, { closesAt: NOW }, { status: 403, body: { code: 'assignment-closed' } }],
  ['not open yet', {}, { opensAt: hoursOn(9) }, { status: 403, body: { code: 'assignment-not-open' } }],
  ['without an attempt left', {}, { maxAttempts: 1 }, { status: 403, body: { code: 'no-attempts-left' } }],
  ['open again', { closesAt: NOW }, {}, { status: 201 }],
  ['with an attempt more', { maxAttempts: 1 }, { maxAttempts: 2 }, { status: 201, body: { number: 2 } }],
  ['worth more', {}, { points: 20 }, { status: 201, body: { points: 20, maxPoints: 20 } }],
  [
    'asking for a variant',
    {},
    { variants: 'per-learner' },
    { status: 422, body: { code: 'variant-required' } },
  ],
  ['late', {}, { dueAt: hoursOn(-1), lateCredit: 0.5 }, { status: 201, body: { late: true, points: 5 } }],
])(
  'an assignment that another process has made %s is so at once, whatever was known here',
  async (_, before, after, answer) => {
    const url = await teacher.assign()
    service.clock.now = START
    const submit = () =>
      service.call(`POST ${url}/attempts`, { key: tenant.key, body: { learner: 'ada', answers: RIGHT } })
    expect((await submit()).status).toBe(201)
    const change = (policy: object) =>
      replica.call(`PUT ${url}`, { key: tenant.key, body: { graph: 'lab-network0', ...policy } })
    await change(before)
    await submit() // Now that is what is known here.
    const { items } = (await teacher.call(`GET ${url}/attempts?learner=ada`)).body as { items: object[] }
    const taken = items.length
    await change(after)
    expect(await submit()).toMatchObject(answer)
    const { items: stored } = (await teacher.call(`GET ${url}/attempts?learner=ada`)).body as {
      items: object[]
    }
    expect(stored.length - taken).toBe('status' in answer && answer.status === 201 ? 1 : 0)
  },
)

test('what another process has decided to show no more is not shown', async () => {
  const url = await teacher.assign()
  const submit = async () => {
    const body = { learner: 'ada', answers: RIGHT }
    return (await service.call(`POST ${url}/attempts`, { key: tenant.key, body })).body
  }
  expect(await submit()).toHaveProperty('boxes')
  const policy = { graph: 'lab-network0', feedback: 'none' }
  await replica.call(`PUT ${url}`, { key: tenant.key, body: policy })
  const shown = await submit()
  expect(shown).toMatchObject({ number: 2 })
  for (const field of ['boxes', 'credit', 'points', 'progress']) expect(shown).not.toHaveProperty(field)
})

test('an assignment that was not there a moment ago is there at once', async () => {
  const url = '/v1/courses/algebra/assignments/made-elsewhere'
  const submit = () =>
    service.call(`POST ${url}/attempts`, { key: tenant.key, body: { learner: 'ada', answers: RIGHT } })
  expect((await submit()).status).toBe(404)
  await replica.call(`PUT ${url}`, { key: tenant.key, body: { graph: 'lab-network0' } })
  expect((await submit()).status).toBe(201)
})

test('an assignment that is known here is known to no other tenant, and not to a key of another course', async () => {
  const url = await teacher.assign()
  await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 0 })
  const stranger = await service.tenant('stranger')
  const restricted = await service.key(tenant.id, ['attempts:write'], ['geometry'])
  const body = { learner: 'ada', answers: RIGHT }
  for (const [key, status] of [
    [stranger.key, 404],
    [restricted.key, 403],
  ] as const) {
    expect((await service.call(`POST ${url}/attempts`, { key, body })).status).toBe(status)
  }
  expect(await teacher.attempts(url)).toHaveLength(1)
})
