/** Subscribers of courses that take attempts at a steady rate, and what they cost a course that takes as many as it can. */
import { Agent, request as sendRequest } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load, LoadResult } from './load.js'
import { startProgram, type Program } from './submissions-programs.js'
import { printTarget } from './submissions-report.js'
import { median } from './submissions-rounds.js'
import { ANSWERS, ONE_COURSE, type Service, type Stage } from './submissions-stage.js'
import type { SubscribersRequest, SubscribersResult } from './subscribers.js'
import { addLearners } from './submissions-rows.js'

const COURSE = 'bench'
const LEARNERS = 300

type Subscribers = Program<SubscribersRequest, SubscribersResult>

/** Two steady classes, and the submission rate with subscribers and without. */
export async function benchSubscribers(stage: Stage): Promise<void> {
  const url = await stage.copyDatabase('dashboard_subscribers')
  await addLearners(url, LEARNERS)
  const service = await stage.startService(url)
  const subscribers: Subscribers = startProgram('subscribers')
  stage.endWith(subscribers.stop)
  console.log('\nsubscribers')
  for (const [count, rate] of [
    [20, 200],
    [200, 20],
  ] as const) {
    await steady(stage, service, subscribers, {
      count,
      rate,
      seconds: Number(process.env['BENCH_SECONDS'] ?? 20),
    })
  }
  await flood(stage, service, subscribers)
}

async function steady(
  { key }: Stage,
  { port }: Service,
  subscribers: Subscribers,
  { count, rate, seconds }: { readonly count: number; readonly rate: number; readonly seconds: number },
): Promise<void> {
  await subscribers.ask({ kind: 'subscribe', port, key, course: COURSE, count })
  const { stored, lateness } = await submitSteadily(port, key, rate, seconds)
  const { least, most, missed, disordered } = await subscribers.ask({ kind: 'finish', expected: stored })
  const told = `${String(least)} to ${String(most)} of ${String(stored)}`
  console.log(
    `  ${String(stored)} attempts in ${String(seconds)} s, answered within ${lateness.toFixed(0)} ms at the median`,
  )
  const what = `${String(count)} subscribers, ${String(rate)} attempts a second`
  printTarget(
    `${what}: events each has got`,
    told,
    'all',
    least === stored && most === stored && missed === 0,
  )
  printTarget(`${what}: numbers out of order`, String(disordered), '0', disordered === 0)
}

/** Submits at a rate, a few learners again and again, and answers how many were stored and how fast. */
async function submitSteadily(
  port: number,
  key: string,
  rate: number,
  seconds: number,
): Promise<{ readonly stored: number; readonly lateness: number }> {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  const under: Promise<void>[] = []
  const total = rate * seconds
  const start = performance.now()
  for (let sent = 0; sent < total; sent += 1) {
    const due = start + (sent * 1_000) / rate
    if (due > performance.now()) await sleep(due - performance.now())
    const body = `{"learner":"learner-${String((sent % LEARNERS) + 1)}","answers":${ANSWERS}}`
    under.push(submit(agent, port, key, body, times))
  }
  await Promise.all(under)
  agent.destroy()
  return { stored: times.length, lateness: median(times) }
}

function submit(agent: Agent, port: number, key: string, body: string, times: number[]): Promise<void> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const path = ONE_COURSE[0] ?? ''
    const sent = sendRequest({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, answer => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 201) times.push(performance.now() - start)
        resolve()
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Rounds of the flood: each with subscribers and without, by turns which of them is first. */
const FLOOD_ROUNDS = 8
const FLOOD_SECONDS = 5

/** As many submissions as it takes, with 20 subscribers and without. */
async function flood({ key, endWith }: Stage, { port }: Service, subscribers: Subscribers): Promise<void> {
  const load: Program<Load, LoadResult> = startProgram('load')
  endWith(load.stop)
  let told = 0
  let acknowledged = 0
  const turn = async (prefix: string, seconds = FLOOD_SECONDS): Promise<LoadResult> =>
    load.ask({
      port,
      key,
      connections: 64,
      seconds,
      learners: LEARNERS,
      paths: ONE_COURSE,
      answers: ANSWERS,
      batch: undefined,
      prefix,
    })
  const rateOf = ({ attempts, seconds }: LoadResult): number => attempts / seconds
  const turns = {
    alone: async (round: number): Promise<number> => rateOf(await turn(`without-${String(round)}`)),
    watched: async (round: number): Promise<number> => {
      await subscribers.ask({ kind: 'subscribe', port, key, course: COURSE, count: 20 })
      const result = await turn(`with-${String(round)}`)
      const { least } = await subscribers.ask({ kind: 'finish', expected: result.attempts })
      told += least
      acknowledged += result.attempts
      return rateOf(result)
    },
  }
  await turn('warm', 4)
  const rounds: { alone: number; watched: number }[] = []
  for (let round = 0; round < FLOOD_ROUNDS; round += 1) {
    const rates = { alone: 0, watched: 0 }
    const order = round % 2 === 0 ? (['alone', 'watched'] as const) : (['watched', 'alone'] as const)
    for (const kind of order) rates[kind] = await turns[kind](round)
    rounds.push(rates)
  }
  const alone = median(rounds.map(rates => rates.alone))
  const watched = median(rounds.map(rates => rates.watched))
  const ratio = median(rounds.map(rates => rates.watched / rates.alone))
  console.log(
    `  full load: ${alone.toFixed(0)} attempts a second without subscribers, ${watched.toFixed(0)} with 20`,
  )
  console.log(
    `  of ${String(acknowledged)} attempts the subscriber with the fewest has got, or was told that it missed, ${String(told)}`,
  )
  const ratios = rounds.map(rates => (rates.watched / rates.alone).toFixed(2)).join(' ')
  console.log(`  with 20 to without, by rounds: ${ratios}`)
  printTarget('submissions with 20 subscribers to those without', ratio.toFixed(2), '≥ 0.8', ratio >= 0.8)
}
