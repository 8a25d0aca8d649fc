import { randomBytes } from 'node:crypto'
import process from 'node:process'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/database/migrate.js'
import { cloneOnCluster, createOnCluster, distribute, dropOnCluster, sealOnCluster } from './citus.js'
import { onServer, withDatabase } from './server.js'

/** The cluster of CITUS_URL for the whole run: the databases of the tests are made on it, and dropped at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env['CITUS_URL']
  if (!url) throw new Error('CITUS_URL is not set: use `npm run test:citus`.')
  const prefix = `chainmark_test_${randomBytes(5).toString('hex')}_`
  const template = `${prefix}template`
  const emptyTemplate = `${prefix}empty`
  const dropAll = async () => {
    const sql = 'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)'
    for (const { name } of await onServer<{ name: string }>(url, sql, [prefix])) {
      await dropOnCluster(url, name)
    }
  }
  try {
    await createOnCluster(url, emptyTemplate)
    await sealOnCluster(url, emptyTemplate)
    await cloneOnCluster(url, emptyTemplate, template)
    await migrate(withDatabase(url, template))
    await distribute(withDatabase(url, template))
    await sealOnCluster(url, template)
  } catch (error) {
    await dropAll()
    throw error
  }
  project.provide('testServer', { url, template, prefix, emptyTemplate })
  return dropAll
}
