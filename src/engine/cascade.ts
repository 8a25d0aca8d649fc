/**
 * Another view of the chain rule: how a nudge of one value runs through the graph, `w ↑ ε`, `a ↑ 3ε`, `J ↑ 66ε`.
 */
import type { Evaluation } from './evaluate.js'
import type { Formula } from './formula.js'
import type { CompiledGraph } from './graph.js'
import { texName } from './names.js'
import { showNumber } from './shown-number.js'

/** The nodes that a nudge reaches, in the order in which it does, and the edges along which it runs. */
export type Cascade = {
  readonly from: string
  /** Total multiplier of ε: ∂node/∂from over all paths. The first is `from` itself, with 1. */
  readonly nodes: readonly { readonly name: string; readonly multiplier: number }[]
  /** ∂to/∂from of the edge alone. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly local: number }[]
  /** One line a node, in the same order: `a ↑ 3ε`, with `↓` where it shrinks. */
  readonly lines: readonly Formula[]
}

/**
 * What a nudge of ε at an input or node does to every used node that follows: derivatives in forward mode, one pass
 * over the edges. Undefined for a name that the graph has not, and where one of these derivatives is no finite number
 * (it does not exist there, or arrays are involved).
 */
export function cascade(graph: CompiledGraph, evaluation: Evaluation, from: string): Cascade | undefined {
  if (typeof evaluation.values.get(from) !== 'number') return undefined
  const multipliers = new Map([[from, 1]])
  const edges: Cascade['edges'][number][] = []
  for (const node of graph.nodes) {
    if (!node.used || node.name === from) continue
    let total: number | undefined
    for (const operand of node.operands) {
      const multiplier = multipliers.get(operand)
      if (multiplier === undefined) continue
      const local = evaluation.locals.get(node.name)?.get(operand)
      if (typeof local !== 'number') return undefined
      total = (total ?? 0) + multiplier * local
      edges.push({ from: operand, to: node.name, local })
    }
    if (total === undefined) continue
    if (!Number.isFinite(total)) return undefined
    multipliers.set(node.name, total)
  }
  const nodes = [...multipliers].map(([name, multiplier]) => ({ name, multiplier }))
  return { from, nodes, edges, lines: nodes.map(({ name, multiplier }) => nudgeLine(name, multiplier)) }
}

/** `a ↑ 3ε`: a node grows by so many times ε; `a ↓ 3ε`: it shrinks by it. */
function nudgeLine(name: string, multiplier: number): Formula {
  const arrow = multiplier < 0 ? { text: '↓', tex: '\\downarrow' } : { text: '↑', tex: '\\uparrow' }
  const size = timesEpsilon(Math.abs(multiplier))
  return { text: `${name} ${arrow.text} ${size.text}`, tex: `${texName(name)} ${arrow.tex} ${size.tex}` }
}

function timesEpsilon(size: number): Formula {
  if (size === 0) return { text: '0', tex: '0' }
  if (size === 1) return { text: 'ε', tex: '\\varepsilon' }
  const { text, tex } = showNumber(size)
  // 1e-7ε would read as a name.
  return { text: text.includes('e') ? `${text}·ε` : `${text}ε`, tex: `${tex} \\varepsilon` }
}
