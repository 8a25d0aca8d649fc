/**
 * Slips inside one node's expression, by the derivative that each would give (contract §4: forgot-inner, power-rule,
 * wrong-point). They are found on the node's segment of the tape: what a part passes on is replaced by what someone
 * took it for, and everything around it stays as it is. Nodes and operands that are numbers only.
 */
import type { Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph, GraphNode } from '../engine/graph.js'
import type { NodeBench, Tangents } from '../engine/node-at-point.js'
import { OPERATIONS } from '../engine/operations.js'
import { NO_OPERATION, type Sweep } from '../engine/tape.js'
import { isScalar, SCALAR } from '../engine/tensor.js'
import type { Sight } from './sight.js'

/** One slip in ∂node/∂operand: what it makes of that derivative. */
export type Slip = {
  readonly slope: number
  /** The part slipped on, in words; of a wrong point, the operand and whose value was taken for it. */
  readonly about: readonly string[]
}

/** The numbers that someone sees. `evenWork`: a learner's own are looked at anew even where they are right. */
type Seen = { readonly sight: Sight; readonly evenWork: boolean }

export type SlipKind = 'forgot-inner' | 'power-rule' | 'wrong-point'

type SlipFinder = {
  /** Slots that looking for slips of this kind computes: what it costs, whether or not they are known already. */
  cost(kind: SlipKind, node: string): number
  /** Every slip of this kind in ∂node/∂operand, at the values that someone sees. */
  find(kind: SlipKind, node: string, operand: string, by: Seen): readonly Slip[]
}

/** The most parts of one expression, and pairs of an operand and its own, that are looked at. */
const MAX_PARTS = 100
/** The most slips that are kept for the next learner. */
const MAX_KEPT = 20_000

/** What it takes to set a node up, in slots. */
const LOOK_COST = 100

const NONE: readonly Slip[] = []

type Place = {
  readonly node: GraphNode
  readonly index: number
  readonly isNumeric: boolean
  /** Pairs of an operand that is a node and an operand of that node's, once they were asked for. */
  pairs: readonly (readonly [string, string])[] | undefined
}

/** Finds slips in one graph; those at the right values are kept. */
export function createSlipFinder(
  graph: CompiledGraph,
  evaluation: Evaluation,
  { bench, truth }: { readonly bench: NodeBench; readonly truth: Sight },
): SlipFinder {
  const { nodes, shapes, tape } = graph
  const isNumber = (name: string): boolean => isScalar(shapes.get(name) ?? SCALAR)
  const places = new Map<string, Place>(
    nodes.map((node, index) => {
      const isNumeric = node.shapes.size === 0 && isNumber(node.name) && node.operands.every(isNumber)
      return [node.name, { node, index, isNumeric, pairs: undefined }]
    }),
  )
  const kept = new Map<string, readonly Slip[]>()
  let count = 0

  const findPairs = ({ node }: Place): readonly (readonly [string, string])[] => {
    const pairs: (readonly [string, string])[] = []
    for (const operand of node.operands) {
      for (const own of places.get(operand)?.node.operands ?? []) {
        if (pairs.length === MAX_PARTS) return pairs
        if (isNumber(own)) pairs.push([operand, own])
      }
    }
    return pairs
  }
  const pairsOf = (place: Place): readonly (readonly [string, string])[] => {
    place.pairs ??= findPairs(place)
    return place.pairs
  }

  /** Whether all numbers that slips of a kind are made of are right ones. */
  const seesTruth = (place: Place, sight: Sight, kind: SlipKind): boolean => {
    if (sight === truth) return true
    const isRight = (name: string): boolean => sight.value(name)?.[0] === truth.value(name)?.[0]
    return (
      place.node.operands.every(isRight) &&
      (kind !== 'wrong-point' || pairsOf(place).every(([, to]) => isRight(to)))
    )
  }

  const findAnew = (kind: SlipKind, place: Place, operand: string, sight: Sight): readonly Slip[] => {
    const { node, index } = place
    const sweep = sight === truth ? evaluation.sweep : bench.place(index, name => sight.value(name))
    if (sweep === undefined) return NONE
    if (kind !== 'wrong-point') return insideParts(kind, { graph, bench, index, sweep, operand })
    if (pairsOf(place).length === 0) return NONE
    const slot = tape.slotOf.get(operand) as number
    const right = bench.adjoints(index, sweep)[slot] as number
    const slips: Slip[] = []
    for (const [moved, to] of pairsOf(place)) {
      const taken = sight.value(to)
      if (taken === undefined || taken[0] === sight.value(moved)?.[0]) continue
      const there = bench.place(index, name => (name === moved ? taken : sight.value(name)))
      if (there === undefined) continue
      const slope = bench.adjoints(index, there)[slot] as number
      if (Number.isFinite(slope) && slope !== right)
        slips.push({ slope, about: [node.name, operand, moved, to] })
    }
    return slips
  }

  return {
    cost(kind, name) {
      const place = places.get(name)
      if (place?.isNumeric !== true) return 0
      const { from, to } = bench.segment(place.index)
      const slots = to - from + 2
      return (
        LOOK_COST + (kind === 'wrong-point' ? pairsOf(place).length * (2 * slots + LOOK_COST) : 3 * slots)
      )
    },
    find(kind, name, operand, { sight, evenWork }) {
      const place = places.get(name)
      if (place?.isNumeric !== true) return NONE
      if ((evenWork && sight !== truth) || !seesTruth(place, sight, kind))
        return findAnew(kind, place, operand, sight)
      // No name holds a space.
      const key = `${kind} ${name} ${operand}`
      const known = kept.get(key)
      if (known !== undefined) return known
      const slips = findAnew(kind, place, operand, truth)
      if (count + slips.length < MAX_KEPT) {
        kept.set(key, slips)
        count += slips.length + 1
      }
      return slips
    },
  }
}

