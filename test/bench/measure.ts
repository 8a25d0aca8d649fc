/** Timing on a noisy machine: the candidates take turns within each round, and medians are compared. */

export type Candidate = { readonly name: string; readonly run: () => void }

/** The median time of one call of each candidate in nanoseconds, over interleaved rounds. */
export function measure(
  candidates: readonly Candidate[],
  options: { readonly rounds: number; readonly milliseconds: number },
): Map<string, number> {
  const samples = new Map(candidates.map(({ name }) => [name, [] as number[]]))
  for (const { run } of candidates) timeCalls(run, options.milliseconds) // The first calls pay for compilation.
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name, run } of candidates) samples.get(name)?.push(timeCalls(run, options.milliseconds))
  }
  return new Map([...samples].map(([name, times]) => [name, median(times)]))
}

function timeCalls(run: () => void, milliseconds: number): number {
  const start = process.hrtime.bigint()
  const end = start + BigInt(Math.round(milliseconds * 1e6))
  let calls = 0
  let now = start
  while (now < end || calls === 0) {
    run()
    calls += 1
    now = process.hrtime.bigint()
  }
  return Number(now - start) / calls
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
