import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { createTestService, type TestService } from '../support/service.js'

const service = await createTestService()
/** Another process over the same database. */
const replica = await createTestService({ url: service.url, database: createDatabase(service.url) })
const { key } = await service.tenant('owner')
await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
afterAll(async () => {
  await replica.close()
  await service.close()
})

let assignments = 0
async function assign(policy: object = {}): Promise<string> {
  assignments += 1
  const url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
  await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', ...policy } })
  return url
}

const submit = (from: TestService, url: string, once: string, body: object) =>
  from.call(`POST ${url}/attempts`, { key, body, headers: { 'idempotency-key': once } })

test.each<[string, TestService[], object]>([
  ['one process', [service], {}],
  ['two replicas', [service, replica], {}],
  ['two replicas, where they use the last attempt', [service, replica], { maxAttempts: 1 }],
])(
  '100 requests with one key at once to %s store one attempt, and all get the same body',
  async (name, to, policy) => {
    const url = await assign(policy)
    const body = { learner: 'ada', answers: { a: '11', J: '100' } }
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        submit(to[index % to.length]!, url, name.replaceAll(' ', '-'), body),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const replayed = answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')
    expect(replayed).toHaveLength(99)
    expect(answers.filter(({ headers }) => 'idempotent-replayed' in headers)).toHaveLength(99)
    const stored = await service.call(`GET ${url}/attempts`, { key })
    expect((stored.body as { items: object[] }).items).toMatchObject([{ learner: 'ada', number: 1 }])
  },
)

test('of different requests with one key at once one is stored, and the others are told', async () => {
  const url = await assign()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      submit([service, replica][index % 2]!, url, 'contested', {
        learner: `learner-${String(index)}`,
        answers: { a: '11' },
      }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(39).fill(409)])
  for (const { status, body } of answers) {
    if (status === 409) expect(body).toMatchObject({ code: 'idempotency-key-reused' })
  }
  const members = (await service.call('GET /v1/courses/algebra/members?limit=200', { key })).body as {
    items: { key: string }[]
  }
  expect(members.items.filter(member => member.key.startsWith('learner-'))).toHaveLength(1)
})

test('a key whose request is refused while others wait with it is free for the next of them', async () => {
  const url = await assign({ maxAttempts: 1 })
  const answers = { a: '11' }
  expect((await submit(service, url, 'first', { learner: 'bob', answers })).status).toBe(201)
  // Those of bob have no attempt left; the key stands for nothing until somebody else has it.
  const raced = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      submit([service, replica][index % 2]!, url, 'raced', {
        learner: index < 10 ? 'bob' : 'cyd',
        answers,
      }),
    ),
  )
  const ofCyd = raced.slice(10)
  expect(new Set(ofCyd.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(ofCyd.map(({ text }) => text)).size).toBe(1)
  for (const { status } of raced.slice(0, 10)) expect([403, 409]).toContain(status)
  const after = await submit(service, url, 'raced', { learner: 'bob', answers })
  expect(after).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } })
})
