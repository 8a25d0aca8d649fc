/**
 * Where submissions are measured: one Postgres with its usual settings, a database for each candidate, all copies of one
 * that holds a course, an assignment and one attempt as the service stores it, and the service itself as an operator starts it.
 */
import { execFile, spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { eventually, onServer, postmasterPid, temporaryFolder, withDatabase } from '../support/server.js'
import type { Postgres } from './submissions-rounds.js'
import { THEIR_CREDIT, THIRTEEN_ANSWERS } from './thirteen-answers.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TEMPLATE = 'bench_template'
const TENANT = 'bench'
/** Milliseconds that the service has to stop by itself. */
const PATIENCE = 6_000

export const ANSWERS = JSON.stringify(THIRTEEN_ANSWERS)

/** Learner and idempotency key of the one attempt that is there before anything is measured. */
export const SAMPLE = 'sample'

export const ONE_COURSE: readonly string[] = [attemptsPath('bench')]
export const MANY_COURSES: readonly string[] = Array.from({ length: 1_000 }, (_, index) =>
  attemptsPath(`course-${String(index)}`),
)

export type Service = { readonly port: number; readonly pid: number; readonly stop: () => Promise<void> }

export type Stage = {
  readonly postgres: Postgres
  /** An API key of the service that may do everything, in every database. */
  readonly key: string
  /** A new database with the course, the assignment and the sample attempt; answers its URL. */
  readonly copyDatabase: (name: string, from?: string) => Promise<string>
  readonly startService: (databaseUrl: string) => Promise<Service>
  /** Whether a service has a route that takes a POST at this path. */
  readonly knows: (service: Service, path: string) => Promise<boolean>
  /** Has something ended with the stage, before all that was given earlier. */
  readonly endWith: (end: () => Promise<void>) => void
}

/**
 * Sets the stage, with an assignment at each of these paths, plays on it and clears all of it away, also after a failure or
 * when we are told to stop.
 */
export async function onStage(
  paths: readonly string[],
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  const clear = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      await end().catch((error: unknown) => {
        console.error(error)
      })
    }
  }
  let stopping: Promise<void> | undefined
  const onSignal = (): void => {
    stopping ??= clear().then(() => process.exit(130))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    const folder = await temporaryFolder()
    ends.push(folder.remove)
    const postgres = await startEmbeddedPostgres({ dataFolder: folder.path, attach: false })
    ends.push(postgres.stop)
    await stopUnlessDurable(postgres.url)
    const stage = await setStage(postgres.url, folder.path, paths, end => ends.push(end))
    await play(stage)
  } finally {
    // What is being ended just now fails whoever still uses it.
    await (stopping ?? clear())
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

async function stopUnlessDurable(url: string): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit']) {
    const [row] = await onServer<Record<string, string>>(url, `SHOW ${setting}`)
    if (row?.[setting] !== 'on')
      throw new Error(`${setting} is ${String(row?.[setting])}: nothing is measured`)
  }
}

async function setStage(
  url: string,
  folder: string,
  paths: readonly string[],
  endWith: Stage['endWith'],
): Promise<Stage> {
  const dist = await compiled()
  const template = withDatabase(url, TEMPLATE)
  const environment = (databaseUrl: string) => ({
    ...process.env,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    CHAINMARK_DATA: folder,
    HOST: '127.0.0.1',
    PORT: '0',
  })
  const operate = async (...args: string[]): Promise<string> => {
    const done = await promisify(execFile)(process.execPath, [path.join(dist, 'cli.js'), ...args], {
      env: environment(template),
    })
    return done.stdout
  }
  let count = 0
  const startService = async (databaseUrl: string): Promise<Service> => {
    count += 1
    const log = path.join(folder, `service-${String(count)}.log`)
    return spawnService(dist, environment(databaseUrl), log, endWith)
  }
  await onServer(url, `CREATE DATABASE ${TEMPLATE}`)
  await operate('migrate')
  await operate('tenants', 'create', TENANT)
  const created = await operate('keys', 'create', '--tenant', TENANT, '--scopes', 'all')
  const key = created.split('\t')[0] ?? ''
  const service = await startService(template)
  await fillTemplate(service.port, key, paths)
  await service.stop()
  return {
    postgres: { url, postmaster: await postmasterPid(folder) },
    key,
    startService,
    endWith,
    knows: async ({ port }, route) => (await send('POST', port, key, route, {})).status !== 404,
    copyDatabase: async (name, from = TEMPLATE) => {
      await onServer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await onServer(url, `CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY FILE_COPY`)
      return withDatabase(url, name)
    },
  }
}

