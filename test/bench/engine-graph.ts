/** The graphs that the engines are measured on: random, but the same in every run. */
import { createExpressionPool } from '../../src/engine/expression.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { OPERATIONS, operationRow, type Operation } from '../../src/engine/operations.js'
import { GRAPH_EXPRESSION_LIMITS, parseExpression } from '../../src/engine/parse.js'
import type { Tape } from '../../src/engine/tape.js'
import { buildTape } from '../../src/engine/tape-layout.js'
import { SCALAR } from '../../src/engine/tensor.js'

/** How many of a hundred nodes are of each operation. As in a network, most are sums and products. */
export const MIX = [
  ['+', 30],
  ['*', 30],
  ['-', 12],
  ['/', 4],
  ['relu', 8],
  ['tanh', 6],
  ['sigmoid', 4],
  ['exp', 3],
  ['sin', 3],
] as const

/** Operands come from this many nodes before. */
export const REACH = 1000
const INPUTS = 3
const [SMALLEST_VALUE, LARGEST_VALUE] = [1e-3, 4]
/** How far a value may be off, in root mean square, if every value before it is off by 1 at random. */
const LARGEST_ERROR = 10

/** A fixed sequence, so that every run measures the same graphs (Lehmer's generator, modulus 2^31 − 1). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** The tape of a graph, whose last slot is the output, and the values of its inputs. */
export type BenchGraph = { readonly tape: Tape; readonly inputs: readonly number[] }

/** An input or node while the graph is being drawn. */
type Drawn = { readonly left: number; readonly right: number; readonly value: number; readonly error: number }

/**
 * A graph of one operation a node, on every one of which the output depends. Operands are drawn anew until the value
 * is neither large nor next to nothing and errors do not grow along the graph: then gradients neither overflow nor
 * vanish, and two engines that round differently still agree.
 */
export function randomGraph(size: number): BenchGraph {
  const random = createRandom(size)
  const rows = MIX.flatMap(([name, share]) => Array.from({ length: share }, () => rowOf(name)))
  const sum = rowOf('+')
  const drawn: Drawn[] = Array.from({ length: INPUTS }, (_, index) => ({
    left: -1,
    right: -1,
    value: 0.75 - index / 2,
    error: 1,
  }))
  const unused = new Set(drawn.keys()) // The oldest comes first.
  const nodes: { readonly name: string; readonly expression: string }[] = []

  const draw = (row: Operation, index: number): Drawn => {
    const earliest = Math.max(0, index - REACH)
    for (;;) {
      const [oldest = 0] = unused
      const left = random(2) === 0 ? oldest : earliest + random(index - earliest)
      const right = earliest + random(index - earliest)
      const made = compute(row, left, right, drawn)
      const size = Math.abs(made.value)
      const fits = size <= LARGEST_VALUE && (size >= SMALLEST_VALUE || row.name === 'relu')
      if (left !== right && fits && made.error <= LARGEST_ERROR) return made
    }
  }
  for (let index = INPUTS; index < INPUTS + size; index += 1) {
    // Towards the end, what nothing has used yet is added up.
    const [oldest = 0, next = oldest - 1] = unused
    const closing = unused.size >= INPUTS + size - index
    const row = closing ? sum : (rows[random(rows.length)] ?? sum)
    const made = closing ? compute(sum, oldest, next, drawn) : draw(row, index)
    if (index - Math.min(made.left, made.right) > REACH) throw new Error('an operand is out of reach')
    nodes.push({ name: nameOf(index), expression: textOf(row, nameOf(made.left), nameOf(made.right)) })
    unused.delete(made.left)
    if (row.arity === 2) unused.delete(made.right)
    unused.add(index)
    drawn.push(made)
  }
  return { tape: layOut(nodes), inputs: drawn.slice(0, INPUTS).map(({ value }) => value) }
}

function rowOf(name: string): Operation {
  return operationRow(OPERATIONS.codeOf(name))
}

function nameOf(index: number): string {
  return index < INPUTS ? `w${String(index)}` : `n${String(index - INPUTS)}`
}

function textOf(row: Operation, left: string, right: string): string {
  return row.arity === 1 ? `${row.name}(${left})` : `${left} ${row.name} ${right}`
}

function compute(row: Operation, left: number, right: number, drawn: readonly Drawn[]): Drawn {
  const [{ value: x, error: ofX }, { value: y, error: ofY }] = [drawn[left], drawn[right]] as [Drawn, Drawn]
  if (row.arity === 1) {
    const value = row.value(x)
    return { left, right: left, value, error: Math.hypot(1, row.partial(x, value) * ofX) }
  }
  const value = row.value(x, y)
  const [byLeft, byRight] = row.partials
  return { left, right, value, error: Math.hypot(1, byLeft(x, y, value) * ofX, byRight(x, y, value) * ofY) }
}

/** Straight from the expressions: the boxes of a million nodes would take a minute, and no sweep asks for one. */
function layOut(nodes: readonly { readonly name: string; readonly expression: string }[]): Tape {
  const budget = createStepBudget(Infinity)
  const inputs = Array.from({ length: INPUTS }, (_, index) => ({
    name: nameOf(index),
    active: true,
    shape: SCALAR,
  }))
  const names = new Set([...inputs, ...nodes].map(({ name }) => name))
  const options = { pool: createExpressionPool(), names, limits: GRAPH_EXPRESSION_LIMITS, budget }
  const shapes = new Map<never, never>()
  const parsed = nodes.map(({ name, expression }) => ({
    name,
    root: parseExpression(expression, options).root,
    shapes,
  }))
  return buildTape({ inputs, nodes: parsed }, budget)
}
