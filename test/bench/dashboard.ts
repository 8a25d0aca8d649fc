/**
 * What an instructor's dashboard takes, in classes that differ in their attempts and in their learners; the gradebook; and
 * subscribers while others submit. The service is started as an operator starts it, on a Postgres with its usual settings.
 */
import { readFile } from 'node:fs/promises'
import { request as sendRequest, Agent } from 'node:http'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { onServer } from '../support/server.js'
import { ASSIGNMENTS, attemptsOf, COURSE, seedClass, type ClassSize } from './dashboard-class.js'
import { ALL_STATISTICS, CLASS_PAGE } from './dashboard-queries.js'
import type { DashboardPart } from './dashboard-parts.js'
import { printTarget } from './submissions-report.js'
import { median } from './submissions-rounds.js'
import { onStage, type Service, type Stage } from './submissions-stage.js'
import { benchSubscribers } from './dashboard-subscribers.js'

const PATHS = Array.from(
  { length: ASSIGNMENTS },
  (_, index) => `/v1/courses/${COURSE}/assignments/week-${String(index + 1)}/attempts`,
)

/** Attempts of the largest class; 5,000,000 take some minutes to be put there, and some 10 GB. */
const MOST_ATTEMPTS = Number(process.env['BENCH_STORED'] ?? 5_000_000)
const LEARNERS = 10_000

const CLASSES = {
  many: { learners: LEARNERS, begun: ASSIGNMENTS, attemptsEach: MOST_ATTEMPTS / LEARNERS / ASSIGNMENTS },
  // Attempts so few that nobody can have begun everything: a page of them has a quarter of the rows to read.
  few: { learners: LEARNERS, begun: 5, attemptsEach: 1 },
  once: { learners: LEARNERS, begun: ASSIGNMENTS, attemptsEach: 1 },
  small: { learners: LEARNERS / 10, begun: ASSIGNMENTS, attemptsEach: 25 },
} satisfies Record<string, ClassSize>

type ClassName = keyof typeof CLASSES

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 150)
const WARM_UP = 60

/** Runs these parts of the bench. */
export async function benchDashboard(parts: readonly DashboardPart[]): Promise<void> {
  await onStage(PATHS, async stage => {
    if (parts.includes('reads') || parts.includes('gradebook')) await benchReads(stage, parts)
    if (parts.includes('subscribers')) await benchSubscribers(stage)
  })
}

async function benchReads(stage: Stage, parts: readonly DashboardPart[]): Promise<void> {
  const services = new Map<ClassName, { readonly service: Service; readonly url: string }>()
  for (const [name, size] of Object.entries(CLASSES) as [ClassName, ClassSize][]) {
    const url = await stage.copyDatabase(`dashboard_${name}`)
    const start = performance.now()
    await seedClass(url, size)
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    const { learners, begun } = size
    console.log(
      `${name}: ${String(learners)} learners, ${String(attemptsOf(size))} attempts on ${String(begun)} of ${String(ASSIGNMENTS)} assignments each (put there in ${seconds} s)`,
    )
    services.set(name, { service: await stage.startService(url), url })
  }
  if (parts.includes('reads')) {
    for (const query of [CLASS_PAGE, ALL_STATISTICS]) await compareClasses(stage, services, query)
  }
  const many = services.get('many')
  if (parts.includes('gradebook') && many !== undefined) await benchGradebook(stage, many.service)
}

