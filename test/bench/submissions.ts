/**
 * How fast submissions are taken, beside what else could take them, all on one machine: requests, latencies, memory, and
 * whether it stays so with many courses and many stored attempts.
 *
 * BENCH_SECONDS (10) and BENCH_ROUNDS (3) say how long each candidate's turn is and how many it has; BENCH_MEMORY_SECONDS
 * (120) and BENCH_STORED (1000000) make those parts shorter; BENCH_DIST names a compiled service other than this one.
 */
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { onServer } from '../support/server.js'
import {
  CONNECTIONS,
  loadOn,
  pgbench,
  startAlone,
  startBare,
  startGenerator,
} from './submissions-candidates.js'
import type { SubmissionPart } from './submissions-parts.js'
import { printErrorTarget, printFigures, printTarget } from './submissions-report.js'
import { takeTurns, type Figures, type Rounds } from './submissions-rounds.js'
import { addAttempts, commitLatency } from './submissions-rows.js'
import { MANY_COURSES, ONE_COURSE, onStage, type Stage } from './submissions-stage.js'

const ATTEMPTS_IN_BATCH = 1_000
const BATCH_CONNECTIONS = 4
const BATCH_PATH = `${ONE_COURSE[0] ?? ''}/batch`
const FEW_STORED = 10_000
const MEBIBYTE = 2 ** 20

const PARTS: Readonly<Record<SubmissionPart, (stage: Stage, rounds: Rounds) => Promise<void>>> = {
  rates: compareRates,
  lone: compareLoneClients,
  batch: compareBatch,
  memory: watchMemory,
  size: compareSizes,
}

/** Runs parts of the bench of submissions and prints what they find. */
export async function benchSubmissions(parts: readonly SubmissionPart[]): Promise<void> {
  const rounds = { seconds: setting('BENCH_SECONDS', 10), rounds: setting('BENCH_ROUNDS', 3) }
  const paths = parts.includes('rates') ? [...ONE_COURSE, ...MANY_COURSES] : ONE_COURSE
  await onStage(paths, async stage => {
    const latency = await commitLatency(stage.postgres.url, 500)
    console.log(
      `${String(rounds.rounds)} rounds of ${String(rounds.seconds)} s; fsync and synchronous_commit are on; ` +
        `a commit of one row takes ${latency.toFixed(2)} ms (median)`,
    )
    for (const part of parts) {
      console.log(`\nsubmissions: ${part}`)
      await PARTS[part](stage, rounds)
    }
  })
}

