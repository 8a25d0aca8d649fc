import { expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { createRunner, createTeacher, type Teacher } from '../support/regrading.js'
import { eventually, onServer } from '../support/server.js'
import { createTestService, type TestService } from '../support/service.js'
import { GRADED_UNDER, REGRADED_UNDER, storeAttempts } from '../support/stored-attempts.js'

const TABLES = ['attempts', 'members', 'progress', 'regraded_attempts', 'regraded_progress']

/** Rows that statements have read of the tables, in whatever order they found them. */
const READ = `
  SELECT relname AS table, (seq_tup_read + COALESCE(idx_tup_fetch, 0))::int AS rows
  FROM pg_stat_user_tables WHERE relname = ANY($1)`
const WORKING = `
  SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'chainmark'`

type Classroom = {
  readonly url: string
  readonly teacher: Teacher
  readonly services: TestService['services']
}

/** How many rows of each table were read while this was done in a new course. */
async function rowsReadBy(work: (classroom: Classroom) => Promise<void>): Promise<Map<string, number>> {
  const url = await createBareDatabase({ migrated: true })
  for (const table of TABLES) await onServer(url, `ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  const service = await createTestService({ url, database: createDatabase(url) })
  try {
    const teacher = createTeacher(service, (await service.tenant('owner')).key)
    for (const course of ['algebra', 'geometry']) {
      await teacher.call(`PUT /v1/courses/${course}`, { title: 'Course' })
    }
    await work({ url, teacher, services: service.services })
  } finally {
    await service.close()
  }
  // What a connection has read is counted for all to see once it has ended.
  await eventually(async () => (await onServer(url, WORKING)).length === 0)
  const read = await onServer<{ table: string; rows: number }>(url, READ, [TABLES])
  await dropDatabase(url)
  return new Map(read.map(({ table, rows }) => [table, rows]))
}

/** An assignment of which no statistics tell, with attempts that are to be worth something else. */
async function toRegrade(
  { url, teacher }: Classroom,
  course: string,
  count: { readonly learners: number; readonly attemptsEach: number },
): Promise<{ path: string; id: string }> {
  const path = `/v1/courses/${course}/assignments/week-1`
  await teacher.change(path, { graph: 'lab-network1', ...GRADED_UNDER })
  await storeAttempts(url, { course, assignment: 'week-1' }, { ...count, analyse: false })
  await teacher.change(path, { graph: 'lab-network1', ...REGRADED_UNDER, points: 20 })
  return { path, id: (await teacher.regrade(path)).id }
}

/** Leaves a job as one that has looked at all attempts and comes to its last pass. */
async function lookedAt({ url }: Classroom, job: string): Promise<void> {
  await onServer(
    url,
    `INSERT INTO regraded_progress (
       course_id, job_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
       last_millionths, sum_millionths)
     SELECT p.course_id, j.id, p.assignment_id, p.learner, p.attempts, 7, 7, 7, 7, 7
     FROM jobs j JOIN progress p ON p.course_id = j.course_id AND p.assignment_id = j.assignment_id
     WHERE j.id = $1`,
    [job],
  )
  await onServer(url, `UPDATE jobs SET cursor_learner = 'z', cursor_number = 1 WHERE id = $1`, [job])
}

test('an assignment that was never analysed is regraded reading each row a few times, not once for each other row', async () => {
  const count = { learners: 700, attemptsEach: 2 }
  const read = await rowsReadBy(async classroom => {
    const { teacher, services } = classroom
    const { path, id } = await toRegrade(classroom, 'algebra', count)
    const runner = createRunner(services, { pageAttempts: 500 })
    for (let page = 0; page < 3; page += 1) await runner.step()
    // Behind the cursor: these are what is left at the end.
    for (const learner of ['aaron', 'abel']) {
      await teacher.submit(path, { learner, answers: { c: '-4' }, hour: 0 })
    }
    await runner.runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 1_402 })
  })
  for (const table of TABLES) expect(read.get(table), table).toBeLessThan(count.learners * 30)
})

test('so is one of which only other courses were analysed, in the pass that makes its results stand', async () => {
  const count = { learners: 4_000, attemptsEach: 1 }
  const read = await rowsReadBy(async classroom => {
    const { url, teacher, services } = classroom
    const other = await toRegrade(classroom, 'geometry', { learners: 1_000, attemptsEach: 1 })
    await lookedAt(classroom, other.id)
    await onServer(url, 'ANALYZE')
    const { id } = await toRegrade(classroom, 'algebra', count)
    await lookedAt(classroom, id)
    await createRunner(services).runUntilIdle()
    for (const job of [other.id, id]) expect(await teacher.job(job)).toMatchObject({ status: 'done' })
    const standing = await onServer(
      url,
      'SELECT credit_millionths, max_points, count(*)::int FROM progress GROUP BY 1, 2',
    )
    expect(standing).toEqual([{ credit_millionths: 7, max_points: 20, count: 5_000 }])
  })
  for (const table of TABLES) expect(read.get(table), table).toBeLessThan(count.learners * 30)
})