async function compareClasses(
  { key }: Stage,
  services: ReadonlyMap<ClassName, { readonly service: Service; readonly url: string }>,
  query: { readonly name: string; readonly text: string; readonly isTarget: boolean },
): Promise<void> {
  const times = new Map([...services.keys()].map(name => [name, [] as number[]]))
  const agent = new Agent({ keepAlive: true })
  const statements = new Map<ClassName, number>()
  let bytes = 0
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [name, { service }] of services) {
      const start = performance.now()
      bytes = await ask(agent, service.port, key, query.text)
      if (round >= 0) times.get(name)?.push(performance.now() - start)
    }
  }
  for (const [name, { service, url }] of services) {
    statements.set(name, await countStatements(url, () => ask(agent, service.port, key, query.text)))
  }
  agent.destroy()
  const at = (name: ClassName): number => median(times.get(name) ?? [])
  console.log(`\n${query.name} (${(bytes / 1024).toFixed(0)} KiB)`)
  for (const [name, all] of times) {
    const sorted = all.toSorted((a, b) => a - b)
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
    console.log(
      `  ${name.padEnd(8)} p50 ${at(name).toFixed(1).padStart(7)} ms   p99 ${p99.toFixed(1).padStart(7)} ms   ${String(statements.get(name))} statements`,
    )
  }
  if (!query.isTarget) return
  const ratio = (a: ClassName, b: ClassName): number => at(a) / at(b)
  const attempts = (name: ClassName): string => attemptsOf(CLASSES[name]).toLocaleString('en')
  printTarget('p50 of the dashboard, ms', at('many').toFixed(1), '≤ 100', at('many') <= 100)
  const [stored, learners] = [ratio('many', 'few'), ratio('many', 'small')]
  printTarget(`${attempts('many')} to ${attempts('few')} attempts`, stored.toFixed(2), '≤ 1.2', stored <= 1.2)
  const same = ratio('many', 'once')
  printTarget(
    `${attempts('many')} to ${attempts('once')}, as much begun`,
    same.toFixed(2),
    '≤ 1.2',
    same <= 1.2,
  )
  printTarget('10,000 to 1,000 learners', learners.toFixed(2), '≤ 1.3', learners <= 1.3)
  const most = Math.max(...statements.values())
  printTarget('SQL statements', String(most), '≤ 8', most <= 8)
}

/** Asks once, reads the whole answer and answers its length. */
function ask(agent: Agent, port: number, key: string, query: string): Promise<number> {
  const body = JSON.stringify({ query, variables: { course: COURSE } })
  return new Promise((resolve, reject) => {
    const sent = sendRequest(
      {
        port,
        agent,
        host: '127.0.0.1',
        path: '/graphql',
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      answer => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8')
          if (answer.statusCode === 200 && !text.includes('"errors":[')) resolve(text.length)
          else reject(new Error(`${String(answer.statusCode)} ${text.slice(0, 500)}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** How many statements one request takes, each its own transaction: the mean over 20, by the server's own count. */
async function countStatements(url: string, work: () => Promise<unknown>): Promise<number> {
  const committed = async (): Promise<number> => {
    const [row] = await onServer<{ commits: string }>(
      url,
      `SELECT pg_stat_clear_snapshot(), xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()`,
    )
    return Number(row?.commits)
  }
  const REQUESTS = 20
  // What a connection has done is told after a second; what goes on in the background all the time is taken off.
  const during = async (task: () => Promise<unknown>): Promise<number> => {
    const before = await committed()
    const end = performance.now() + 6_000
    await task()
    await new Promise(resolve => setTimeout(resolve, end - performance.now()))
    return (await committed()) - before
  }
  const background = await during(() => Promise.resolve())
  const all = await during(async () => {
    for (let index = 0; index < REQUESTS; index += 1) await work()
  })
  return Math.round((all - background) / REQUESTS)
}

/** Streams the gradebook several times over and looks at the service's memory meanwhile. */
async function benchGradebook({ key }: Stage, service: Service): Promise<void> {
  console.log('\ngradebook.csv of 10,000 learners × 20 assignments')
  const resident = async (): Promise<number> => {
    const status = await readFile(`/proc/${String(service.pid)}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  }
  const peaks: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const start = performance.now()
    const answer = await fetch(
      `http://127.0.0.1:${String(service.port)}/v1/courses/${COURSE}/gradebook.csv`,
      {
        headers: { authorization: `Bearer ${key}` },
      },
    )
    let [bytes, lines, peak] = [0, 0, await resident()]
    for await (const piece of answer.body ?? []) {
      const chunk = piece as Uint8Array
      bytes += chunk.length
      for (const byte of chunk) if (byte === 10) lines += 1
      peak = Math.max(peak, await resident())
    }
    peaks.push(peak)
    const seconds = ((performance.now() - start) / 1000).toFixed(2)
    console.log(
      `  ${String(lines)} lines, ${(bytes / 2 ** 20).toFixed(1)} MiB in ${seconds} s; memory at most ${peak.toFixed(0)} MiB`,
    )
  }
  // The first one warms up.
  const [, second = Number.NaN, ...rest] = peaks
  const growth = Math.max(...rest) / second - 1
  printTarget(
    'growth of memory from the second time on',
    `${(100 * growth).toFixed(1)}%`,
    '≤ 5%',
    growth <= 0.05,
  )
}
