/**
 * Random graphs on numbers, vectors and matrices, each with an evaluation of its own in plain loops, so that the
 * engine is checked against something that shares no code with it.
 */
import fc from 'fast-check'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { Shape, Value } from '../../src/engine/tensor.js'
import { eachEntry, eachPair, PLAIN_OPERATIONS, plainShape } from './plain-arrays.js'

/** Every shape with axes of 1 to 4. */
export const SHAPES: readonly Shape[] = [
  [],
  ...[1, 2, 3, 4].map(length => [length]),
  ...[1, 2, 3, 4].flatMap(rows => [1, 2, 3, 4].map(columns => [rows, columns])),
]

// So uneven that few values sit on a kink.
const uneven = fc.integer({ min: -2000, max: 2000 }).map(thousandths => (thousandths + 0.37) / 1000)

/** An array of this shape with entries between −2 and 2. */
export function arrayOf([rows, columns]: Shape): fc.Arbitrary<Value> {
  if (rows === undefined) return uneven
  const list = <Entry>(entry: fc.Arbitrary<Entry>, length: number) =>
    fc.array(entry, { minLength: length, maxLength: length })
  return columns === undefined ? list(uneven, rows) : list(list(uneven, columns), rows)
}

type Values = ReadonlyMap<string, Value>

/** An expression as text and as plain arithmetic. */
type Tree = {
  /** In brackets wherever an operation stands. */
  readonly text: string
  /** At the graph's own values. */
  readonly at: Value
  readonly names: ReadonlySet<string>
  /** Names from which some path is not entry by entry, or repeats entries. */
  readonly mixed: ReadonlySet<string>
  readonly value: (values: Values) => Value
}

const entryByEntry =
  (f: (x: number) => number) =>
  (x: Value): Value =>
    eachEntry(f, x)
const pairByPair =
  (f: (x: number, y: number) => number) =>
  (x: Value, y: Value): Value =>
    eachPair(f, x, y)

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

type Unary = { readonly text: (x: string) => string; readonly value: (x: Value) => Value }
type Binary = {
  readonly text: (x: string, y: string) => string
  readonly value: (x: Value, y: Value) => Value
}

/** Operations on numbers, safe for every number. */
const UNARY: readonly Unary[] = [
  { text: x => `-${x}`, value: entryByEntry(x => -x) },
  { text: x => `(2${x} - 1)`, value: entryByEntry(x => 2 * x - 1) },
  { text: x => `${x}^2/4`, value: entryByEntry(x => x ** 2 / 4) },
  { text: x => `exp(-${x}^2/8)`, value: entryByEntry(x => Math.exp(-(x ** 2) / 8)) },
  { text: x => `sqrt(1 + square(${x}))`, value: entryByEntry(x => Math.sqrt(1 + x * x)) },
  { text: x => `ln(2 + cos(${x}))`, value: entryByEntry(x => Math.log(2 + Math.cos(x))) },
  { text: x => `log10(2 + sin(${x}))`, value: entryByEntry(x => Math.log10(2 + Math.sin(x))) },
  { text: x => `log2(3 - sin(${x}))`, value: entryByEntry(x => Math.log2(3 - Math.sin(x))) },
  { text: x => `tan(sin(${x}))`, value: entryByEntry(x => Math.tan(Math.sin(x))) },
  { text: x => `asin(sin(${x})/2)`, value: entryByEntry(x => Math.asin(Math.sin(x) / 2)) },
  { text: x => `acos(cos(${x})/2)`, value: entryByEntry(x => Math.acos(Math.cos(x) / 2)) },
  { text: x => `atan(${x})`, value: entryByEntry(Math.atan) },
  { text: x => `sinh(sin(${x}))`, value: entryByEntry(x => Math.sinh(Math.sin(x))) },
  { text: x => `cosh(cos(${x}))`, value: entryByEntry(x => Math.cosh(Math.cos(x))) },
  { text: x => `tanh(${x})`, value: entryByEntry(Math.tanh) },
  { text: x => `sigmoid(${x})`, value: entryByEntry(sigmoid) },
  { text: x => `relu(${x})`, value: entryByEntry(x => Math.max(x, 0)) },
  { text: x => `leaky_relu(${x})`, value: entryByEntry(x => Math.max(x, x / 100)) },
  { text: x => `softplus(${x})`, value: entryByEntry(x => Math.log(1 + Math.exp(x))) },
  { text: x => `(abs(${x}) + sign(${x}))`, value: entryByEntry(x => Math.abs(x) + Math.sign(x)) },
]

