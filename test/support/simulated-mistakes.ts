/**
 * The wrong rules of contract §4's table, worked out by the simulated class's own arithmetic from whatever entries a
 * learner has before him: for each box and code, the numbers he would get.
 */
import type { Box } from '../../src/engine/boxes.js'
import { nudged, type ClassGraph, type ClassSight } from './simulated-sight.js'
import {
  forgottenInners,
  slopeOf,
  valueOf,
  wrongPowers,
  type Values,
  type WrongStep,
} from './simulated-terms.js'

/** The codes in the table's order. */
export const CODES = [
  'rounded',
  'finite-difference',
  'forgot-upstream',
  'gave-gradient',
  'overwrote-path',
  'missing-path',
  'forgot-inner',
  'power-rule',
  'wrong-point',
  'sign',
  'other-derivative',
  'reciprocal',
  'swapped',
] as const

export type Code = (typeof CODES)[number]

/** A wrong rule's result in a box; not `within` reach where it takes boxes that the learner has not come to yet. */
export type Mistake = { readonly code: Code; readonly value: number; readonly within: boolean }

type Place = { readonly graph: ClassGraph; readonly sight: ClassSight; readonly box: Box }

/** Every wrong rule's result in a box, as someone with these entries would get it. */
export function mistakesIn(
  graph: ClassGraph,
  sight: ClassSight,
  box: Box,
  entries: ReadonlyMap<string, number>,
): Mistake[] {
  const place = { graph, sight, box }
  const right = sight.expected(box)
  const found: Mistake[] = []
  const add = (code: Code, values: readonly number[], within = true): void => {
    for (const value of values) if (Number.isFinite(value)) found.push({ code, value, within })
  }
  add('rounded', roundings(right))
  add('finite-difference', quotients(place))
  add('forgot-upstream', forgottenUpstream(place))
  if (box.kind === 'local') {
    add('gave-gradient', [right * sight.gradient(box.of)])
    // With several paths the whole gradient needs local derivatives that are asked later.
    add('gave-gradient', [sight.gradient(box.wrt)], false)
  }
  if (box.kind === 'gradient') {
    const paths = sight.paths(box.wrt)
    if (paths.length > 1) {
      add('overwrote-path', paths.slice(-1))
      // Of two paths, to forget the first is to keep the last.
      add(
        'missing-path',
        paths.map((_, left) => sum(paths.filter((_, at) => at !== left))).slice(paths.length === 2 ? 1 : 0),
      )
    }
  }
  add('forgot-inner', slipped(place, forgottenInners))
  add('power-rule', slipped(place, wrongPowers))
  add('wrong-point', wrongPoints(place))
  add('sign', [-right])
  const others = otherDerivatives(place)
  add('other-derivative', others.within)
  add('other-derivative', others.beyond, false)
  add('reciprocal', right === 0 || Math.abs(right) === 1 ? [] : [1 / right])
  add(
    'swapped',
    graph.boxes.flatMap(other => (other.id === box.id ? [] : (entries.get(other.id) ?? []))),
  )
  return found
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0)
}

/** A number with fewer digits than it deserves, rounded or cut off, but not off by more than 5%. */
export function roundings(value: number): number[] {
  if (value === 0) return []
  const results = new Set<number>()
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential(15).split('e')
  const digits = mantissa.replace('.', '')
  for (let kept = 1; kept <= 6; kept += 1) {
    results.add(Number(value.toPrecision(kept)))
    const cut = Number(`${digits.slice(0, 1)}.${digits.slice(1, kept)}e${exponent}`)
    results.add(Math.sign(value) * cut)
  }
  return [...results].filter(result => Math.abs(result - value) <= 0.05 * Math.abs(value))
}

const STEPS = [1, 0.1, 0.01, 0.001]

/** Forward, backward and central quotients of a box's function. */
function quotients({ graph, sight, box }: Place): number[] {
  if (box.kind === 'forward') return []
  const { of, wrt } = box
  const node = graph.node(of)
  if (node === undefined) return []
  const shifted = (step: number): number => {
    if (box.kind === 'gradient') return nudged(graph, sight, wrt, step)
    return valueOf(node.term, name => sight.value(name) + (name === wrt ? step : 0))
  }
  const middle = shifted(0)
  return STEPS.flatMap(step => {
    const [up, down] = [shifted(step), shifted(-step)]
    return [(up - middle) / step, (middle - down) / step, (up - down) / (2 * step)]
  })
}

/** Whether a gradient box's name feeds nothing but the output: then it is a local derivative as well. */
function isDirect({ graph, box }: Place): boolean {
  if (box.kind !== 'gradient') return false
  const consumers = graph.consumers(box.wrt)
  return consumers.length === 1 && consumers[0]?.name === graph.output
}

function forgottenUpstream({ graph, sight, box }: Place): number[] {
  if (box.kind !== 'gradient') return []
  return [sum(graph.consumers(box.wrt).map(({ name }) => sight.local(name, box.wrt)))]
}

/**
 * A box's derivative by a wrong rule for one node's expression: in a local box for its node; in a gradient box for the
 * one node that the name feeds, times what comes from the right.
 */
function byNode(
  { graph, sight, box }: Place,
  results: (node: NonNullable<ReturnType<ClassGraph['node']>>, wrt: string) => readonly number[],
): number[] {
  if (box.kind === 'forward') return []
  const { of, wrt } = box
  if (box.kind === 'local') {
    const node = graph.node(of)
    return node === undefined ? [] : [...results(node, wrt)]
  }
  const [only, ...more] = graph.consumers(wrt)
  if (only === undefined || more.length > 0) return []
  const upstream = sight.gradient(only.name)
  return results(only, wrt).map(result => result * upstream)
}

function slipped(
  place: Place,
  steps: (term: Parameters<typeof slopeOf>[0], x: string) => readonly WrongStep[],
): number[] {
  return byNode(place, ({ term }, wrt) =>
    steps(term, wrt).map(step => slopeOf(term, wrt, place.sight.value, step)),
  )
}

function wrongPoints(place: Place): number[] {
  const { graph, sight } = place
  return byNode(place, ({ term, operands }, wrt) =>
    operands.flatMap(operand =>
      (graph.node(operand)?.operands ?? []).map(inner => {
        const values: Values = name => sight.value(name === operand ? inner : name)
        return slopeOf(term, wrt, values)
      }),
    ),
  )
}

function otherDerivatives(place: Place): { readonly within: number[]; readonly beyond: number[] } {
  const { graph, sight, box } = place
  if (box.kind === 'forward') return { within: [], beyond: [] }
  const within = byNode(place, ({ name, operands }, wrt) =>
    operands
      .filter(operand => operand !== wrt)
      // Of what has other consumers too, this is not the gradient.
      .filter(operand => box.kind === 'local' || graph.consumers(operand).length === 1)
      .map(operand => sight.slope(name, operand)),
  )
  if (box.kind === 'local' || isDirect(place)) return { within, beyond: [] }
  const beside = new Set(graph.consumers(box.wrt).flatMap(({ operands }) => operands))
  beside.delete(box.wrt)
  return { within, beyond: [...beside].map(name => sight.gradient(name)) }
}
