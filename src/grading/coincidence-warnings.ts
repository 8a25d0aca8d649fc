/**
 * Right values that are right for a wrong reason: boxes that hold the same, and slips that lead to the right number.
 * What is so by the graph's nature is told from what other inputs would change by moving all inputs a little.
 */
import { definedInputs } from '../engine/evaluate.js'
import type { FaultPath } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isSameShape } from '../engine/tensor.js'
import type { AnswerKey, KeyedBox } from './answer-key.js'
import { createDiagnoser, type Candidate, type Diagnoser } from './diagnose.js'
import type { MisconceptionCode } from './misconceptions.js'
import { arePassing, areSame, compareTruths, findNearby, type Nearby } from './nearby-truths.js'

export type CoincidenceWarning = {
  readonly code: 'same-value' | 'misconception-coincides'
  readonly path: FaultPath
  readonly message: string
}

/** The most boxes named in one warning. */
const MOST_NAMES = 10
/** What looking for slips may take in all and for one box, as of diagnosis, and what a box takes at least. */
const STEPS = 600_000
const STEPS_PER_BOX = 10_000
const LEAST_STEPS = 1_500

/**
 * Slips that coincide with what is right wherever they can: quotients lie near the derivative; a sign is lost on 0 alone
 * and what is upside down is the same for 1 and −1.
 */
const NEAR_BY_NATURE: ReadonlySet<MisconceptionCode> = new Set(['finite-difference', 'sign', 'reciprocal'])

const INSIDE: readonly MisconceptionCode[] = ['forgot-inner', 'power-rule', 'wrong-point']

/** The graph where all inputs have moved a little. */
type Moved = { readonly truths: Nearby['truths']; readonly diagnoser: Diagnoser }

/**
 * A warning for each group of boxes whose right values cannot be told apart, unless all are constants of the graph such
 * as the slopes of a sum; and one for each box in which slips give the right value, unless they do for any inputs, as
 * those do that leave out a factor of 1. Of boxes that ask for a number alone, at the graph's own values. `pathOf` says
 * where the definition asks for a box. What work there is for slips is bounded: past it boxes are not looked at.
 */
export function coincidenceWarnings(
  key: AnswerKey,
  pathOf: (id: string) => FaultPath,
): readonly CoincidenceWarning[] {
  const boxes = key.boxes.filter(({ answer }) => answer === 'number')
  let known: { readonly point: Moved | undefined } | undefined
  const nearby = (): Moved | undefined => {
    known ??= { point: move(key.graph) }
    return known.point
  }
  return [...sameValues(boxes, nearby), ...coincidingSlips(boxes, { ...key, nearby, pathOf })]
}

/** Sorted, so that what is near stands side by side; each box is held against the least of its group. */
function sameValues(boxes: readonly KeyedBox[], nearby: () => Moved | undefined): CoincidenceWarning[] {
  const groups: [KeyedBox, ...KeyedBox[]][] = []
  for (const keyed of boxes.toSorted(compareTruths)) {
    const group = groups.at(-1)
    if (group !== undefined && areAlike(group[0], keyed)) group.push(keyed)
    else groups.push([keyed])
  }
  const order = new Map(boxes.map(({ box }, index) => [box.id, index]))
  const orderOf = ({ box }: KeyedBox): number => order.get(box.id) ?? 0
  return groups
    .filter(group => group.length > 1 && !group.every(keyed => isConstant(keyed, nearby())))
    .map(group => group.toSorted((a, b) => orderOf(a) - orderOf(b)))
    .toSorted(([a], [b]) => (a && b ? orderOf(a) - orderOf(b) : 0))
    .map(group => ({
      code: 'same-value',
      path: ['boxes'],
      message: `The right values of ${listed(group.map(({ box }) => box.id))} are the same${isLinked(group, nearby()) ? ' whatever the inputs' : ' at these inputs'}: a mix-up of these boxes cannot be seen.`,
    }))
}

