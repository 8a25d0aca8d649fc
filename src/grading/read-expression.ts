/**
 * What a learner typed in a box that asks for an expression → an expression over the graph's names, or the reason why
 * it is none (contract §4, expression boxes). As with numbers, reading never looks at what is right.
 */
import type { Box } from '../engine/boxes.js'
import { constantFault, constantParts, constantToDouble } from '../engine/constants.js'
import { createExpressionPool, operandsFirst, type Expression } from '../engine/expression.js'
import { ExpressionError, type StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { ANSWER_LIMITS, parseExpression } from '../engine/parse.js'
import { toDouble } from '../engine/rational.js'
import { inferShapes } from '../engine/shapes.js'
import { broadcastShapes, isSameShape, SCALAR, showShape, type Shape } from '../engine/tensor.js'
import { createAncestors, type DependsOn } from './ancestors.js'
import {
  knownForm,
  readNumber,
  takeText,
  TOO_LARGE,
  unreadable,
  unreadableText,
  type Unreadable,
} from './read-answer.js'
import { spendOnParsing } from './reading-work.js'

/** An expression as it was typed; of a number without names, its exact value. */
export type ReadExpression = {
  readonly kind: 'expression'
  readonly root: Expression
  /** `number` where no name of the graph occurs in what was typed: the wrong form, right or not. */
  readonly form: 'number' | 'expression'
  /** The distinct graph names in the text, in order of first appearance. */
  readonly operands: readonly string[]
}

export type ExpressionReading = ReadExpression | { readonly kind: 'blank' } | Unreadable

/** What is said of a number in a box that asks for an expression, whether it is right or not. */
export const EXPRESSION_ASKED = {
  code: 'expression-asked',
  message:
    'This box asks for an expression that holds for all inputs; a number alone holds only where nothing can change it.',
} as const

/**
 * Reads answers of a graph's expression boxes: make one for the answers of one request. `reading` is the budget of
 * reading (reading-work.ts), and what depends on what is worked out from `budget`. Each throws only `too-complex`, when
 * one of them is spent.
 */
export function createExpressionReader(
  graph: CompiledGraph,
  budget: StepBudget,
  reading: StepBudget = budget,
): (typed: unknown, box: Box) => ExpressionReading {
  const pool = createExpressionPool()
  const dependsOn = createAncestors(graph, budget)
  const shapeOf = (name: string): Shape => graph.shapes.get(name) ?? SCALAR
  // Ids of derivatives are read as names, so that they get a message of their own.
  const names = { has: (name: string): boolean => graph.shapes.has(name) || graph.boxes.has(name) }

  const readText = (text: string, offset: number, box: Box): ExpressionReading => {
    spendOnParsing(reading, text)
    try {
      const { root, operands } = parseExpression(text, {
        pool,
        names,
        limits: ANSWER_LIMITS,
        budget: reading,
      })
      for (const name of operands) {
        if (!graph.shapes.has(name)) return derivativeTyped(name)
        if (!isAllowed(box, name, dependsOn)) return nameNotAllowed(box, name)
      }
      return checkParts(root, operands, box)
    } catch (error) {
      if (!(error instanceof ExpressionError) || error.code === 'too-complex') throw error
      // The id of a derivative may be longer than any name.
      const [word = ''] = /^[\p{L}\p{N}_]*/u.exec(text.slice(error.position)) ?? []
      if (error.code === 'invalid-name' && graph.boxes.has(word)) return derivativeTyped(word)
      // Looks come last here: `inf` and `x` may be names of the graph, and then 0x is 0*x.
      return (
        knownForm(text) ?? {
          ...unreadableText(text, 'expression', error),
          position: offset + error.position,
        }
      )
    }
  }

  /** What needs no name must have a value, and arrays must conform, to each other and to the box. */
  const checkParts = (root: Expression, operands: readonly string[], box: Box): ExpressionReading => {
    const parts = operandsFirst(root)
    const constants = constantParts(parts, reading)
    const fault = constantFault(parts, constants)
    if (fault !== undefined) return unreadable('outside-domain', `This contains ${fault}.`)
    const inferred = inferShapes(parts, shapeOf)
    if (!inferred.ok) return unreadable('wrong-shape', `${inferred.message}.`)
    const [given, asked] = [inferred.shapes.get(root) ?? SCALAR, shapeOf(box.wrt ?? box.of)]
    const spread = broadcastShapes(given, asked)
    if (spread === undefined || !isSameShape(spread, asked)) {
      const message = `This box asks for an expression of shape ${showShape(asked)}; this has the shape ${showShape(given)}.`
      return unreadable('wrong-shape', message)
    }
    const value = constants.get(root)
    if (value !== undefined) {
      if (!Number.isFinite(constantToDouble(value))) return TOO_LARGE
      const folded = typeof value === 'number' ? root : pool.number(value)
      return { kind: 'expression', root: folded, form: 'number', operands }
    }
    // In between names every number is computed with as a double.
    const overflows = parts.some(part =>
      part.kind === 'number'
        ? !Number.isFinite(toDouble(part.value))
        : !Number.isFinite(constantToDouble(constants.get(part) ?? 0)),
    )
    if (overflows) return TOO_LARGE
    return { kind: 'expression', root, form: operands.length === 0 ? 'number' : 'expression', operands }
  }

  return (typed, box) => {
    if (typeof typed === 'number') {
      const read = readNumber(typed)
      if (read.kind === 'unreadable') return read
      return { kind: 'expression', root: pool.number(read.exact()), form: 'number', operands: [] }
    }
    const taken = takeText(typed, 'expression')
    return taken.kind === 'text' ? readText(taken.text, taken.offset, box) : taken
  }
}

/** Contract §4, expression boxes. */
function isAllowed(box: Box, name: string, dependsOn: DependsOn): boolean {
  switch (box.kind) {
    case 'forward':
      return dependsOn(box.of, name)
    case 'local':
      return name === box.of || dependsOn(box.of, name)
    case 'gradient':
      return true
  }
}

function nameNotAllowed(box: Box, name: string): Unreadable {
  const own = box.kind === 'local' ? `"${box.of}", and ` : ''
  return unreadable(
    'name-not-allowed',
    `The name "${name}" cannot stand in this box: write ${own}the inputs and nodes that "${box.of}" is computed from.`,
  )
}

function derivativeTyped(id: string): Unreadable {
  return unreadable(
    'name-not-allowed',
    `Derivatives such as "${id}" cannot be used here: write what it is in the values of inputs and nodes.`,
  )
}
