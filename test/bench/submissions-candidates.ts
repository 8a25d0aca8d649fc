/** Who takes part: each with a database of its own, ended with the stage. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { temporaryFolder } from '../support/server.js'
import type { Load, LoadResult } from './load.js'
import { startProgram, type Program } from './submissions-programs.js'
import type { Candidate } from './submissions-rounds.js'
import { addLearners, pgbenchScript } from './submissions-rows.js'
import type { ServerAddress, ServerRequest } from './submissions-servers.js'
import { ANSWERS, ONE_COURSE, type Service, type Stage } from './submissions-stage.js'

export const LEARNERS = 10_000
export const CONNECTIONS = 64

export type Generator = Program<Load, LoadResult>

export function startGenerator(stage: Stage): Generator {
  const generator = startProgram<Load, LoadResult>('load')
  stage.endWith(generator.stop)
  return generator
}

/** A load on a server of ours, whatever it is; `more` says what is not as usual. */
export function loadOn(
  stage: Stage,
  generator: Generator,
  server: { readonly port: number; readonly pid: number },
  name: string,
  more: Partial<Load> = {},
): Candidate {
  let turns = 0
  return {
    name,
    pid: server.pid,
    turn: async seconds => {
      turns += 1
      const load = await generator.ask({
        port: server.port,
        connections: CONNECTIONS,
        seconds,
        key: stage.key,
        learners: LEARNERS,
        paths: ONE_COURSE,
        answers: ANSWERS,
        batch: undefined,
        prefix: `${name.replaceAll(/\W+/g, '-')}-${String(turns)}`,
        ...more,
      })
      return { attempts: load.attempts, rate: load.attempts / load.seconds, load }
    },
  }
}

/** Bare Fastify, `echo` or `create`, over a database with learners where it needs one. */
export async function startBare(
  stage: Stage,
  name: 'echo' | 'create',
): Promise<{ readonly port: number; readonly pid: number }> {
  const databaseUrl = name === 'echo' ? '' : await stage.copyDatabase('bench_create')
  if (name === 'create') await addLearners(databaseUrl, LEARNERS)
  const program = startProgram<ServerRequest, ServerAddress>(name)
  stage.endWith(program.stop)
  const { port } = await program.ask({ databaseUrl })
  return { port, pid: program.pid }
}

/** The service over a new database in which nobody is enrolled yet. */
export async function startAlone(stage: Stage): Promise<Service> {
  return stage.startService(await stage.copyDatabase('bench_service'))
}

/** pgbench inserting the row of an attempt, as many at a time as there are connections; undefined where it is missing. */
export async function pgbench(stage: Stage): Promise<Candidate | undefined> {
  const run = promisify(execFile)
  try {
    await run('pgbench', ['--version'])
  } catch {
    return undefined
  }
  const url = await stage.copyDatabase('bench_pgbench')
  await addLearners(url, LEARNERS)
  const folder = await temporaryFolder()
  stage.endWith(folder.remove)
  const script = path.join(folder.path, 'attempt.sql')
  await writeFile(script, await pgbenchScript(url, LEARNERS))
  const { hostname, port, username, password, pathname } = new URL(url)
  const environment = {
    ...process.env,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  }
  let turns = 0
  return {
    name: 'pgbench, the same row',
    turn: async seconds => {
      turns += 1
      const own = ['-D', 'count=0', '-D', `first=${String(turns * 100_000_000)}`]
      const clients = ['-c', String(CONNECTIONS), '-j', '2', '-T', String(Math.ceil(seconds))]
      const { stdout, stderr } = await run(
        'pgbench',
        ['-n', '-M', 'prepared', '-f', script, ...own, ...clients],
        {
          env: environment,
        },
      )
      if (stderr.includes('aborted')) throw new Error(`pgbench: ${stdout}\n${stderr}`)
      // On a very busy machine the time may be up before all of its clients are connected.
      const figure = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0)
      return { attempts: figure(/actually processed: (\d+)/), rate: figure(/tps = ([\d.]+)/) }
    },
  }
}
