/** What a simulated learner has before him: a graph at inputs of his own, his habits, and what is right and near it. */
import type { Box } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { RandomNumbers } from '../../src/engine/random-numbers.js'
import { mistakesIn, type Mistake } from './simulated-mistakes.js'
import { rightEntries, sightOf, type ClassGraph } from './simulated-sight.js'

/**
 * The least round tolerance that any correctly rounded number meets: of so many digits, the last may be off by a half,
 * which is most of a number that begins with 1. It is also the strictest for telling wrong rules apart.
 */
export function toleranceFor(digits: number): { readonly relative: number } {
  return { relative: 0.51 * 10 ** (1 - digits) }
}

/** The tolerance's default absolute part (contract §4). */
const FLOOR = 1e-9

/** What lies before a learner, and before whoever made him. */
export type Desk = {
  readonly graph: ClassGraph
  readonly inputs: ReadonlyMap<string, number>
  readonly digits: number
  readonly byValue: boolean
  readonly keepsZeros: boolean
  /** The right values by box id. */
  readonly truths: ReadonlyMap<string, number>
  readonly isWithin: (typed: number, truth: number) => boolean
  /** The results of wrong rules from right numbers. */
  readonly mistakes: (box: Box) => readonly Mistake[]
  readonly truth: (box: Box) => number
}

export function createDesk(
  graph: ClassGraph,
  inputs: ReadonlyMap<string, number>,
  habits: Pick<Desk, 'digits' | 'byValue' | 'keepsZeros'>,
): Desk {
  const { relative } = toleranceFor(habits.digits)
  const truths = rightEntries(graph, inputs)
  const sight = sightOf(graph, inputs, truths)
  const known = new Map<Box, readonly Mistake[]>()
  return {
    graph,
    inputs,
    ...habits,
    truths,
    isWithin: (typed, truth) => Math.abs(typed - truth) <= Math.max(FLOOR, relative * Math.abs(truth)),
    mistakes: box => {
      const found = known.get(box) ?? mistakesIn(graph, sight, box, truths)
      known.set(box, found)
      return found
    },
    truth: box => truths.get(box.id) ?? Number.NaN,
  }
}

/** A number as the learner types it. */
export function write(value: number, { digits, keepsZeros }: Pick<Desk, 'digits' | 'keepsZeros'>): string {
  const typed = value.toPrecision(digits)
  return keepsZeros ? typed : String(Number(typed))
}

/**
 * Inputs of three decimals, none of them round, at which every box has a number of a size that learners meet. Only a
 * derivative may be 0, and few are; nothing sits on a kink.
 */
export function drawInputs(
  definition: GraphDefinition,
  graph: ClassGraph,
  random: RandomNumbers,
): ReadonlyMap<string, number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const inputs = new Map(
      definition.inputs.map(({ name }) => {
        const size = (300 + 10 * below(270, random) + 1 + below(9, random)) / 1000
        return [name, random() < 0.4 ? -size : size] as const
      }),
    )
    const right = rightEntries(graph, inputs)
    const isUsual = graph.boxes.every(({ id, kind }) => {
      const size = Math.abs(right.get(id) ?? Number.NaN)
      return (size > 1e-4 && size < 1e5) || (size === 0 && kind !== 'forward')
    })
    if (isUsual && [...right.values()].filter(value => value === 0).length <= 3) return inputs
  }
  throw new Error(`no usual inputs for ${JSON.stringify(definition.nodes)}`)
}

/** A whole number from 0 to one less than the count. */
export function below(count: number, random: RandomNumbers): number {
  return Math.floor(random() * count)
}

/** One of a list that is not empty. */
export function pick<Item>(items: readonly Item[], random: RandomNumbers): Item {
  return items[below(items.length, random)] as Item // Never asked of an empty list.
}
