/**
 * Timing on a noisy machine: the candidates take turns within each round, and medians are compared. Time is that of
 * the processor, which others at work on the machine do not add to.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export type Candidate = { readonly name: string } & (
  | { readonly run: () => void }
  /** For what measures itself: nanoseconds of a call, as the mean over at least so many milliseconds of calls. */
  | { readonly time: (milliseconds: number) => number }
)

/** The median time of one call of each candidate in nanoseconds, over interleaved rounds. */
export function measure(
  candidates: readonly Candidate[],
  options: { readonly rounds: number; readonly milliseconds: number },
): Map<string, number> {
  const samples = new Map(candidates.map(({ name }) => [name, [] as number[]]))
  const collectGarbage = garbageCollector()
  const timeOf = (candidate: Candidate): number => {
    if ('time' in candidate) return candidate.time(options.milliseconds)
    collectGarbage() // What one candidate leaves lying about, the next must not pay for.
    timeCalls(candidate.run, options.milliseconds) // While others had their turn, its compiled code may have been dropped.
    return timeCalls(candidate.run, options.milliseconds)
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const candidate of candidates) samples.get(candidate.name)?.push(timeOf(candidate))
  }
  return new Map([...samples].map(([name, times]) => [name, median(times)]))
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void // Where the flag is set, a new context has it.
}

function timeCalls(run: () => void, milliseconds: number): number {
  const start = process.cpuUsage()
  let elapsed = 0
  let calls = 0
  // Ever more calls between two looks at the clock, each of which takes as long as many a call.
  for (let batch = 1; elapsed < milliseconds * 1e6; batch *= 2) {
    for (let call = 0; call < batch; call += 1) run()
    calls += batch
    const { user, system } = process.cpuUsage(start)
    elapsed = (user + system) * 1000
  }
  return elapsed / calls
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
