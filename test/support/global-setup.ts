import { randomBytes } from 'node:crypto'
import process from 'node:process'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { migrate } from '../../src/database/migrate.js'
import { migrateWorkQueue } from '../../src/database/work-queue.js'
import { onServer, temporaryFolder, withDatabase } from './server.js'

/** What the tests of a run share: a server, and a migrated database on it that is cloned for each test file. */
export type TestServer = {
  /** May create databases. */
  url: string
  template: string
  /** Begins the names of all databases of this run. */
  prefix: string
  /** On a Citus cluster: what databases without tables are cloned from, which know the nodes already. */
  emptyTemplate?: string
}

declare module 'vitest' {
  // Vitest's own way of typing what is provided: declarations of an interface merge, those of a type do not.
  interface ProvidedContext {
    testServer: TestServer
  }
}

/** One Postgres for the whole run: TEST_DATABASE_URL, or else one of our own in a folder that goes away. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  const prefix = `chainmark_test_${randomBytes(5).toString('hex')}_`
  const template = `${prefix}template`
  const dropAll = async () => {
    const sql = 'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)'
    for (const { name } of await onServer<{ name: string }>(server.url, sql, [prefix])) {
      await onServer(server.url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    }
  }
  try {
    await onServer(server.url, `CREATE DATABASE "${template}"`)
    await migrate(withDatabase(server.url, template))
    await migrateWorkQueue(withDatabase(server.url, template))
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('testServer', { url: server.url, template, prefix })
  return async () => {
    if (server.shared) await dropAll()
    await server.stop()
  }
}

async function startServer(): Promise<{ url: string; shared: boolean; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { url: given, shared: true, stop: () => Promise.resolve() }
  const folder = await temporaryFolder()
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  }
  try {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder.path, settings })
    const stop = async () => {
      await postgres.stop()
      await folder.remove()
    }
    return { url: postgres.url, shared: false, stop }
  } catch (error) {
    await folder.remove()
    throw error
  }
}