type Inside = {
  readonly graph: CompiledGraph
  readonly bench: NodeBench
  readonly index: number
  readonly sweep: Sweep
  readonly operand: string
}

function insideParts(
  kind: 'forgot-inner' | 'power-rule',
  { graph: { nodes, tape }, bench, index, sweep, operand }: Inside,
): readonly Slip[] {
  const adjoints = bench.adjoints(index, sweep)
  const right = adjoints[tape.slotOf.get(operand) as number] as number
  const tangents = bench.tangents(index, sweep, operand)
  const { from, to } = bench.segment(index)
  const name = nodes[index]?.name ?? ''
  const slips: Slip[] = []
  let parts = 0
  for (let slot = from; slot < to && parts < MAX_PARTS; slot += 1) {
    const part = partAt({ tape, sweep, tangents, slot })
    if (part === undefined) continue
    parts += 1
    const adjoint = adjoints[slot] as number
    const { inner, slope } = part
    const tangent = tangents.values[inner] as number
    const about = [name, operand, part.words]
    const slip = (change: number): void => {
      const slope = right + change
      if (change !== 0 && Number.isFinite(slope)) slips.push({ slope, about })
    }
    if (kind === 'forgot-inner') {
      // Of the operand itself, which has no inside, this is no change: its tangent is 1.
      slip(adjoint * slope * (1 - tangent))
    } else if (part.power !== undefined) {
      for (const taken of wrongPowers(sweep.values[inner] as number, part.power))
        slip(adjoint * (part.power.factor * taken - slope) * tangent)
    }
  }
  return slips
}

/** factor · u^exponent. */
type Power = { readonly factor: number; readonly exponent: number }

/** A function of one part that contains the operand: the slot of that part, and the function's own derivative. */
type Part = {
  readonly inner: number
  readonly slope: number
  readonly words: string
  readonly power: Power | undefined
}

function partAt({
  tape,
  sweep: { values, leftPartials, rightPartials },
  tangents: { reached },
  slot,
}: {
  readonly tape: CompiledGraph['tape']
  readonly sweep: Sweep
  readonly tangents: Tangents
  readonly slot: number
}): Part | undefined {
  const code = tape.codes[slot] as number
  if (code === NO_OPERATION || reached[slot] !== 1) return undefined
  const [left, right] = [tape.left[slot] as number, tape.right[slot] as number]
  const byLeft = { inner: left, slope: leftPartials[slot] as number }
  const byRight = { inner: right, slope: rightPartials[slot] as number }
  switch (code) {
    case OPERATIONS.copy:
    case OPERATIONS.negate:
      return undefined
    case OPERATIONS.power:
      // u^p and c^u: what does not contain the operand is a constant to whoever differentiates.
      if (reached[right] !== 1)
        return { ...byLeft, words: 'the power', power: { factor: 1, exponent: values[right] as number } }
      return reached[left] === 1 ? undefined : { ...byRight, words: 'the power', power: undefined }
    case OPERATIONS.divide:
      if (reached[left] === 1) return undefined
      return { ...byRight, words: 'the quotient', power: { factor: values[left] as number, exponent: -1 } }
    case OPERATIONS.square:
      return { ...byLeft, words: 'the square', power: { factor: 1, exponent: 2 } }
    case SQUARE_ROOT:
      return { ...byLeft, words: 'the square root', power: { factor: 1, exponent: 0.5 } }
    default: {
      const row = OPERATIONS.rows[code]
      if (row?.arity !== 1) return undefined
      // Digits in a message are the learner's alone, so that log10 and log2 go without theirs.
      return { ...byLeft, words: row.name.startsWith('log') ? 'the logarithm' : row.name, power: undefined }
    }
  }
}

const SQUARE_ROOT = OPERATIONS.codeOf('sqrt')

/** What p·u^(p−1) is taken for; what is the same for every u is left out, as is what is right. */
function wrongPowers(u: number, { exponent: p }: Power): readonly number[] {
  if (p === 0 || p === 1) return []
  const lowered = p === 2 ? u : u ** (p - 1)
  const kept = p * (u === 0 ? u ** p : lowered * u)
  if (p === 2) return [lowered, kept]
  return [lowered, kept, (p - 1) * lowered, p * u]
}
