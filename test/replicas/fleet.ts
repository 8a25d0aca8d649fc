/** Three servers on one Postgres behind a load balancer, as an operator runs them. */
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { printed, startProgram, type Program } from '../support/process.js'
import { onServer, temporaryFolder } from '../support/server.js'
import { startBalancer, type Balancer } from './balancer.js'

export type Replica = {
  readonly program: Program
  readonly url: string
  /** How many submissions it has answered, whatever it answered. */
  readonly answered: () => number
  /** How many of its transactions wait for a lock. */
  readonly waiting: () => Promise<number>
}

export type Fleet = {
  /** The balancer's address. */
  readonly url: string
  readonly replicas: readonly [Replica, Replica, Replica]
  readonly database: string
  /** A key of all scopes. */
  readonly key: string
  /** Runs a command of the operator's and answers the words of the line it prints. */
  readonly operator: (...words: string[]) => Promise<string[]>
  readonly close: () => Promise<void>
}

/** As in docker-compose.yml. */
const REPLICA = { CHAINMARK_DRAIN_SECONDS: '3', TRUST_PROXY: '1' }

const ATTEMPTS_ROUTE = '"route":"/v1/courses/:course/assignments/:assignment/attempts"'

/** Starts it; `given` is more environment for the servers. */
export async function startFleet(
  balancerProgram: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const folder = await temporaryFolder()
  const database = await createBareDatabase({ migrated: true })
  const environment = { NODE_ENV: 'production', CHAINMARK_DATA: folder.path, PORT: '0', ...REPLICA, ...given }
  const programs: Program[] = []

  const operator = async (...words: string[]): Promise<string[]> => {
    const program = startProgram('cli.js', {
      args: words,
      environment: { ...environment, DATABASE_URL: database },
    })
    const code = await program.ended
    if (code !== 0)
      throw new Error(
        `chainmark ${words.join(' ')} ended with ${String(code)}: ${program.stdout()}${program.stderr()}`,
      )
    return program.stdout().trim().split(/\s+/)
  }

  const startReplica = async (name: string): Promise<Replica> => {
    const url = new URL(database)
    // Says in the database who waits.
    url.searchParams.set('application_name', name)
    const program = startProgram('server.js', { environment: { ...environment, DATABASE_URL: url.href } })
    programs.push(program)
    const [, address = ''] = await printed(program, /"url":"([^"]+)".*"msg":"ready"/)
    return {
      program,
      url: address,
      answered: () => program.stdout().split(ATTEMPTS_ROUTE).length - 1,
      waiting: async () => {
        const sql = `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE application_name = $1 AND wait_event_type = 'Lock'`
        const [row] = await onServer<{ count: number }>(database, sql, [name])
        return row?.count ?? 0
      },
    }
  }

  let balancer: Balancer | undefined
  const close = async (): Promise<void> => {
    await balancer?.stop()
    // A stop would take the time to drain, for nobody.
    for (const { child } of programs) child.kill('SIGKILL')
    await Promise.all(programs.map(({ ended }) => ended))
    await dropDatabase(database)
    await folder.remove()
  }

  try {
    const replicas = await Promise.all([
      startReplica('replica-1'),
      startReplica('replica-2'),
      startReplica('replica-3'),
    ])
    const [first, second, third] = replicas.map(({ url }) => new URL(url).host) as [string, string, string]
    balancer = await startBalancer(balancerProgram, [first, second, third])
    await operator('tenants', 'create', 'school')
    const [key = ''] = await operator('keys', 'create', '--tenant', 'school', '--scopes', 'all')
    return { url: balancer.url, replicas, database, key, operator, close }
  } catch (error) {
    await close()
    throw error
  }
}
