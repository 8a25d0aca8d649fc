import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { createDatabase, type Database } from '../../src/database/client.js'
import { cloneOnCluster, dropOnCluster } from './citus.js'
import { onServer, withDatabase } from './server.js'

export type TestDatabase = { url: string; database: Database; drop: () => Promise<void> }

/** A migrated, empty database for one test file: nobody else uses it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const url = await createBareDatabase({ migrated: true })
  const database = createDatabase(url)
  const drop = async () => {
    await database.$disconnect()
    await dropDatabase(url)
  }
  return { url, database, drop }
}

/** The URL of a new database, with the migrations applied or without any table. */
export async function createBareDatabase(options: { migrated: boolean }): Promise<string> {
  const { url, template, prefix, emptyTemplate } = inject('testServer')
  const name = prefix + randomBytes(6).toString('hex')
  if (emptyTemplate !== undefined) {
    await cloneOnCluster(url, options.migrated ? template : emptyTemplate, name)
    return withDatabase(url, name)
  }
  const source = options.migrated ? ` TEMPLATE "${template}"` : ''
  for (let attempt = 1; ; attempt++) {
    try {
      await onServer(url, `CREATE DATABASE "${name}"${source}`)
      return withDatabase(url, name)
    } catch (error) {
      // 55006: somebody (autovacuum, say) is connected to the template just now.
      if (!(error instanceof pg.DatabaseError && error.code === '55006') || attempt === 50) throw error
      await sleep(100)
    }
  }
}

/** Drops it even if somebody is still connected. */
export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  const { url: server, emptyTemplate } = inject('testServer')
  if (emptyTemplate !== undefined) await dropOnCluster(server, name)
  else await onServer(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
}
