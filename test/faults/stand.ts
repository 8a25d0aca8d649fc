/** Servers to be treated badly, and a look at what is stored afterwards. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { printed, startProgram, type Program } from '../support/process.js'
import { eventually, onServer, temporaryFolder } from '../support/server.js'
import { startLoad, type LoadOptions } from './load.js'

export type Server = {
  readonly program: Program
  readonly url: string
  readonly key: string
}

/** The demo's assignment with thirteen boxes. */
export const ATTEMPTS = '/v1/courses/demo/assignments/lab-network1/attempts'

/** A folder for servers that are started in it, all of which end with it. */
export async function createStand() {
  const folder = await temporaryFolder()
  const data = path.join(folder.path, 'data')
  const running: Program[] = []
  return {
    data,
    start: async (environment: Readonly<Record<string, string>> = {}): Promise<Server> => {
      const program = startProgram('server.js', {
        environment: { PORT: '0', CHAINMARK_DATA: data, LOG_LEVEL: 'error', ...environment },
      })
      running.push(program)
      await printed(program, /^curl /m)
      const [, url = ''] = /Chainmark is ready: (\S+)/.exec(program.stdout()) ?? []
      const [, key = ''] = /Demo key: (cm_\S+)/.exec(program.stdout()) ?? []
      return { program, url, key }
    },
    close: async (): Promise<void> => {
      for (const { child, ended } of running) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
        await ended
      }
      await folder.remove()
    },
  }
}

/** Load on the demo's assignment, wherever the server is by now: as many clients as a small machine bears. */
export function startLoadOn(server: () => Server, options: Partial<LoadOptions> = {}) {
  const { key } = server()
  return startLoad({
    url: () => server().url,
    key,
    path: ATTEMPTS,
    connections: 32,
    learners: 200,
    ...options,
  })
}

/** Waits until so many more submissions are acknowledged than are by now. */
export async function acknowledgedMore(load: Load, count = 300): Promise<void> {
  const before = load.acknowledged.size
  await eventually(() => load.acknowledged.size > before + count, 60_000)
}

/** The address of the Postgres that a server has started in its data folder. */
export async function ownDatabase(data: string): Promise<string> {
  const read = async (file: string): Promise<string> =>
    (await readFile(path.resolve(data, file), 'utf8')).trim()
  const lock = await read(path.join(await read('postgres-home'), 'cluster/postmaster.pid'))
  return `postgresql://chainmark:${await read('postgres-password')}@127.0.0.1:${lock.split('\n')[3] ?? ''}/chainmark`
}

type Load = ReturnType<typeof startLoad>

/**
 * Compares what was acknowledged with what is stored: all of it is there, with the number that was said; nothing is there
 * twice; the numbers of a learner have no gap; and all that is kept beside attempts equals a recount.
 */
export async function expectNothingLost(name: string, databaseUrl: string, load: Load): Promise<void> {
  const stored = await onServer<{ id: string; learner: string; number: number; keys: string }>(
    databaseUrl,
    // The class that is seeded beside it is nobody's submission.
    `SELECT a.id, a.learner, a.number, (SELECT count(*) FROM idempotency_keys k WHERE k.attempt_id = a.id) AS keys
     FROM attempts a JOIN courses c ON c.id = a.course_id AND c.key = 'demo' ORDER BY a.learner, a.number`,
  )
  const byId = new Map(stored.map(row => [row.id, row]))
  const acknowledged = [...load.acknowledged.values()]
  const report = {
    acknowledged: acknowledged.length,
    stored: stored.length,
    lost: acknowledged.filter(({ id }) => !byId.has(id)).length,
    misnumbered: acknowledged.filter(({ id, learner, number }) => {
      const row = byId.get(id)
      return row !== undefined && (row.learner !== learner || row.number !== number)
    }).length,
    twice: acknowledged.length - new Set(acknowledged.map(({ id }) => id)).size,
    withoutOneKey: stored.filter(({ keys }) => keys !== '1').length,
    gaps: stored.filter(({ learner, number }, index) => {
      const before = stored[index - 1]
      return number !== (before?.learner === learner ? before.number + 1 : 1)
    }).length,
  }
  const verify = startProgram('cli.js', { args: ['verify'], environment: { DATABASE_URL: databaseUrl } })
  const code = await verify.ended
  console.log(`${name}: ${JSON.stringify(report)} requests ${JSON.stringify(Object.fromEntries(load.ends))}`)
  console.log(`  ${verify.stdout().trim()}${verify.stderr()}`)
  expect({ ...report, acknowledged: 0, stored: 0 }).toEqual({
    acknowledged: 0,
    stored: 0,
    lost: 0,
    misnumbered: 0,
    twice: 0,
    withoutOneKey: 0,
    gaps: 0,
  })
  expect(code, verify.stdout()).toBe(0)
  // Each client goes on until it is acknowledged, so that nothing else can be stored.
  expect(stored).toHaveLength(acknowledged.length)
}
