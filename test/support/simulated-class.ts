/**
 * A simulated class: learners who fill in the boxes of many graphs in order with a few significant digits, make a slip
 * here and there by a wrong rule, or type nonsense, and go on consistently from what they typed. Every box carries a
 * label of how it came about. Nothing of the grading is used; what a verdict must be is worked out here once more.
 */
import type { Box } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { createRandomNumbers, type RandomNumbers } from '../../src/engine/random-numbers.js'
import { compile } from './engine.js'
import { below, createDesk, drawInputs, pick, toleranceFor, write, type Desk } from './simulated-desk.js'
import { classGraphs } from './simulated-graphs.js'
import { CODES, mistakesIn, type Code, type Mistake } from './simulated-mistakes.js'
import { classGraph, ingredientsOf, sightOf, type ClassGraph } from './simulated-sight.js'
import { createVerdicts, type Verdict } from './simulated-verdicts.js'

/** How a box came about. */
export type Label =
  /** Worked out rightly from right work. */
  | { readonly kind: 'right' }
  /** Worked out rightly from entries of which some came of a slip. */
  | { readonly kind: 'consistent' }
  /** A wrong rule applied to the learner's own entries. */
  | {
      readonly kind: 'slip'
      readonly code: Code
      /** No other wrong rule, and no other box, gives this number within the tolerance. */
      readonly distinct: boolean
      /** Whether every entry before it was right. */
      readonly clean: boolean
    }
  | { readonly kind: 'random' }
  /** What it would be worked out from is blank or leaves the domain. */
  | { readonly kind: 'blank' }

export type LabelledBox = Verdict & {
  readonly box: Box
  /** As typed; empty if blank. */
  readonly typed: string
  readonly truth: number
  readonly label: Label
}

export type Learner = {
  readonly graph: string
  readonly definition: GraphDefinition
  readonly digits: number
  readonly tolerance: { readonly relative: number }
  /** Local derivatives are read off the node's entry where they can be: a(1 − a). */
  readonly byValue: boolean
  readonly boxes: readonly LabelledBox[]
}

/** So many learners; the same seed makes the same class. */
export function simulateClass({
  learners,
  seed,
}: {
  readonly learners: number
  readonly seed: number
}): Learner[] {
  const random = createRandomNumbers(seed)
  const graphs = [...classGraphs()].map(([name, definition]) => ({
    name,
    definition,
    graph: classGraph(compile(definition).graph),
  }))
  return Array.from({ length: learners }, (_, index) => {
    const chosen = graphs[index % graphs.length] as (typeof graphs)[number] // The remainder is a place in the list.
    return learnerOf(chosen, random)
  })
}

type Plan = { readonly kind: 'slip'; readonly code: Code } | { readonly kind: 'random' }

function learnerOf(
  {
    name,
    definition,
    graph,
  }: { readonly name: string; readonly definition: GraphDefinition; readonly graph: ClassGraph },
  random: RandomNumbers,
): Learner {
  const inputs = drawInputs(definition, graph, random)
  const digits = 3 + below(4, random)
  const desk = createDesk(graph, inputs, {
    digits,
    byValue: random() < 0.3,
    // 2.30 as it is, or as 2.3.
    keepsZeros: random() < 0.5,
  })
  const plans = new Map<string, Plan>()
  for (let slips = below(3, random); slips > 0; slips -= 1) planSlip(desk, plans, random)
  if (random() < 0.3) {
    for (let count = 1 + below(2, random); count > 0; count -= 1) {
      plans.set(pick(graph.boxes, random).id, { kind: 'random' })
    }
  }
  return {
    graph: name,
    definition: {
      ...definition,
      inputs: definition.inputs.map(input => ({ ...input, value: inputs.get(input.name) ?? input.value })),
    },
    digits,
    tolerance: toleranceFor(digits),
    byValue: desk.byValue,
    boxes: work(desk, plans, random),
  }
}

