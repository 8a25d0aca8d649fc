/**
 * What is wrong with drawn inputs as an exercise: nodes on a kink, boxes that cannot be told apart though nothing in
 * the graph makes them equal, numbers that are long to write, boxes that hold 0.
 */
import { evaluateGraph } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { operationAt } from '../engine/tape.js'
import { entryCount, SCALAR, type Value } from '../engine/tensor.js'
import { findTruths } from './answer-key.js'
import type { Tolerance } from './tolerance.js'
import { needlessCoincidences } from './variant-coincidences.js'

/** What may be wrong, the gravest first. */
export const VARIANT_FAULTS = ['kink', 'coincidence', 'digits', 'zero'] as const

export type VariantFaultCode = (typeof VARIANT_FAULTS)[number]

/** For each fault, where it lies: nodes for a kink, else ids of boxes that ask for a number. */
export type Look = Readonly<Record<VariantFaultCode, readonly string[]>>

export type LookResult =
  | { readonly ok: true; readonly look: Look }
  /** Node without a finite value, or box. */
  | { readonly ok: false; readonly missing: string }

export type LookOptions = {
  /** How close an answer must be: boxes nearer than that cannot be told apart. */
  readonly toleranceOf: (id: string) => Tolerance
  /** Whether a box asks for an expression: its value is then typed by nobody. By default none does. */
  readonly asksExpression?: ((id: string) => boolean) | undefined
}

type Exactness = {
  /** Nodes whose values are never short: their boxes and those of derivatives of them may be long. */
  readonly inexact: ReadonlySet<string>
}

/** The most significant digits of a number that is short to write. */
export const MOST_DIGITS = 6
/** Sizes that are short to write: from the least, and below the bound. */
export const LEAST_SIZE = 1e-4
export const SIZE_BOUND = 1e6

/** Below it a number is 0 but for rounding: what is left of 0.1 + 0.2 − 0.3. */
const NOISE = 1e-10

/** Operations whose values are irrational nearly everywhere. */
const TRANSCENDENTAL: ReadonlySet<string> = new Set([
  ...['exp', 'ln', 'log10', 'log2', 'sigmoid', 'softplus', 'log_add_exp'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'],
])

/** The nodes that depend on a value of exp, sin and their like, or on a long constant such as pi. */
export function inexactNodes({ tape, nodes, shapes }: CompiledGraph): Set<string> {
  const inexact = new Uint8Array(tape.slots)
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const operation = operationAt(tape, slot)
    const own =
      operation === undefined ? !isShort(tape.constants[slot] as number) : TRANSCENDENTAL.has(operation.name)
    const inherited = inexact[tape.left[slot] as number] === 1 || inexact[tape.right[slot] as number] === 1
    if (own || inherited) inexact[slot] = 1
  }
  const found = nodes.filter(({ name }) => {
    const slot = tape.slotOf.get(name) as number
    return inexact.subarray(slot, slot + entryCount(shapes.get(name) ?? SCALAR)).includes(1)
  })
  return new Set(found.map(({ name }) => name))
}

/** What is wrong with a graph at these inputs; every input must be there, in the shape of its definition. */
export function lookAt(
  graph: CompiledGraph,
  inputs: ReadonlyMap<string, Value>,
  { toleranceOf, asksExpression, inexact }: LookOptions & Exactness,
): LookResult {
  const evaluated = evaluateGraph(graph, inputs)
  if (!evaluated.ok) return { ok: false, missing: faultyNode(graph, evaluated.fault.path[1]) }
  const { boxes: asked, missing, kinkedNodes } = findTruths(graph, evaluated.evaluation)
  const [first] = missing
  if (first !== undefined) return { ok: false, missing: first }
  const boxes = asked.filter(({ box }) => asksExpression?.(box.id) !== true)
  const long = boxes.filter(({ box, truths }) =>
    truths.some(truth => !isNice(truth, inexact.has(box.of) ? isSized : isShort)),
  )
  const zero = boxes.filter(({ truths }) => truths.every(isZero))
  const look = {
    kink: kinkedNodes,
    coincidence: needlessCoincidences(graph, inputs, boxes, toleranceOf),
    digits: long.map(({ box }) => box.id),
    zero: zero.map(({ box }) => box.id),
  }
  return { ok: true, look }
}

function faultyNode({ nodes }: CompiledGraph, listed: string | number | undefined): string {
  return nodes.find(node => node.listed === listed)?.name ?? ''
}

function isZero(value: number): boolean {
  return Math.abs(value) < NOISE
}

function isNice(value: number, isWritable: (value: number) => boolean): boolean {
  return isZero(value) || (isSized(value) && isWritable(value))
}

function isSized(value: number): boolean {
  return LEAST_SIZE <= Math.abs(value) && Math.abs(value) < SIZE_BOUND
}

/** Few digits, those past the twelfth being the noise of doubles: 0.1 + 0.2 is 0.3. */
function isShort(value: number): boolean {
  if (Number.isInteger(value) && Math.abs(value) < 10 ** MOST_DIGITS) return true
  const short = Number(value.toPrecision(MOST_DIGITS))
  return Math.abs(short - value) <= 5e-13 * Math.abs(value)
}
