/**
 * Symbolic derivatives of a graph, as they are shown: of each node by its operands, and of the output by anything, by
 * the chain rule over nodes. The graph is never put into one expression as a whole, which under fan-out would grow
 * exponentially: a gradient is written by the gradients of its consumers, and in full only where that is short.
 */
import { createAlgebra, type Algebra } from './algebra.js'
import { boxLabel, usedConsumers, type Box } from './boxes.js'
import { createDeriver, type Derivatives } from './derive.js'
import { operandsFirst, type Expression } from './expression.js'
import { createStepBudget, ExpressionError, type StepBudget } from './faults.js'
import { formulaOf, type Formula } from './formula.js'
import type { CompiledGraph } from './graph.js'
import { texName } from './names.js'
import { OPERATIONS } from './operations.js'
import { createSimplifier } from './simplify.js'
import { SCALAR, type Shape } from './tensor.js'
import { createWritable, MAX_OPERATIONS, operationsIn } from './writable.js'

/** Derivatives as expressions, each worked out when it is first asked for. May serve as the options of a formula. */
export type Symbolics = {
  /** ∂node/∂operand, simplified, in names of the graph; undefined where the expression language cannot write it. */
  local(node: string, operand: string): Expression | undefined
  /**
   * ∂output/∂name as the chain rule has it: the sum, over its consumers in sorted order, of the local derivative times
   * the consumer's gradient, which is a name, the id of its box (`dJ_da`). Undefined where it cannot be written.
   */
  chain(name: string): Expression | undefined
  /** The same in names of nodes and inputs only, where that is short; else undefined. */
  full(name: string): Expression | undefined
  /** The TeX of a name of the graph, or of a derivative by the id of its box. */
  readonly texOfName: (name: string) => string
  readonly names: { has(name: string): boolean }
  /** The shape of a name of the graph, or of a derivative by the id of its box. */
  readonly shapeOfName: (name: string) => Shape
}

/** A gradient in full has at most so many operations. */
const FULL_OPERATIONS = 24

/**
 * The symbolic derivatives of a graph. Simplifying draws on the budget; once that is spent, derivatives are left as
 * they come out of the rules, and nodes past a bound of their own have none. Nothing is ever thrown.
 */