const BINARY: readonly Binary[] = [
  { text: (x, y) => `(${x} + ${y})`, value: pairByPair((x, y) => x + y) },
  { text: (x, y) => `(${x} - ${y}/3)`, value: pairByPair((x, y) => x - y / 3) },
  { text: (x, y) => `${x}*${y}`, value: pairByPair((x, y) => x * y) },
  { text: (x, y) => `${x}/(1 + ${y}^2)`, value: pairByPair((x, y) => x / (1 + y ** 2)) },
  {
    text: (x, y) => `(1.5 + sin(${x}))^cos(${y})`,
    value: pairByPair((x, y) => (1.5 + Math.sin(x)) ** Math.cos(y)),
  },
  { text: (x, y) => `max(${x}, ${y})`, value: pairByPair(Math.max) },
  { text: (x, y) => `min(${y}, ${x})`, value: pairByPair(Math.min) },
]

const { matmul, dot, transpose, sum, mean, softmax, log_softmax, logsumexp } = PLAIN_OPERATIONS

const WHOLE_UNARY: readonly Unary[] = [
  { text: x => `transpose(${x})`, value: transpose },
  { text: x => `sum(${x})`, value: sum },
  { text: x => `mean(${x})`, value: mean },
  { text: x => `softmax(${x})`, value: softmax },
  { text: x => `log_softmax(${x})`, value: log_softmax },
  { text: x => `logsumexp(${x})`, value: logsumexp },
]

const WHOLE_BINARY: readonly Binary[] = [
  { text: (x, y) => `matmul(${x}, ${y})`, value: matmul },
  { text: (x, y) => `dot(${x}, ${y})`, value: dot },
]

type Recipe = { readonly isWhole: boolean } & (
  (Unary & { readonly arity: 1 }) | (Binary & { readonly arity: 2 })
)

const RECIPES: readonly Recipe[] = [
  ...UNARY.map(recipe => ({ ...recipe, isWhole: false, arity: 1 as const })),
  ...BINARY.map(recipe => ({ ...recipe, isWhole: false, arity: 2 as const })),
  ...WHOLE_UNARY.map(recipe => ({ ...recipe, isWhole: true, arity: 1 as const })),
  ...WHOLE_BINARY.map(recipe => ({ ...recipe, isWhole: true, arity: 2 as const })),
]

function leaf(name: string, at: Value): Tree {
  return {
    text: name,
    at,
    names: new Set([name]),
    mixed: new Set(),
    value: values => values.get(name) ?? Number.NaN,
  }
}

/** An operation on trees, or undefined where their shapes do not conform. */
function combine(recipe: Recipe, x: Tree, y: Tree): Tree | undefined {
  const operands = recipe.arity === 1 ? [x] : [x, y]
  const apply = (of: (tree: Tree) => Value): Value =>
    recipe.arity === 1 ? recipe.value(of(x)) : recipe.value(of(x), of(y))
  const at = orUndefined(() => apply(tree => tree.at))
  if (at === undefined) return undefined
  const shape = plainShape(at).join()
  const isKept = (operand: Tree): boolean => !recipe.isWhole && plainShape(operand.at).join() === shape
  return {
    text: `(${recipe.arity === 1 ? recipe.text(x.text) : recipe.text(x.text, y.text)})`,
    at,
    names: new Set(operands.flatMap(({ names }) => [...names])),
    mixed: new Set(operands.flatMap(operand => [...(isKept(operand) ? operand.mixed : operand.names)])),
    value: values => apply(tree => tree.value(values)),
  }
}

