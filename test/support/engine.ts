/** Short ways into the engine for tests: what must work works or fails the test, what must not yields its refusal. */
import type { Box } from '../../src/engine/boxes.js'
import { definedInputs, evaluateGraph, type Evaluation } from '../../src/engine/evaluate.js'
import { createExpressionPool, type Expression } from '../../src/engine/expression.js'
import {
  createStepBudget,
  ExpressionError,
  type EngineFault,
  type EngineWarning,
  type StepBudget,
} from '../../src/engine/faults.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compileGraph, type CompiledGraph, type CompileOptions } from '../../src/engine/graph.js'
import type { Kinks } from '../../src/engine/kinks.js'
import { signatureOf, type Interval } from '../../src/engine/operations.js'
import {
  GRAPH_EXPRESSION_LIMITS,
  parseExpression,
  type ParsedExpression,
  type ParseOptions,
} from '../../src/engine/parse.js'
import type { Value } from '../../src/engine/tensor.js'
import { fromDecimal, negate, rational, type Rational } from '../../src/engine/rational.js'

/** A budget that no reasonable test spends. */
export function plenty(): StepBudget {
  return createStepBudget(1_000_000_000)
}

/** Reads an expression under the limits of a graph. */
export function read(
  text: string,
  names: readonly string[] = [],
  options: Partial<ParseOptions> = {},
): ParsedExpression {
  return parseExpression(text, {
    pool: createExpressionPool(),
    names: new Set(names),
    limits: GRAPH_EXPRESSION_LIMITS,
    budget: plenty(),
    ...options,
  })
}

/** The ExpressionError that some work throws. Anything else, and nothing, fails the test. */
export function refusalOf(work: () => unknown): ExpressionError {
  try {
    work()
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** An expression with every bracket: `(+ a (* 2 b))`. Constants of the language carry a `#`. */
export function tree(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return fraction(expression.value)
    case 'constant':
      return `#${expression.name}`
    case 'name':
      return expression.name
    case 'apply':
      return `(${[signatureOf(expression.operation).name, ...expression.operands.map(tree)].join(' ')})`
  }
}

/** `3`, `-1/2`. */
export function fraction({ numerator, denominator }: Rational): string {
  return denominator === 1n ? String(numerator) : `${String(numerator)}/${String(denominator)}`
}

/** The rational that `fraction` writes, or that a decimal such as `-0.25` or `1e-3` is. */
export function exactly(text: string): Rational {
  if (text.startsWith('-')) return negate(exactly(text.slice(1)))
  const [numerator = '', denominator] = text.split('/')
  if (denominator === undefined) return fromDecimal(text)
  const value = rational(BigInt(numerator), BigInt(denominator))
  if (value === undefined) throw new Error(`${text} is no fraction`)
  return value
}

function compileOptions(options: Partial<CompileOptions>): CompileOptions {
  return { maxNodes: 2000, budget: plenty(), ...options }
}

/** Compiles a definition that must be accepted. */
export function compile(
  definition: GraphDefinition,
  options: Partial<CompileOptions> = {},
): { readonly graph: CompiledGraph; readonly warnings: readonly EngineWarning[] } {
  const result = compileGraph(definition, compileOptions(options))
  if (result.ok) return result
  throw new Error(`refused: ${result.faults.map(fault => fault.message).join(' ')}`)
}

/** The faults of a definition that must be refused. */
export function faultsOf(
  definition: GraphDefinition,
  options: Partial<CompileOptions> = {},
): readonly EngineFault[] {
  const result = compileGraph(definition, compileOptions(options))
  if (!result.ok) return result.faults
  throw new Error('it was not refused')
}

/** A definition in short: `graph({ w: 3 }, { a: '2 + 3*w', J: 'a^2' })`. The last node is the output. */
export function graph(
  parameters: Readonly<Record<string, Value>>,
  expressions: Readonly<Record<string, string>>,
  more: Partial<GraphDefinition> & { readonly data?: Readonly<Record<string, Value>> } = {},
): GraphDefinition {
  const { data = {}, ...rest } = more
  const nodes = Object.entries(expressions).map(([name, expression]) => ({ name, expression }))
  return {
    inputs: [
      ...Object.entries(parameters).map(([name, value]) => ({ name, role: 'parameter' as const, value })),
      ...Object.entries(data).map(([name, value]) => ({ name, role: 'data' as const, value })),
    ],
    nodes,
    output: nodes.at(-1)?.name ?? '',
    ...rest,
  }
}

/** Evaluates a compiled graph at its own values, some replaced; it must have finite numbers there. */
export function evaluate(compiled: CompiledGraph, inputs: Readonly<Record<string, Value>> = {}): Evaluation {
  const result = evaluateGraph(compiled, new Map([...definedInputs(compiled), ...Object.entries(inputs)]))
  if (result.ok) return result.evaluation
  throw new Error(`refused: ${result.fault.message}`)
}

/** The fault of a compiled graph that has no finite numbers at its own values. */
export function domainFaultOf(compiled: CompiledGraph): EngineFault {
  const result = evaluateGraph(compiled, definedInputs(compiled))
  if (!result.ok) return result.fault
  throw new Error('it was not refused')
}

/** A value that is a number, as a number. */
export function numberOf(value: Value | undefined): number {
  if (typeof value === 'number') return value
  throw new Error(`not a number: ${JSON.stringify(value)}`)
}

/** The one range of a derivative box that is a number. */
export function rangeOf(kinks: Kinks | undefined, box: Box): Interval | undefined {
  const ranges = kinks?.rangesOf(box)
  if (ranges !== undefined && ranges.length !== 1) throw new Error(`${box.id} is an array`)
  return ranges?.[0]
}

/** The local derivatives of an evaluation as `{ 'a/w': 3 }`. */
export function localsOf(evaluation: Evaluation): Record<string, number> {
  return Object.fromEntries(
    [...evaluation.locals].flatMap(([node, byOperand]) =>
      [...byOperand].map(([operand, value]) => [`${node}/${operand}`, numberOf(value)] as const),
    ),
  )
}

/** f′(x) by the central difference of fourth order; its error is about step⁴ and 10⁻¹⁶/step. */
export function slope(f: (x: number) => number, x: number, step = 1e-3): number {
  return (8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))) / (12 * step)
}