export function createSymbolics(graph: CompiledGraph, budget: StepBudget): Symbolics {
  const { output, shapes, boxes } = graph
  const names = { has: (name: string): boolean => shapes.has(name) }
  const shapeOfName = (name: string): Shape =>
    shapes.get(name) ?? shapes.get(boxes.get(name)?.wrt ?? '') ?? SCALAR
  const algebra = createAlgebra(shapeOfName)
  const simplify = createForgivingSimplifier(algebra, budget)
  const isWritable = createWritable(algebra, names)
  const derive = createDeriver(algebra)
  let derivable = DERIVED_PARTS
  const nodes = new Map(graph.nodes.map(node => [node.name, node]))
  const consumers = usedConsumers(graph)
  const gradientIds = new Map(
    [...boxes.values()].flatMap(box => (box.kind === 'gradient' ? [[box.wrt, box.id] as const] : [])),
  )

  /** What a node passes back to its operands from its own derivative: 1, or a gradient. */
  const passBack = (name: string, own: Expression | undefined): Derivatives => {
    const node = nodes.get(name)
    if (node === undefined || own === undefined) return new Map()
    derivable -= operandsFirst(node.root).length
    if (derivable < 0) return new Map()
    return derive({ root: algebra.take(node.root), value: algebra.name(name), seed: own })
  }
  const passedFromOne = remember(name => passBack(name, algebra.one))
  const localsOf = remember(node =>
    remember(operand => {
      if (nodes.get(node)?.mixed.has(operand) !== false) return undefined
      const form = passedFromOne(node).get(operand)
      return form && [simplify(form), form].find(isWritable)
    }),
  )
  const local = (node: string, operand: string): Expression | undefined => localsOf(node)(operand)

  /** The sum of what comes to a name from each of its consumers: its local derivative times the gradient there. */
  const overPaths = (
    name: string,
    gradientOf: (consumer: string) => Expression | undefined,
    passedFromGradient: (consumer: string) => Derivatives,
  ): Expression | undefined => {
    let sum: Expression | undefined
    for (const consumer of consumers.get(name) ?? []) {
      const [factor, gradient] = [local(consumer, name), gradientOf(consumer)]
      const mixed = nodes.get(consumer)?.mixed.has(name) === true
      const term = mixed
        ? passedFromGradient(consumer).get(name)
        : factor && gradient && algebra.times(factor, gradient)
      if (term === undefined) return undefined
      sum = sum === undefined ? term : algebra.apply(OPERATIONS.add, sum, term)
    }
    return sum
  }

  /** A gradient as the id of its box; that of the output is 1. */
  const gradientName = (name: string): Expression | undefined => {
    const id = gradientIds.get(name)
    if (name === output) return algebra.one
    return id === undefined || names.has(id) ? undefined : algebra.name(id)
  }
  const passedFromName = remember(name => passBack(name, gradientName(name)))
  /** An id may be longer than a name; what is around it must be readable all the same. */
  const withoutIds = (form: Expression): Expression =>
    algebra.take(form, name => (names.has(name) ? undefined : algebra.name(output)))
  const chain = remember(name => {
    const form = overPaths(name, gradientName, passedFromName)
    return form && [simplify(form), form].find(one => isWritable(withoutIds(one)))
  })

  /** Forms in full, consumers before what they consume. */
  const fulls = remember(() => {
    const found = new Map([[output, algebra.one]])
    const passedFromFull = remember(name => {
      const short = operationsIn(nodes.get(name)?.root ?? algebra.one) <= FULL_OPERATIONS
      return passBack(name, short ? found.get(name) : undefined)
    })
    for (const { name } of [...graph.inputs, ...graph.nodes].reverse()) {
      if (name === output || (consumers.get(name)?.length ?? 0) > FULL_OPERATIONS) continue
      const form = overPaths(name, consumer => found.get(consumer), passedFromFull)
      if (form === undefined || operationsIn(form) > FULL_OPERATIONS ** 2) continue
      const simple = simplify(form)
      if (operationsIn(simple) <= FULL_OPERATIONS) found.set(name, simple)
    }
    return found
  })

  return {
    local,
    chain,
    full: name => fulls('').get(name),
    texOfName(name) {
      const box = names.has(name) ? undefined : boxes.get(name)
      return box === undefined ? texName(name) : boxLabel(box).tex
    },
    names,
    shapeOfName,
  }
}

/**
 * The form that a solution shows in a box; undefined where the expression language cannot write it, and where it is too
 * long to be read.
 */
export function symbolicForm(graph: CompiledGraph, symbolics: Symbolics, box: Box): Formula | undefined {
  const form = expressionFor(graph, symbolics, box)
  return form !== undefined && operationsIn(form) <= MAX_OPERATIONS ? formulaOf(form, symbolics) : undefined
}

function expressionFor(graph: CompiledGraph, symbolics: Symbolics, box: Box): Expression | undefined {
  switch (box.kind) {
    case 'forward':
      return graph.nodes.find(node => node.name === box.of)?.root
    case 'local':
      return symbolics.local(box.of, box.wrt)
    case 'gradient':
      return symbolics.full(box.wrt) ?? symbolics.chain(box.wrt)
  }
}

/** The parts of nodes that are differentiated for one graph, all together: a few tenths of a second's work. */
const DERIVED_PARTS = 100_000

/** One form takes no more steps than this, so that there are some left for all others. */
const FORM_STEPS = 100_000

/** Simplifies where the budget allows, and leaves what it does not as it is. */
function createForgivingSimplifier(algebra: Algebra, budget: StepBudget): (form: Expression) => Expression {
  const allowance = createStepBudget(0)
  const simplify = createSimplifier(algebra, allowance)
  return form => {
    const given = Math.min(FORM_STEPS, budget.remaining)
    if (form.kind !== 'apply' || given <= 0) return form
    allowance.remaining = given
    try {
      return simplify(form)
    } catch (error) {
      if (error instanceof ExpressionError) return form
      throw error
    } finally {
      budget.remaining -= given - Math.max(0, allowance.remaining)
    }
  }
}

/** Asks once for each key. */
function remember<Result>(ask: (key: string) => Result): (key: string) => Result {
  const answers = new Map<string, Result>()
  return key => {
    if (!answers.has(key)) answers.set(key, ask(key))
    return answers.get(key) as Result // It is there now.
  }
}
