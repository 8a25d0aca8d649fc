/**
 * Databases on a Citus cluster. Everything goes through the coordinator: the workers' names need not mean anything here.
 *
 * A database of Citus's lies on every node under one name. Making one from nothing takes some ten seconds, and cloning it
 * node by node a tenth of that: the metadata names nodes and shards, which are the same in the clone.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { onServer, withDatabase } from './server.js'

type Node = { readonly host: string; readonly port: number }

/** The workers of a cluster; an error says what is missing. */
export async function clusterWorkers(url: string): Promise<Node[]> {
  const citus = await onServer(url, `SELECT FROM pg_extension WHERE extname = 'citus'`)
  if (citus.length === 0) throw new Error('The database of CITUS_URL has no extension citus.')
  const workers = await onServer<Node>(
    url,
    `SELECT nodename AS host, nodeport AS port FROM pg_dist_node
     WHERE groupid <> 0 AND noderole = 'primary' AND isactive ORDER BY nodeid`,
  )
  if (workers.length === 0) throw new Error('The cluster of CITUS_URL has no workers.')
  return workers
}

/** Makes a database with Citus on every node, which knows the others, and without any table of ours. */
export async function createOnCluster(url: string, name: string): Promise<void> {
  const workers = await clusterWorkers(url)
  const coordinator = await onServer<Node>(
    url,
    'SELECT nodename AS host, nodeport AS port FROM pg_dist_node WHERE groupid = 0',
  )
  await onServer(url, `CREATE DATABASE "${name}"`)
  await onWorkers(url, `CREATE DATABASE "${name}"`)
  const made = withDatabase(url, name)
  await onServer(made, 'CREATE EXTENSION citus')
  for (const { host, port } of workers) {
    const there = await onServer<{ success: boolean; result: string }>(
      made,
      `SELECT success, result FROM master_run_on_worker(
         ARRAY[$1], ARRAY[$2::int], ARRAY['CREATE EXTENSION citus'], false)`,
      [host, port],
    )
    orThrow(there)
  }
  for (const { host, port } of coordinator) {
    await onServer(made, 'SELECT citus_set_coordinator_host($1, $2)', [host, port])
  }
  for (const { host, port } of workers) await onServer(made, 'SELECT citus_add_node($1, $2)', [host, port])
}

/** Distributes the tables, as an operator does after migrating. */
export async function distribute(url: string): Promise<void> {
  await onServer(url, await readFile(new URL('../../prisma/citus.sql', import.meta.url), 'utf8'))
}

/** Nobody can be connected to it from here on, nor can Citus's own background worker: only so can it be cloned. */
export async function sealOnCluster(url: string, name: string): Promise<void> {
  await onEveryNode(url, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
  await onEveryNode(
    url,
    `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${name}'`,
  )
}

/** Makes a database like a sealed one, on every node. */
export async function cloneOnCluster(url: string, template: string, name: string): Promise<void> {
  await onEveryNode(url, `CREATE DATABASE "${name}" TEMPLATE "${template}"`)
  // What was set for the template holds for the clone too; a CREATE DATABASE leaves that behind.
  const settings = await onServer<{ setting: string }>(
    url,
    `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting
     WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = $1)`,
    [template],
  )
  for (const { setting } of settings) {
    const [key, value] = setting.split('=') as [string, string]
    await onServer(url, `ALTER DATABASE "${name}" SET ${key} = '${value}'`)
  }
}

/** Drops it on every node, even if somebody is still connected. */
export async function dropOnCluster(url: string, name: string): Promise<void> {
  await onEveryNode(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
}

async function onEveryNode(url: string, sql: string): Promise<void> {
  await patiently(async () => {
    await onServer(url, sql)
  })
  await onWorkers(url, sql)
}

async function onWorkers(url: string, sql: string): Promise<void> {
  const answers = await onServer<{ success: boolean; result: string }>(
    url,
    'SELECT success, result FROM run_command_on_workers($1)',
    [sql],
  )
  orThrow(answers)
}

function orThrow(answers: readonly { success: boolean; result: string }[]): void {
  const failure = answers.find(({ success }) => !success)
  if (failure !== undefined) throw new Error(failure.result)
}

/** A backend that was told to end takes a moment to. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      // 55006: somebody is connected to the template.
      if (!(error instanceof pg.DatabaseError && error.code === '55006') || attempt === 50) throw error
      await sleep(100)
    }
  }
}
