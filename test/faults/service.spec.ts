import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { onServer } from '../support/server.js'
import { acknowledgedMore, createStand, expectNothingLost, startLoadOn } from './stand.js'

let database: string
let stand: Awaited<ReturnType<typeof createStand>>

beforeEach(async () => {
  database = await createBareDatabase({ migrated: true })
  stand = await createStand()
})
afterEach(async () => {
  await stand.close()
  await dropDatabase(database)
})

test('kill -9 of the service, three times during load', async () => {
  let server = await stand.start({ DATABASE_URL: database })
  const load = startLoadOn(() => server)
  for (let kills = 1; kills <= 3; kills += 1) {
    await acknowledgedMore(load)
    server.program.child.kill('SIGKILL')
    await server.program.ended
    server = await stand.start({ DATABASE_URL: database })
  }
  await acknowledgedMore(load)
  await load.stop()
  await expectNothingLost('kill -9 of the service', database, load)
  expect(new Set(load.ends.keys())).toEqual(new Set(['201', 'broken']))
})

test('clients that go away while their submission is being stored', async () => {
  const server = await stand.start({ DATABASE_URL: database })
  const load = startLoadOn(() => server, { leaving: 0.5 })
  await acknowledgedMore(load, 1_000)
  await load.stop()
  await expectNothingLost('clients that go away', database, load)
  expect(load.ends.get('broken')).toBeGreaterThan(100)
  expect(new Set(load.ends.keys())).toEqual(new Set(['201', 'broken']))
})

test("the service's clock steps back by a minute, twice during load", async () => {
  const clock = fileURLToPath(new URL('stepping-clock.mjs', import.meta.url))
  const server = await stand.start({ DATABASE_URL: database, NODE_OPTIONS: `--import ${clock}` })
  const load = startLoadOn(() => server)
  for (let steps = 1; steps <= 2; steps += 1) {
    await acknowledgedMore(load)
    server.program.child.kill('SIGUSR2')
  }
  await acknowledgedMore(load)
  await load.stop()
  await expectNothingLost('clock stepping back', database, load)
  const [{ back } = { back: 0 }] = await onServer<{ back: number }>(
    database,
    `SELECT count(*)::int AS back FROM attempts a JOIN attempts b
     ON b.assignment_id = a.assignment_id AND b.learner = a.learner AND b.number = a.number + 1
     WHERE b.submitted_at < a.submitted_at`,
  )
  // Else the clock did not step.
  expect(back).toBeGreaterThan(0)
  expect(new Set(load.ends.keys())).toEqual(new Set(['201']))
})

test('two replicas and one learner at the attempt limit', async () => {
  const servers = [
    await stand.start({ DATABASE_URL: database }),
    await stand.start({ DATABASE_URL: database }),
  ]
  const url = servers[0]?.url ?? ''
  const key = servers[0]?.key ?? ''
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const put = await fetch(`${url}/v1/courses/demo/assignments/limited`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ graph: 'lab-network0', maxAttempts: 7 }),
  })
  expect(put.status).toBe(201)
  const submitTo = async (server: { readonly url: string }) => {
    const response = await fetch(`${server.url}/v1/courses/demo/assignments/limited/attempts`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ learner: 'ada', answers: { a: '11' } }),
    })
    const body = (await response.json()) as { id: string; number?: number; code?: string }
    return { status: response.status, number: body.number, code: body.code }
  }
  const answers = await Promise.all(Array.from({ length: 100 }, () => servers.map(submitTo)).flat())
  const taken = answers.filter(({ status }) => status === 201)
  expect(taken.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
  const refused = answers.filter(({ status }) => status !== 201)
  expect(new Set(refused.map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual(
    new Set(['403 no-attempts-left']),
  )
  const [row] = await onServer(
    database,
    `SELECT (SELECT count(*)::int FROM attempts WHERE course_id = c.id) AS attempts,
       (SELECT count(*)::int FROM idempotency_keys WHERE course_id = c.id) AS keys,
       (SELECT attempts FROM progress WHERE course_id = c.id) AS progress
     FROM courses c WHERE key = 'demo'`,
  )
  console.log(`two replicas at the limit: ${String(answers.length)} submissions, ${JSON.stringify(row)}`)
  expect(row).toEqual({ attempts: 7, keys: 7, progress: 7 })
})
