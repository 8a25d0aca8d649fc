import { afterAll, expect, test } from 'vitest'
import { createWorkQueue, migrateWorkQueue, pendingQueueMigrations } from '../../src/database/work-queue.js'
import type { Config } from '../../src/config.js'
import { prepareDatabase, type Runtime } from '../../src/runtime.js'
import { createBareDatabase, createTestDatabase, dropDatabase } from '../support/database.js'

const COURSE = '01990000-0000-7000-8000-000000000000'
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
