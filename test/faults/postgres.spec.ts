import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, postmasterPid } from '../support/server.js'
import {
  acknowledgedMore,
  ATTEMPTS,
  createStand,
  expectNothingLost,
  ownDatabase,
  startLoadOn,
} from './stand.js'

// The service runs a Postgres of its own, which is treated badly.
let stand: Awaited<ReturnType<typeof createStand>>

beforeEach(async () => {
  stand = await createStand()
})
afterEach(() => stand.close())

/** Milliseconds for which Postgres stands still. */
const PAUSE = 5_000

async function signalPostgres(data: string, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const postmaster = await postmasterPid(data)
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' })
  for (const pid of [postmaster, ...children.trim().split(/\s+/).map(Number)]) process.kill(pid, signal)
}

test('kill -9 of Postgres during load: the service comes back by itself, and callers saw 503', async () => {
  const server = await stand.start()
  const load = startLoadOn(() => server)
  for (let kills = 1; kills <= 2; kills += 1) {
    await acknowledgedMore(load)
    process.kill(await postmasterPid(stand.data), 'SIGKILL')
  }
  await acknowledgedMore(load)
  await load.stop()
  await expectNothingLost('kill -9 of Postgres', await ownDatabase(stand.data), load)
  expect(new Set(load.ends.keys())).toEqual(new Set(['201', '503']))
})

test('a pause of Postgres of 5 seconds', async () => {
  const server = await stand.start()
  const load = startLoadOn(() => server)
  await acknowledgedMore(load)
  await signalPostgres(stand.data, 'SIGSTOP')
  await sleep(PAUSE)
  await signalPostgres(stand.data, 'SIGCONT')
  await acknowledgedMore(load)
  await load.stop()
  await expectNothingLost('a pause of Postgres', await ownDatabase(stand.data), load)
  for (const status of load.ends.keys()) expect(['201', '503']).toContain(status)
})

test('a full queue: what does not fit is refused at once with Retry-After, and the rest is stored', async () => {
  const server = await stand.start({ CHAINMARK_QUEUE: '100' })
  const load = startLoadOn(() => server, { connections: 400 })
  await acknowledgedMore(load)
  await signalPostgres(stand.data, 'SIGSTOP')
  await eventually(() => (load.ends.get('503') ?? 0) > 0, 60_000)
  const response = await fetch(server.url + ATTEMPTS, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ learner: 'late', answers: { c: '-4' } }),
  })
  await signalPostgres(stand.data, 'SIGCONT')
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await response.json()).toMatchObject({ code: 'unavailable' })
  await acknowledgedMore(load)
  await load.stop()
  await expectNothingLost('a full queue', await ownDatabase(stand.data), load)
  for (const status of load.ends.keys()) expect(['201', '503']).toContain(status)
})