function orUndefined(value: () => Value): Value | undefined {
  try {
    return value()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export type RandomTensorGraph = {
  readonly definition: GraphDefinition
  /** Names of inputs and nodes in the order of computing. */
  readonly names: readonly string[]
  /** Node → the operands by which it has a derivative of their own shape (contract §1, tensor boxes). */
  readonly derivable: ReadonlyMap<string, ReadonlySet<string>>
  /** The value of a node, some inputs and nodes being held at values of one's choice. */
  readonly value: (of: string, held: Values) => Value
}

/** What random choices are made by: numbers below 2^16, in order, then zeros. */
type Choices = { readonly next: (below: number) => number }

function choicesFrom(numbers: readonly number[]): Choices {
  let at = 0
  return {
    next: below => {
      const number = numbers[at] ?? 0
      at += 1
      return number % below
    },
  }
}

/** An expression of up to 2^depth leaves: whatever conforms, and a sum where nothing drawn does. */
function grow(choices: Choices, leaves: readonly Tree[], depth: number): Tree {
  if (depth === 0) return leaves[choices.next(leaves.length)] as Tree
  const x = grow(choices, leaves, depth - 1)
  const y = grow(choices, leaves, choices.next(depth))
  for (let tries = 0; tries < 4; tries += 1) {
    const tree = combine(RECIPES[choices.next(RECIPES.length)] as Recipe, x, y)
    if (tree !== undefined) return tree
  }
  return combine(recipeOf('sum(x)'), x, x) as Tree // Every array has a sum.
}

function recipeOf(call: string): Recipe {
  return RECIPES.find(({ text }) => text('x', 'y') === call) as Recipe // As it stands above.
}

/** A number made of an array. */
const REDUCTIONS: readonly ((x: Tree) => Tree | undefined)[] = [
  x => combine(recipeOf('sum(x)'), x, x),
  x => combine(recipeOf('mean(x)'), x, x),
  x => combine(recipeOf('dot(x, y)'), x, x),
  x => combine(recipeOf('logsumexp(x)'), x, x),
]

function reduce(choices: Choices, x: Tree): Tree {
  const reduced = REDUCTIONS[choices.next(REDUCTIONS.length)]?.(x)
  return reduced !== undefined && plainShape(reduced.at).length === 0
    ? reduced
    : (combine(recipeOf('mean(x)'), x, x) as Tree) // Every array has a mean.
}

function make(inputs: readonly Value[], numbers: readonly number[]): RandomTensorGraph {
  const choices = choicesFrom(numbers)
  const trees = new Map<string, Tree>()
  const leaves: Tree[] = []
  const defined = inputs.map((value, index) => {
    const role = index === 0 || choices.next(4) > 0 ? ('parameter' as const) : ('data' as const)
    return { name: `w${String(index)}`, role, value }
  })
  for (const { name, value } of defined) leaves.push(leaf(name, value))
  const add = (name: string, tree: Tree): void => {
    trees.set(name, tree)
    leaves.push(leaf(name, tree.at))
  }
  const count = 2 + choices.next(3)
  for (let index = 0; index < count; index += 1)
    add(`n${String(index)}`, grow(choices, leaves, 1 + choices.next(2)))
  // Every node that nothing uses yet goes into the output.
  const used = new Set([...trees.values()].flatMap(({ names }) => [...names]))
  const output = [...trees]
    .filter(([name]) => !used.has(name))
    .map(([name, { at }]) => reduce(choices, leaf(name, at)))
    .reduce((x, y) => combine(recipeOf('(x + y)'), x, y) as Tree) // Numbers conform.
  add('J', output)
  const values = new Map(defined.map(({ name, value }) => [name, value]))
  return {
    definition: {
      inputs: defined,
      nodes: [...trees].map(([name, { text }]) => ({ name, expression: text })),
      output: 'J',
    },
    names: leaves.map(({ text }) => text),
    derivable: new Map(
      [...trees].map(([name, tree]) => {
        const isNumber = plainShape(tree.at).length === 0
        return [name, new Set([...tree.names].filter(operand => isNumber || !tree.mixed.has(operand)))]
      }),
    ),
    value(of, held) {
      const known = new Map([...values, ...held])
      for (const [name, tree] of trees) {
        if (!known.has(name)) known.set(name, tree.value(known))
        if (name === of) break
      }
      return known.get(of) ?? Number.NaN
    },
  }
}

/** Shapes that often go together: of two lengths, and of ones. */
const inputShapes: fc.Arbitrary<readonly Shape[]> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([m, n]) => {
    const shapes: readonly Shape[] = [[], [m], [n], [m, n], [n, m], [m, m], [1, n], [m, 1], [1]]
    return fc.array(fc.constantFrom(...shapes), { minLength: 2, maxLength: 4 })
  })

/** A graph of up to four inputs and five nodes; its output is a number. */
export const randomTensorGraph: fc.Arbitrary<RandomTensorGraph> = fc
  .tuple(
    inputShapes.chain(shapes => fc.tuple(...shapes.map(arrayOf))),
    fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 80 }),
  )
  .map(([inputs, numbers]) => make(inputs, numbers))
