import { afterAll, expect, test } from 'vitest'
import { createWorkQueue, migrateWorkQueue, pendingQueueMigrations } from '../../src/database/work-queue.js'
import type { Config } from '../../src/config.js'
import { prepareDatabase, type Runtime } from '../../src/runtime.js'
import { eventually } from '../support/server.js'
import { createBareDatabase, createTestDatabase, dropDatabase } from '../support/database.js'

const COURSE = '01990000-0000-7000-8000-000000000000'
const OTHER = '01990000-0000-7000-8000-000000000001'
const ends: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(ends.map(end => end())))

test('what the schema of the queue lacks is counted without making it', async () => {
  const url = await createBareDatabase({ migrated: false })
  ends.push(() => dropDatabase(url))
  const all = await pendingQueueMigrations(url)
  expect(all).toBeGreaterThan(0)
  expect(await pendingQueueMigrations(url)).toBe(all)
  await migrateWorkQueue(url)
  expect(await pendingQueueMigrations(url)).toBe(0)
})

test('a schema of an older version lacks what came since', async () => {
  const { url, database, drop } = await createTestDatabase()
  ends.push(drop)
  expect(await pendingQueueMigrations(url)).toBe(0)
  await database.$executeRaw`
    DELETE FROM graphile_worker.migrations WHERE id = (SELECT max(id) FROM graphile_worker.migrations)`
  expect(await pendingQueueMigrations(url)).toBe(1)
  // Migrating is an operator's decision, of this schema too: whoever works on the queue would do it otherwise.
  const config = { production: true } as Config // Nothing else is looked at.
  const runtime = { databaseUrl: url } as Runtime
  await expect(prepareDatabase(config, runtime)).rejects.toThrow('run "chainmark migrate" first')
  await migrateWorkQueue(url)
  expect(await prepareDatabase(config, runtime)).toEqual([])
})

test('no statement of the queue waits for ever', async () => {
  const { url, database, drop } = await createTestDatabase()
  ends.push(drop)
  const queue = createWorkQueue(url, { onError: () => undefined, statementTimeout: 100 })
  try {
    await database.$transaction(async transaction => {
      await transaction.$executeRaw`LOCK TABLE graphile_worker._private_jobs IN ACCESS EXCLUSIVE MODE`
      await expect(queue.wake([COURSE])).rejects.toThrow('statement timeout')
    })
    await queue.wake([COURSE])
  } finally {
    await queue.stop()
  }
})

test('a course that waits for its turn keeps its place however often it is called', async () => {
  const { url, database, drop } = await createTestDatabase()
  ends.push(drop)
  const queue = createWorkQueue(url, { onError: () => undefined })
  const due = () =>
    database.$queryRaw<{ key: string; at: Date }[]>`
      SELECT key, run_at AS at FROM graphile_worker.jobs ORDER BY run_at, id`
  try {
    await queue.wake([COURSE])
    await queue.wake([OTHER])
    const before = await due()
    await queue.wake([COURSE, OTHER])
    expect(await due()).toEqual(before)
    // One that is to be done later is wanted now, and one that was given up is taken up again.
    await database.$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour' WHERE key LIKE ${`%${OTHER}`}`
    await database.$executeRaw`UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key LIKE ${`%${COURSE}`}`
    await queue.wake([COURSE, OTHER])
    const waiting = await database.$queryRaw<unknown[]>`
      SELECT FROM graphile_worker.jobs WHERE run_at <= now() AND attempts = 0`
    expect(waiting).toHaveLength(2)
    const sent: string[] = []
    queue.work(courseId => {
      sent.push(courseId)
      return Promise.resolve()
    })
    await eventually(() => sent.length === 2)
    expect(new Set(sent)).toEqual(new Set([COURSE, OTHER]))
  } finally {
    await queue.stop()
  }
})
