import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobView } from '../../src/contracts/job.js'
import { createDemoStage, type DemoStage } from '../support/demo-server.js'
import { hold, waiting } from '../support/hold.js'
import { eventually, onServer } from '../support/server.js'
import { findWrong, GRADED_UNDER, REGRADED_UNDER, storeAttempts } from '../support/stored-attempts.js'

const DEMO = { course: 'demo', assignment: 'lab-network1' }
const ASSIGNMENT = `/v1/courses/${DEMO.course}/assignments/${DEMO.assignment}`

let stage: DemoStage
beforeEach(async () => {
  stage = await createDemoStage()
})
afterEach(() => stage.clear())

async function start() {
  const server = await stage.start()
  return { ...server, job: async (id: string) => (await server.call('GET', `/v1/jobs/${id}`)) as JobView }
}

test('kill -9 in the middle of a regrading: a restart finishes it, with the right result and nothing done twice', async () => {
  const { database } = stage
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
  const { database } = stage
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