/** Finds a box for a slip of a code drawn evenly, where it makes a difference: mostly one that nothing else makes. */
function planSlip(desk: Desk, plans: Map<string, Plan>, random: RandomNumbers): void {
  const isTold = random() < 0.7
  for (let tries = 0; tries < 30; tries += 1) {
    const code = pick(CODES, random)
    const places = desk.graph.boxes.filter(box => {
      if (plans.has(box.id)) return false
      const mistakes = desk.mistakes(box)
      return mistakes.some(
        ({ code: own, value, within }) =>
          own === code &&
          within &&
          !desk.isWithin(value, desk.truth(box)) &&
          (!isTold || isDistinct(desk, mistakes, box, value, code)),
      )
    })
    if (places.length === 0) continue
    plans.set(pick(places, random).id, { kind: 'slip', code })
    return
  }
}

/** Goes through the boxes in order. */
function work(desk: Desk, plans: ReadonlyMap<string, Plan>, random: RandomNumbers): LabelledBox[] {
  const { graph, inputs } = desk
  const entries = new Map<string, number>()
  const sight = sightOf(graph, inputs, entries)
  const verdicts = createVerdicts(desk, entries)
  const labels = new Map<string, Label>()

  const enter = (box: Box): { readonly typed: string; readonly label: Label } => {
    const own = desk.byValue ? sight.expectedByValue(box) : sight.expected(box)
    if (!Number.isFinite(own)) return { typed: '', label: { kind: 'blank' } }
    const accepted = [sight.expected(box), sight.expectedByValue(box), desk.truth(box)]
    const isWrong = (value: number): boolean => accepted.every(right => !desk.isWithin(value, right))
    const clean = [...labels.values()].every(label => label.kind === 'right')
    const plan = plans.get(box.id)
    if (plan?.kind === 'random') {
      const typed = nonsense(desk, box, isWrong, random)
      if (typed !== undefined) return { typed, label: { kind: 'random' } }
    }
    if (plan?.kind === 'slip') {
      const { code } = plan
      const before = clean ? new Map([...desk.truths, ...entries]) : entries
      const mistakes = mistakesIn(graph, sight, box, before)
      const results = mistakes
        .filter(mistake => mistake.code === code && mistake.within)
        .map(mistake => (code === 'rounded' ? String(mistake.value) : write(mistake.value, desk)))
        .filter(typed => isWrong(Number(typed)))
      if (results.length > 0) {
        const typed = pick(results, random)
        const distinct = isDistinct(desk, [...desk.mistakes(box), ...mistakes], box, Number(typed), code)
        return { typed, label: { kind: 'slip', code, distinct, clean } }
      }
    }
    const sound = ingredientsOf(graph, box).every(id => labels.get(id)?.kind === 'right')
    return { typed: write(own, desk), label: { kind: sound ? 'right' : 'consistent' } }
  }

  const filled = graph.boxes.map(box => {
    const entered = enter(box)
    const verdict = verdicts(box, entered.typed)
    labels.set(box.id, entered.label)
    if (entered.typed !== '') entries.set(box.id, Number(entered.typed))
    return { box, truth: desk.truth(box), ...entered, ...verdict }
  })
  // An attempt that holds one number only earns nothing by following.
  if (new Set(entries.values()).size > 1) return filled
  return filled.map(box =>
    box.typed === '' || desk.isWithin(Number(box.typed), box.truth)
      ? box
      : { ...box, allowed: ['incorrect'], guarded: true },
  )
}

/** Whether no other wrong rule gives a number that cannot be told from this one. */
function isDistinct(desk: Desk, mistakes: readonly Mistake[], box: Box, value: number, code: Code): boolean {
  return mistakes.every(mistake => {
    if (mistake.code === code || desk.isWithin(mistake.value, desk.truth(box))) return true
    return mistake.code === 'rounded' ? mistake.value !== value : !desk.isWithin(value, mistake.value)
  })
}

/** A number of some size near the right one's and of any sign, that is wrong however one looks at it. */
function nonsense(
  desk: Desk,
  box: Box,
  isWrong: (value: number) => boolean,
  random: RandomNumbers,
): string | undefined {
  const size = Math.abs(desk.truth(box)) || 1
  for (let tries = 0; tries < 50; tries += 1) {
    const value = (random() < 0.5 ? -1 : 1) * size * 10 ** (DECADES * (random() - 0.5))
    const typed = write(value, desk)
    if (isWrong(Number(typed))) return typed
  }
  return undefined
}

/** Over how many decades nonsense is spread. */
const DECADES = 5