function setting(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0`)
  return value
}

/** The service beside bare servers and beside the database alone, under many connections; and with many courses. */
async function compareRates(stage: Stage, rounds: Rounds): Promise<void> {
  const generator = startGenerator(stage)
  const service = await startAlone(stage)
  const insertions = await pgbench(stage)
  if (insertions === undefined) console.log('pgbench is not installed here: left out')
  const figures = await takeTurns(
    stage.postgres,
    [
      loadOn(stage, generator, await startBare(stage, 'echo'), 'bare echo'),
      loadOn(stage, generator, await startBare(stage, 'create'), 'bare create per request'),
      ...(insertions === undefined ? [] : [insertions]),
      loadOn(stage, generator, service, 'this service'),
      loadOn(stage, generator, service, 'this service, 1000 courses', { paths: MANY_COURSES }),
    ],
    rounds,
  )
  await service.stop()
  printFigures(figures)
  const [echo, create, ours, many] = [
    'bare echo',
    'bare create per request',
    'this service',
    'this service, 1000 courses',
  ].map(wanted => figures.find(({ name }) => name === wanted)) as [Figures, Figures, Figures, Figures] // All of them have just taken turns.
  ratioTarget('this service to bare echo', ours.rate / echo.rate, 0.33)
  ratioTarget('this service to create per request', ours.rate / create.rate, 5)
  ratioTarget('with 1000 courses to bare echo', many.rate / echo.rate, 0.25)
  for (const { name, p99ToP50 } of [ours, many]) {
    printTarget(`p99 to p50, ${name}`, p99ToP50.toFixed(2), '≤ 4', p99ToP50 <= 4)
  }
  printErrorTarget(figures)
}

function ratioTarget(what: string, ratio: number, least: number): void {
  printTarget(what, ratio.toFixed(3), `≥ ${String(least)}`, ratio >= least)
}

/** What somebody alone waits for. */
async function compareLoneClients(stage: Stage, rounds: Rounds): Promise<void> {
  const generator = startGenerator(stage)
  const service = await startAlone(stage)
  const figures = await takeTurns(
    stage.postgres,
    [
      loadOn(stage, generator, await startBare(stage, 'create'), 'bare create, one client', {
        connections: 1,
      }),
      loadOn(stage, generator, service, 'this service, one client', { connections: 1 }),
    ],
    rounds,
  )
  await service.stop()
  printFigures(figures)
  const [create, ours] = figures as [Figures, Figures] // As many as candidates.
  const ratio = ours.p50 / create.p50
  printTarget("a lone client's p50 to that of create per request", ratio.toFixed(2), '≤ 1.5', ratio <= 1.5)
  printErrorTarget(figures)
}

/** Attempts that come a thousand a request. */
async function compareBatch(stage: Stage, rounds: Rounds): Promise<void> {
  const service = await startAlone(stage)
  if (!(await stage.knows(service, BATCH_PATH))) {
    console.log('this service has no such route: left out')
    await service.stop()
    return
  }
  const generator = startGenerator(stage)
  const figures = await takeTurns(
    stage.postgres,
    [
      loadOn(stage, generator, service, `single, ${String(CONNECTIONS)} clients`),
      loadOn(
        stage,
        generator,
        service,
        `batches of ${String(ATTEMPTS_IN_BATCH)}, ${String(BATCH_CONNECTIONS)} clients`,
        {
          connections: BATCH_CONNECTIONS,
          batch: ATTEMPTS_IN_BATCH,
          paths: [BATCH_PATH],
        },
      ),
    ],
    rounds,
  )
  await service.stop()
  printFigures(figures)
  const [single, batch] = figures as [Figures, Figures] // As many as candidates.
  ratioTarget('attempts in batches to single ones', batch.rate / single.rate, 3)
  printErrorTarget(figures)
}

/** The resident set of the service's process, looked at every second of a long load. */
async function watchMemory(stage: Stage): Promise<void> {
  const seconds = setting('BENCH_MEMORY_SECONDS', 120)
  const generator = startGenerator(stage)
  const service = await startAlone(stage)
  const running = loadOn(stage, generator, service, 'this service').turn(seconds)
  const samples: number[] = []
  const sampling = new AbortController()
  const sample = async (): Promise<void> => {
    while (!sampling.signal.aborted) {
      samples.push(await residentMebibytes(service.pid))
      await sleep(1_000, undefined, { signal: sampling.signal }).catch(() => undefined)
    }
  }
  const sampled = sample()
  const { rate, load } = await running
  sampling.abort()
  await sampled
  await service.stop()
  const quarter = samples.length / 4
  const meanOf = (part: readonly number[]): number => part.reduce((sum, each) => sum + each, 0) / part.length
  const early = meanOf(samples.slice(quarter, 2 * quarter))
  const late = meanOf(samples.slice(-quarter))
  const most = Math.max(...samples)
  const twelfths = Array.from({ length: 12 }, (_, index) =>
    Math.max(...samples.slice((index * samples.length) / 12, ((index + 1) * samples.length) / 12)).toFixed(0),
  )
  console.log(
    `${rate.toFixed(0)} attempts/s for ${String(seconds)} s, errors ${JSON.stringify(load?.errors ?? {})}`,
  )
  console.log(`resident MiB over the run, the most of each twelfth: ${twelfths.join(' ')}`)
  const growth = late / early - 1
  printTarget(
    'growth from the second to the last quarter',
    `${(100 * growth).toFixed(1)}%`,
    '≤ 5%',
    growth <= 0.05,
  )
  printTarget('resident set at most', `${most.toFixed(0)} MiB`, '< 250 MiB', most < 250)
}

async function residentMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8')
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return (Number(kibibytes) * 1024) / MEBIBYTE
}

/**
 * The same load where little and where much is stored. Loads are of the learners that are stored. Where there is little,
 * a turn would make it much: that database is put back to what it was before each.
 */
async function compareSizes(stage: Stage, rounds: Rounds): Promise<void> {
  const stored = setting('BENCH_STORED', 1_000_000)
  const generator = startGenerator(stage)
  const start = async (url: string, count: number, learners: number) => {
    const service = await stage.startService(url)
    const label = `${String(count)} stored, ${String(learners)} learners`
    return { service, url, candidate: loadOn(stage, generator, service, label, { learners }) }
  }
  await addAttempts(await stage.copyDatabase('bench_few_stored'), FEW_STORED, FEW_STORED)
  // The service finds its connections broken and opens new ones.
  const putBack = () => stage.copyDatabase('bench_few', 'bench_few_stored')
  const few = await start(await putBack(), FEW_STORED, FEW_STORED)
  const manyUrl = await stage.copyDatabase('bench_many')
  await addAttempts(manyUrl, stored, stored / 10)
  const many = await start(manyUrl, stored, stored / 10)
  const prepare = async (): Promise<void> => {
    await putBack()
  }
  const figures = await takeTurns(stage.postgres, [{ ...few.candidate, prepare }, many.candidate], rounds)
  for (const { service, url } of [few, many]) {
    await service.stop()
    const [row] = await onServer<{ count: string }>(url, 'SELECT count(*) FROM attempts')
    console.log(`stored after the last turn: ${row?.count ?? ''}`)
  }
  printFigures(figures)
  const [small, large] = figures as [Figures, Figures] // As many as candidates.
  const difference = Math.abs(1 - large.rate / small.rate)
  printTarget('difference of the rates', `${(100 * difference).toFixed(1)}%`, '< 15%', difference < 0.15)
  printErrorTarget(figures)
}
