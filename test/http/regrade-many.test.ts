import { expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { createRunner, createTeacher } from '../support/regrading.js'
import { eventually, onServer } from '../support/server.js'
import { createTestService } from '../support/service.js'
import { GRADED_UNDER, REGRADED_UNDER, storeAttempts } from '../support/stored-attempts.js'

const COUNT = { learners: 700, attemptsEach: 2 }
const TABLES = ['attempts', 'members', 'progress', 'regraded_attempts', 'regraded_progress']

/** Rows that statements have read of the tables, in whatever order they found them. */
const READ = `
  SELECT relname AS table, (seq_tup_read + COALESCE(idx_tup_fetch, 0))::int AS rows
  FROM pg_stat_user_tables WHERE relname = ANY($1)`
const WORKING = `
  SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'chainmark'`

test('an assignment that was never analysed is regraded reading each row a few times, not once for each other row', async () => {
  const url = await createBareDatabase({ migrated: true })
  for (const table of TABLES) await onServer(url, `ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  const service = await createTestService({ url, database: createDatabase(url) })
  try {
    const teacher = createTeacher(service, (await service.tenant('owner')).key)
    await teacher.call('PUT /v1/courses/algebra', { title: 'Algebra' })
    const policy = { graph: 'lab-network1', ...GRADED_UNDER }
    const path = await teacher.assign(policy)
    const place = { course: 'algebra', assignment: path.slice(path.lastIndexOf('/') + 1) }
    await storeAttempts(url, place, { ...COUNT, analyse: false })
    await teacher.change(path, { ...policy, ...REGRADED_UNDER })
    const { id } = await teacher.regrade(path)
    const runner = createRunner(service.services, { pageAttempts: 500 })
    for (let page = 0; page < 3; page += 1) await runner.step()
    // Behind the cursor: these are what is left at the end.
    for (const learner of ['aaron', 'abel']) {
      await teacher.submit(path, { learner, answers: { c: '-4' }, hour: 0 })
    }
    await runner.runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 1_402 })
  } finally {
    await service.close()
  }
  // What a connection has read is counted for all to see once it has ended.
  await eventually(async () => (await onServer(url, WORKING)).length === 0)
  const read = await onServer<{ table: string; rows: number }>(url, READ, [TABLES])
  for (const { table, rows } of read) expect(rows, table).toBeLessThan(COUNT.learners * 30)
  expect(read).toHaveLength(TABLES.length)
  await dropDatabase(url)
})
