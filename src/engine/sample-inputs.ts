/**
 * Where functions of a graph's inputs are compared: sets of inputs, some near the graph's own and some not.
 */
import type { CompiledGraph } from './graph.js'
import type { RandomNumbers } from './random-numbers.js'
import { entriesOf, SCALAR, shapeOfValue, valueOfEntries, type Value } from './tensor.js'

/** How one number is drawn, given the graph's own. */
type Draw = (own: number, random: RandomNumbers) => number

/** Ways of drawing all numbers of a sample, taken in turn: a logarithm may ask for one, a power for another. */
const DRAWS: readonly [Draw, ...Draw[]] = [
  (own, random) => own + Math.max(1, Math.abs(own)) * (random() - 0.5),
  (_own, random) => 6 * random() - 3,
  (_own, random) => 3 * random(),
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
  return new Map(
    inputs.map(({ name, value }) => {
      const entries = entriesOf(value).map(own => draw(own, random))
      return [name, valueOfEntries(shapeOfValue(value) ?? SCALAR, entries)]
    }),
  )
}