function coincidingSlips(
  boxes: readonly KeyedBox[],
  {
    diagnoser,
    nearby,
    pathOf,
  }: {
    readonly diagnoser: Diagnoser
    readonly nearby: () => Moved | undefined
    readonly pathOf: (id: string) => FaultPath
  },
): CoincidenceWarning[] {
  const found: CoincidenceWarning[] = []
  let left = STEPS
  for (const keyed of boxes) {
    if (left < STEPS_PER_BOX) break
    const { box } = keyed
    // The slips known for values are those that coincide by nature.
    if (box.kind === 'forward') continue
    const allowance = { steps: STEPS_PER_BOX }
    const here = diagnoser.candidates(box, allowance)
    left -= LEAST_STEPS + STEPS_PER_BOX - allowance.steps
    const moved = nearby()
    const there = moved?.diagnoser.candidates(box, { steps: STEPS_PER_BOX }) ?? []
    left -= STEPS_PER_BOX - allowance.steps
    const expected = moved?.truths.get(box.id)
    const hits = here.filter(
      hit =>
        !NEAR_BY_NATURE.has(hit.code) &&
        arePassing(hit.values, keyed.truths, keyed.tolerance) &&
        !areSame(counterpart(hit, here, there), expected),
    )
    const codes = new Set([...hits.map(({ code }) => code), ...vanished(here, there)])
    if (codes.size === 0) continue
    const [names, slips] = codes.size === 1 ? ['the slip', 'leads'] : ['the slips', 'lead']
    found.push({
      code: 'misconception-coincides',
      path: pathOf(box.id),
      message: `In "${box.id}" ${names} ${listed([...codes])} ${slips} to the right value at these inputs and cannot be seen.`,
    })
  }
  return found
}

/**
 * Slips inside an expression that change nothing are proposed by nobody: one that is proposed only where inputs have
 * moved changes nothing here.
 */
function vanished(here: readonly Candidate[], there: readonly Candidate[]): MisconceptionCode[] {
  return INSIDE.filter(code => {
    const ofCode = (candidate: Candidate): boolean => candidate.code === code
    return there.filter(ofCode).length > here.filter(ofCode).length
  })
}

/** What the same slip gives at moved inputs: the one in the same place, or where there are others, of the same names. */
function counterpart(
  hit: Candidate,
  here: readonly Candidate[],
  there: readonly Candidate[],
): readonly number[] | undefined {
  const ofCode = ({ code }: Candidate): boolean => code === hit.code
  const [ours, theirs] = [here.filter(ofCode), there.filter(ofCode)]
  if (ours.length === theirs.length) return theirs[ours.indexOf(hit)]?.values
  return theirs.find(({ about }) => about.join() === hit.about.join())?.values
}

/** Whether the right value of one of them is right in the other. */
function areAlike(one: KeyedBox, other: KeyedBox): boolean {
  if (!isSameShape(one.shape, other.shape)) return false
  return (
    arePassing(one.truths, other.truths, other.tolerance) ||
    arePassing(other.truths, one.truths, one.tolerance)
  )
}

function isConstant({ box, truths }: KeyedBox, nearby: Moved | undefined): boolean {
  return areSame(truths, nearby?.truths.get(box.id))
}

/** Whether boxes that are equal stay so when all inputs move. */
function isLinked([first, ...others]: readonly KeyedBox[], nearby: Moved | undefined): boolean {
  const expected = nearby?.truths.get(first?.box.id ?? '')
  return others.every(({ box }) => areSame(nearby?.truths.get(box.id), expected))
}

function move(graph: CompiledGraph): Moved | undefined {
  const nearby = findNearby(graph, definedInputs(graph))
  if (nearby === undefined) return undefined
  const { boxes, truths, evaluation } = nearby
  return { truths, diagnoser: createDiagnoser(graph, boxes, evaluation) }
}

/** `"a", "b" and "c"`; `"a", "b" and 7 more`. */
function listed(names: readonly string[]): string {
  const quoted = names.slice(0, MOST_NAMES).map(name => `"${name}"`)
  const more = names.length - quoted.length
  const last = more > 0 ? `${String(more)} more` : quoted.pop()
  return quoted.length === 0 ? (last ?? '') : `${quoted.join(', ')} and ${last ?? ''}`
}