/** Node's options, as `npm start` has them. */
async function nodeOptions(): Promise<readonly string[]> {
  const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.match(/--\S+/g) ?? []
}

/** The folder of the compiled service: BENCH_DIST as it is, or dist/ made from the present sources. */
async function compiled(): Promise<string> {
  const given = process.env['BENCH_DIST']
  if (given !== undefined && given !== '') return path.resolve(given)
  await promisify(execFile)(process.execPath, ['scripts/compile.mjs'], { cwd: ROOT })
  return path.join(ROOT, 'dist')
}

async function spawnService(
  dist: string,
  environment: NodeJS.ProcessEnv,
  logFile: string,
  endWith: Stage['endWith'],
): Promise<Service> {
  // Into a file, as under a supervisor: read by us, the lines would cost the machine more than they cost the service.
  const log = await open(logFile, 'w')
  const child = spawn(process.execPath, [...(await nodeOptions()), path.join(dist, 'server.js')], {
    env: environment,
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const ended = new Promise<void>(resolve => child.once('exit', resolve))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
    await ended
    clearTimeout(impatience)
  }
  endWith(stop)
  let port: string | undefined
  await eventually(async () => {
    const text = await readFile(logFile, 'utf8')
    if (child.exitCode !== null) throw new Error(`the service did not start:\n${text}`)
    port = /"url":"http:\/\/127\.0\.0\.1:(\d+)"[^\n]*"msg":"ready"/.exec(text)?.[1]
    return port !== undefined
  }, 30_000)
  return { port: Number(port), pid: child.pid ?? 0, stop }
}

function attemptsPath(course: string): string {
  return `/v1/courses/${course}/assignments/week-1/attempts`
}

/** Courses and assignments as they are made by a client, and one attempt. */
async function fillTemplate(port: number, key: string, paths: readonly string[]): Promise<void> {
  const call = async (method: 'PUT' | 'POST', route: string, body: object): Promise<unknown> => {
    const answer = await send(method, port, key, route, body)
    if (answer.ok) return answer.json()
    throw new Error(`${method} ${route}: ${String(answer.status)} ${await answer.text()}`)
  }
  const waiting = [...paths]
  const work = async (): Promise<void> => {
    for (let route = waiting.pop(); route !== undefined; route = waiting.pop()) {
      const [, , , course = ''] = route.split('/')
      await call('PUT', `/v1/courses/${course}`, { title: course })
      await call('PUT', route.replace('/attempts', ''), { graph: 'lab-network1' })
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  const attempt = await call('POST', ONE_COURSE[0] ?? '', {
    learner: SAMPLE,
    answers: JSON.parse(ANSWERS) as object,
  })
  const { credit } = attempt as { credit: number }
  if (Math.abs(credit - THEIR_CREDIT) > 1e-6) throw new Error(`unexpected credit ${String(credit)}`)
}

function send(
  method: 'PUT' | 'POST',
  port: number,
  key: string,
  route: string,
  body: object,
): Promise<Response> {
  return fetch(`http://127.0.0.1:${String(port)}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(method === 'POST' ? { 'idempotency-key': SAMPLE } : {}),
    },
    body: JSON.stringify(body),
  })
}
