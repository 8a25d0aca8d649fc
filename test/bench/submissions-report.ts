/** The tables that the bench of submissions prints. */
import type { Figures } from './submissions-rounds.js'

/**
 * One line a candidate: latencies in milliseconds, the processor's time in microseconds an attempt, the most that others
 * had of the machine in a round, and the rate of each round.
 */
export function printFigures(figures: readonly Figures[]): void {
  const line = (name: string, cells: readonly string[]): string =>
    name.padEnd(34) + cells.map(cell => cell.padStart(12)).join('')
  const columns = [
    'attempts/s',
    'p50 ms',
    'p99 ms',
    'p99/p50',
    'errors',
    'server µs',
    'Postgres µs',
    'load µs',
    'others',
  ]
  console.log(`${line('', columns)}   rounds`)
  for (const { name, rate, p50, p99, p99ToP50, errors, shares, rates } of figures) {
    const cells = [
      rate.toFixed(0),
      shown(p50, 2),
      shown(p99, 2),
      shown(p99ToP50, 1),
      String(total(errors)),
      shown(shares.server, 0),
      shown(shares.postgres, 0),
      shown(shares.generator, 0),
      Number.isNaN(shares.others) ? '–' : `${(100 * shares.others).toFixed(0)}%`,
    ]
    console.log(`${line(name, cells)}   ${rates.map(each => each.toFixed(0)).join(' ')}`)
    for (const [what, count] of errors) console.log(`    ${what}: ${String(count)} times`)
  }
}

/** Whether a figure is what it has to be. */
export function printTarget(what: string, figure: string, wanted: string, isMet: boolean): void {
  console.log(`${isMet ? 'pass' : 'MISS'}  ${what.padEnd(64)}${figure.padStart(14)}  (${wanted})`)
}

export function printErrorTarget(figures: readonly Figures[]): void {
  const count = figures.reduce((sum, { errors }) => sum + total(errors), 0)
  printTarget('submissions that were not acknowledged', String(count), '0', count === 0)
}

function total(errors: ReadonlyMap<string, number>): number {
  return [...errors.values()].reduce((sum, count) => sum + count, 0)
}

function shown(figure: number, decimals: number): string {
  return Number.isNaN(figure) ? '–' : figure.toFixed(decimals)
}
