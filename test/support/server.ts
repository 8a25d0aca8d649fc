import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** A new folder that every user can pass through; removing it removes a database it points to as well. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'chainmark-test-'))
  await chmod(folder, 0o711)
  const remove = async () => {
    const home = await readFile(path.join(folder, 'postgres-home'), 'utf8').catch(() => '')
    if (path.isAbsolute(home)) await rm(home.trim(), { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  }
  return { path: folder, remove }
}

/** Runs one statement on a connection of its own and returns its rows. */
export async function onServer<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  // A server that ends while we are connected is reported by the query.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

/** The process id of the Postgres of a data folder. */
export async function postmasterPid(dataFolder: string): Promise<number> {
  const home = await readFile(path.join(dataFolder, 'postgres-home'), 'utf8')
  const lock = await readFile(path.resolve(dataFolder, home.trim(), 'cluster/postmaster.pid'), 'utf8')
  return Number(lock.split('\n')[0])
}

/** Waits until something holds, and fails when it does not within the time. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`This did not come true: ${condition.toString()}`)
    await sleep(20)
  }
}
