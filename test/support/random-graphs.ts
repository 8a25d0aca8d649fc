/**
 * Random graphs with fan-out, each with an evaluation of its own in plain arithmetic, so that the engine is checked
 * against something that shares no code with it.
 */
import fc from 'fast-check'
import type { GraphDefinition } from '../../src/engine/definition.js'

/** How a node may be made from two earlier values: as text, and as arithmetic. Safe for every x and y. */
type Recipe = {
  readonly text: (x: string, y: string) => string
  readonly value: (x: number, y: number) => number
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const RECIPES: readonly Recipe[] = [
  { text: (x, y) => `${x} + ${y}`, value: (x, y) => x + y },
  { text: (x, y) => `2${x} - ${y}/3`, value: (x, y) => 2 * x - y / 3 },
  { text: (x, y) => `${x}*${y}`, value: (x, y) => x * y },
  { text: (x, y) => `-${x}^2/4 + ${y}*${x}`, value: (x, y) => -(x ** 2) / 4 + y * x },
  { text: (x, y) => `${x}/(1 + ${y}^2)`, value: (x, y) => x / (1 + y ** 2) },
  { text: (x, y) => `sin(${x})*${y}`, value: (x, y) => Math.sin(x) * y },
  { text: (x, y) => `cos(${x} - ${y})`, value: (x, y) => Math.cos(x - y) },
  { text: (x, y) => `tanh(${x}) + ${y}/2`, value: (x, y) => Math.tanh(x) + y / 2 },
  { text: (x, y) => `sqrt(1 + square(${x})) - ${y}`, value: (x, y) => Math.sqrt(1 + x * x) - y },
  { text: (x, y) => `ln(2 + cos(${x}))*${y}`, value: (x, y) => Math.log(2 + Math.cos(x)) * y },
  { text: (x, y) => `exp(-${x}^2/8) + ${y}`, value: (x, y) => Math.exp(-(x ** 2) / 8) + y },
  { text: (x, y) => `sigmoid(${x})*${y}`, value: (x, y) => sigmoid(x) * y },
  { text: (x, y) => `softplus(${x} - ${y})`, value: (x, y) => Math.log(1 + Math.exp(x - y)) },
  { text: (x, y) => `(1.5 + sin(${x}))^cos(${y})`, value: (x, y) => (1.5 + Math.sin(x)) ** Math.cos(y) },
  { text: (x, y) => `atan(${x}*${y}) + ${x}`, value: (x, y) => Math.atan(x * y) + x },
  { text: (x, y) => `relu(${x}) + abs(${y})`, value: (x, y) => Math.max(x, 0) + Math.abs(y) },
  {
    text: (x, y) => `max(${x}, ${y}) + min(${x}, 1)/3`,
    value: (x, y) => Math.max(x, y) + Math.min(x, 1) / 3,
  },
  { text: x => x, value: x => x },
]

export type RandomGraph = {
  readonly definition: GraphDefinition
  /** Names of inputs and nodes in the order of computing. */
  readonly names: readonly string[]
  /** The value of a node, some inputs and nodes being held at values of one's choice. */
  readonly value: (of: string, held: ReadonlyMap<string, number>) => number
}

type Draw = { readonly recipe: number; readonly x: number; readonly y: number }

function make(
  parameters: readonly number[],
  data: readonly number[],
  draws: readonly Draw[],
  shuffle: readonly number[],
): RandomGraph {
  const inputs = [
    ...parameters.map((value, index) => ({ name: `w${String(index)}`, role: 'parameter' as const, value })),
    ...data.map((value, index) => ({ name: `x${String(index)}`, role: 'data' as const, value })),
  ]
  const names = inputs.map(input => input.name)
  const made = new Map<string, { readonly value: Recipe['value']; readonly x: string; readonly y: string }>()
  const nodes: { readonly name: string; readonly expression: string }[] = []
  const unused = new Set<string>()
  const add = (name: string, { text, value }: Recipe, x: string, y: string): void => {
    nodes.push({ name, expression: text(x, y) })
    made.set(name, { value, x, y })
    unused.delete(x)
    unused.delete(y)
    unused.add(name)
    names.push(name)
  }
  draws.forEach(({ recipe, x, y }, index) => {
    // Squared, so that late names are likelier: graphs grow long as well as wide.
    const pick = (at: number): string => names[Math.floor(Math.sqrt(at) * names.length)] ?? ''
    add(`n${String(index)}`, RECIPES[recipe] as Recipe, pick(x), pick(y))
  })
  // What nothing uses yet is added up, so that the output depends on every node.
  const plus = RECIPES[0] as Recipe
  for (let index = 0; unused.size > 1; index += 1) {
    const [x = '', y = ''] = unused
    add(`s${String(index)}`, plus, x, y)
  }
  const values = new Map(inputs.map(({ name, value }) => [name, value]))
  return {
    definition: {
      inputs,
      nodes: nodes
        .map((node, index) => ({ node, place: shuffle[index % shuffle.length] ?? 0 }))
        .sort((a, b) => a.place - b.place)
        .map(({ node }) => node),
      output: names.at(-1) ?? '',
    },
    names,
    value(of, held) {
      const known = new Map([...values, ...held])
      for (const [name, { value, x, y }] of made) {
        if (!known.has(name)) known.set(name, value(known.get(x) ?? Number.NaN, known.get(y) ?? Number.NaN))
        if (name === of) break
      }
      return known.get(of) ?? Number.NaN
    },
  }
}

// So uneven that few values sit on a kink.
const value = fc.integer({ min: -2000, max: 2000 }).map(thousandths => (thousandths + 0.37) / 1000)
const fractionOfOne = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** A graph of nodes that share operands, listed in any order: at most half as many again as are drawn. */
export function randomGraphOf(mostDraws: number): fc.Arbitrary<RandomGraph> {
  return fc
    .tuple(
      fc.array(value, { minLength: 1, maxLength: 3 }),
      fc.array(value, { maxLength: 2 }),
      fc.array(fc.record({ recipe: fc.nat(RECIPES.length - 1), x: fractionOfOne, y: fractionOfOne }), {
        minLength: 3,
        maxLength: mostDraws,
      }),
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 15 }),
    )
    .map(([parameters, data, draws, shuffle]) => make(parameters, data, draws, shuffle))
}

/** A graph of up to 15 nodes. */
export const randomGraph: fc.Arbitrary<RandomGraph> = randomGraphOf(10)
