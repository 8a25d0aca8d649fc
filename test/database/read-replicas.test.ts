import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createAttemptRepository } from '../../src/database/attempts.js'
import { createProgressRepository } from '../../src/database/progress.js'
import { createReader } from '../../src/database/read-replicas.js'
import { createSummaryRepository } from '../../src/database/summaries.js'
import { createTestDatabase } from '../support/database.js'
import { onServer } from '../support/server.js'

// Databases of their own, so that it shows which of them was asked.
const primary = await createTestDatabase()
const replicas = [await createTestDatabase(), await createTestDatabase()]
afterAll(async () => {
  for (const { drop } of [primary, ...replicas]) await drop()
})

const [tenant, course, assignment] = [randomUUID(), randomUUID(), randomUUID()]

/** The same learner with another number of attempts in each. */
async function fill(url: string, attempts: number): Promise<void> {
  const now = '2026-01-01T00:00:00Z'
  await onServer(url, 'INSERT INTO tenants VALUES ($1, $2, $2, $3)', [tenant, 't', now])
  await onServer(url, 'INSERT INTO courses VALUES ($1, $2, $3, $3, $4, $4)', [course, tenant, 'c', now])
  await onServer(
    url,
    `INSERT INTO members (course_id, key, role, created_at, updated_at) VALUES ($1, 'ada', 'learner', $2, $2)`,
    [course, now],
  )
  await onServer(
    url,
    `INSERT INTO assignments (course_id, id, key, graph_id, graph_version, points, late_credit, keep, feedback, reveal,
       variants, follow_through, seed, revision, created_at, updated_at)
     VALUES ($1, $2, 'w', $4, 1, 10, 1, 'best', 'full', 'never', 'fixed', 0.5, sha256('seed'), 1, $3, $3)`,
    [course, assignment, now, randomUUID()],
  )
  await onServer(
    url,
    `INSERT INTO progress (course_id, assignment_id, learner, attempts, credit_millionths, best_millionths,
       first_millionths, last_millionths, sum_millionths, max_points)
     VALUES ($1, $2, 'ada', $3, 0, 0, 0, 0, 0, 10)`,
    [course, assignment, attempts],
  )
  await onServer(
    url,
    `INSERT INTO summaries VALUES ($1, $2, '00000000-0000-0000-0000-000000000000', jsonb_build_object('of', $3::int))`,
    [course, assignment, attempts],
  )
}

await fill(primary.url, 7)
for (const { url } of replicas) await fill(url, 3)

test('dashboards read from the replicas, and what decides about an attempt from the primary', async () => {
  const reader = createReader(
    primary.database,
    replicas.map(({ database }) => database),
  )
  const progress = createProgressRepository(primary.database, reader)
  expect(await progress.ofLearners(course, ['ada'])).toMatchObject([{ attempts: 3 }])
  expect(await progress.attemptsOf(course, assignment, 'ada')).toBe(7)
  const summaries = createSummaryRepository(primary.database, reader)
  expect(await summaries.read(course, assignment)).toMatchObject({ totals: { of: 3 } })
  const attempts = createAttemptRepository(primary.database, reader)
  const page = { learner: undefined, after: undefined, limit: 10 }
  expect(await attempts.list(course, assignment, page)).toEqual([])
})

test('without replicas everything is read from the one database', async () => {
  const reader = createReader(primary.database, [])
  const progress = createProgressRepository(primary.database, reader)
  expect(await progress.ofLearners(course, ['ada'])).toMatchObject([{ attempts: 7 }])
})
