/** Candidates take turns within each round, and medians over the rounds are compared. */
import os from 'node:os'
import { onServer } from '../support/server.js'
import type { LoadResult } from './load.js'
import { processorTimes } from './submissions-processor.js'

/** What a candidate did in a turn; latencies and errors where they are known. */
export type Turn = {
  readonly attempts: number
  readonly rate: number
  readonly load?: LoadResult
}

export type Candidate = {
  readonly name: string
  /** The server's process, where one is looked at. */
  readonly pid?: number
  /** Done before each turn and not measured. */
  readonly prepare?: () => Promise<void>
  readonly turn: (seconds: number) => Promise<Turn>
}

/** Where the processor's time went: microseconds an attempt, and the part of the machine that was not for us. */
type Shares = {
  readonly server: number
  readonly postgres: number
  readonly generator: number
  readonly others: number
}

export type Figures = {
  readonly name: string
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly p99ToP50: number
  /** Of every turn, warming up included. */
  readonly errors: ReadonlyMap<string, number>
  readonly shares: Shares
  /** The rate of each round. */
  readonly rates: readonly number[]
}

export type Rounds = { readonly seconds: number; readonly rounds: number }

/** The database's server: its own database, and its first process. */
export type Postgres = { readonly url: string; readonly postmaster: number }

/** A turn in which others took more of the machine than this says little; it is taken again, so many times. */
const DISTURBED = 0.1
const TRIES = 3

type Watched = Turn & { readonly shares: Shares | undefined }

/** Warms every candidate up, then lets them take turns; before each, the database writes out what others left. */
export async function takeTurns(
  postgres: Postgres,
  candidates: readonly Candidate[],
  { seconds, rounds }: Rounds,
): Promise<readonly Figures[]> {
  const turns = candidates.map(candidate => ({ candidate, counted: [] as Watched[], all: [] as Turn[] }))
  for (const { candidate, all } of turns) all.push(await candidate.turn(Math.min(4, seconds)))
  for (let round = 0; round < rounds; round += 1) {
    for (const { candidate, counted, all } of turns) {
      const tries: Watched[] = []
      while (tries.length < TRIES && tries.every(isDisturbed)) {
        await candidate.prepare?.()
        await onServer(postgres.url, 'CHECKPOINT')
        tries.push(await watchTurn(postgres, candidate, seconds))
      }
      all.push(...tries)
      const [best] = tries.toSorted((a, b) => (a.shares?.others ?? 0) - (b.shares?.others ?? 0))
      if (best !== undefined) counted.push(best)
    }
  }
  return turns.map(({ candidate, counted, all }) => figuresOf(candidate.name, counted, all))
}

function isDisturbed({ shares }: Watched): boolean {
  return shares !== undefined && shares.others > DISTURBED
}

async function watchTurn(postgres: Postgres, candidate: Candidate, seconds: number): Promise<Watched> {
  const start = performance.now()
  const before = await processorTimes(candidate.pid, postgres.postmaster)
  const turn = await candidate.turn(seconds)
  const after = await processorTimes(candidate.pid, postgres.postmaster)
  if (before === undefined || after === undefined) return { ...turn, shares: undefined }
  const capacity = ((performance.now() - start) / 1000) * os.availableParallelism()
  const [server, database, bench, machine] = (['server', 'postgres', 'bench', 'machine'] as const).map(
    who => after[who] - before[who],
  ) as [number, number, number, number] // As many as names.
  const generator = bench + (turn.load?.cpuSeconds ?? 0)
  const each = (used: number): number => (used * 1e6) / turn.attempts
  return {
    ...turn,
    shares: {
      server: each(server),
      postgres: each(database),
      generator: each(generator),
      others: Math.max(0, (machine - server - database - generator) / capacity),
    },
  }
}

function figuresOf(name: string, counted: readonly Watched[], all: readonly Turn[]): Figures {
  const over = (figure: (turn: Watched) => number | undefined): number =>
    median(counted.map(turn => figure(turn) ?? Number.NaN))
  const errors = new Map<string, number>()
  for (const { load } of all) {
    for (const [what, count] of Object.entries(load?.errors ?? {})) {
      errors.set(what, (errors.get(what) ?? 0) + count)
    }
  }
  return {
    name,
    rate: over(turn => turn.rate),
    p50: over(turn => turn.load?.p50),
    p99: over(turn => turn.load?.p99),
    p99ToP50: over(({ load }) => (load === undefined ? undefined : load.p99 / load.p50)),
    errors,
    shares: {
      server: over(turn => turn.shares?.server),
      postgres: over(turn => turn.shares?.postgres),
      generator: over(turn => turn.shares?.generator),
      others: Math.max(...counted.map(turn => turn.shares?.others ?? Number.NaN)),
    },
    rates: counted.map(({ rate }) => rate),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
