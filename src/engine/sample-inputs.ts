/**
 * Where functions of a graph's inputs are compared: sets of inputs, some near the graph's own and some not.
 */
import type { CompiledGraph } from './graph.js'
import type { RandomNumbers } from './random-numbers.js'
import { entriesOf, SCALAR, shapeOfValue, valueOfEntries, type Value } from './tensor.js'

/** How one number is drawn, given the graph's own and the number's place among the inputs. */
type Draw = (own: number, random: RandomNumbers, place: number) => number

const sizeOf = (own: number): number => Math.max(1, Math.abs(own))

/**
 * Ways of drawing all numbers of a sample, taken in turn: a logarithm may ask for one, a power for another. Every sign
 * is sure to come, not only likely: relu(x) and x differ on one side of 0 alone.
 */
const DRAWS: readonly [Draw, ...Draw[]] = [
  (own, random) => own + sizeOf(own) * (random() - 0.5),
  // All on the other side of 0, and far out, all below and all above.
  (own, random) => (own === 0 ? -1 : -own) * (0.5 + random()),
  (own, random) => 20 * sizeOf(own) * (0.5 + random() / 2),
  (own, random) => -20 * sizeOf(own) * (0.5 + random() / 2),
  (_own, random) => 6 * random() - 3,
  (_own, random) => 3 * random(),
  // Signs in turn, one by one and two by two: of two inputs one changes its sign alone.
  (own, random, place) => (place % 2 === 0 ? 1 : -1) * sizeOf(own) * (0.5 + random()),
  (own, random, place) => ((place >> 1) % 2 === 0 ? -1 : 1) * sizeOf(own) * (0.5 + random()),
  // On the same side of 0.
  (own, random) => (own === 0 ? 1 : own) * (0.5 + random()),
  // Whole, for the powers of negative numbers.
  (own, random) => Math.round(own) + Math.floor(5 * random()) - 2,
]

/** The index-th sample of inputs, by name. */
export function sampleInputs(
  { inputs }: CompiledGraph,
  index: number,
  random: RandomNumbers,
): Map<string, Value> {
  const draw = DRAWS[index % DRAWS.length] ?? DRAWS[0]
  let place = 0
  return new Map(
    inputs.map(({ name, value }) => {
      const entries = entriesOf(value).map(own => draw(own, random, place++))
      return [name, valueOfEntries(shapeOfValue(value) ?? SCALAR, entries)]
    }),
  )
}
