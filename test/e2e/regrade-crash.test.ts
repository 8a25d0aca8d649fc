import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobView } from '../../src/contracts/job.js'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { hold, waiting } from '../support/hold.js'
import { printed, startProgram, type Program } from '../support/process.js'
import { eventually, onServer, temporaryFolder } from '../support/server.js'
import { findWrong, GRADED_UNDER, REGRADED_UNDER, storeAttempts } from '../support/stored-attempts.js'

const DEMO = { course: 'demo', assignment: 'lab-network1' }
const ASSIGNMENT = `/v1/courses/${DEMO.course}/assignments/${DEMO.assignment}`

let folder: { path: string; remove: () => Promise<void> }
let database: string
let running: Program[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  database = await createBareDatabase({ migrated: true })
})
afterEach(async () => {
  for (const { child, ended } of running) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  running = []
  await dropDatabase(database)
  await folder.remove()
})

async function start() {
  const program = startProgram('server.js', {
    environment: { PORT: '0', CHAINMARK_DATA: path.join(folder.path, 'data'), DATABASE_URL: database },
  })
  running.push(program)
  await printed(program, /^curl /m)
  const [, url = ''] = /Chainmark is ready: (\S+)/.exec(program.stdout()) ?? []
  const [, key = ''] = /Demo key: (cm_\S+)/.exec(program.stdout()) ?? []
  const call = async (method: string, route: string, body?: object): Promise<unknown> => {
    const response = await fetch(url + route, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    expect(response.status, route).toBeLessThan(300)
    return response.json()
  }
  return { program, url, call, job: async (id: string) => (await call('GET', `/v1/jobs/${id}`)) as JobView }
}

test('kill -9 in the middle of a regrading: a restart finishes it, with the right result and nothing done twice', async () => {
  const count = { learners: 1_000, attemptsEach: 3 }
  const first = await start()
  await storeAttempts(database, DEMO, count)
  expect(await findWrong(database, DEMO, GRADED_UNDER)).toEqual({ attempts: 0, learners: 0 })
  await first.call('PUT', ASSIGNMENT, { graph: 'lab-network1', ...REGRADED_UNDER })
  const { id, total } = (await first.call('POST', `${ASSIGNMENT}/regrade`, {})) as JobView
  expect(total).toBe(3_000)
  await eventually(async () => (await first.job(id)).done > 0)
  first.program.child.kill('SIGKILL')
  await first.program.ended
  const [left] = await onServer<{ done: number; status: string }>(database, 'SELECT done, status FROM jobs')
  expect(left).toMatchObject({ status: 'running' })
  expect(left!.done).toBeGreaterThan(0)
  expect(left!.done).toBeLessThan(3_000)
  // Until it is finished the old results stand.
  expect(await findWrong(database, DEMO, GRADED_UNDER)).toEqual({ attempts: 0, learners: 0 })

  // Its lease ends a quarter of a minute later: this is what the clock would do.
  await onServer(database, 'UPDATE jobs SET lease_until = now()')
  const second = await start()
  await eventually(async () => (await second.job(id)).status === 'done', 20_000)
  expect(await second.job(id)).toMatchObject({ done: 3_000, total: 3_000, skipped: 0 })
  expect(await findWrong(database, DEMO, REGRADED_UNDER)).toEqual({ attempts: 0, learners: 0 })
}, 60_000)

test('a stop takes no request any more and answers those under way while a step of a job still waits', async () => {
  const { program, url, call } = await start()
  await storeAttempts(database, DEMO, { learners: 10, attemptsEach: 1 })
  const holder = await hold(database, `SELECT key FROM members WHERE key = 'learner-1' FOR UPDATE`)
  await call('POST', `${ASSIGNMENT}/regrade`, {})
  await eventually(async () => (await waiting(database)) === 1)
  await holder.run(`INSERT INTO members (course_id, key, role, created_at, updated_at)
    SELECT id, 'student', 'learner', now(), now() FROM courses WHERE key = 'demo'`)
  const submitted = call('POST', `${ASSIGNMENT}/attempts`, { learner: 'student', answers: { c: '-4' } })
  await eventually(async () => (await waiting(database)) === 2)
  program.child.kill('SIGTERM')
  await eventually(() =>
    fetch(`${url}/livez`).then(
      () => false,
      () => true,
    ),
  )
  expect(program.child.exitCode).toBeNull()
  await holder.letGo()
  expect(await submitted).toMatchObject({ learner: 'student', number: 1 })
  expect(await program.ended).toBe(0)
}, 60_000)
