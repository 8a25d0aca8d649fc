/**
 * What went wrong in a box: the misconceptions whose result is what was typed (contract §4), each with a sentence for
 * the learner.
 */
import type { Box } from '../engine/boxes.js'
import type { Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isScalar, SCALAR } from '../engine/tensor.js'
import type { BoxTruth } from './answer-key.js'
import { createBoxIndex, type BoxIndex } from './box-index.js'
import { isExcused, isMatch, prepare, type Prepared, type Suspect } from './match.js'
import {
  MISCONCEPTIONS,
  type Misconception,
  type MisconceptionCode,
  type Proposal,
  type Scene,
} from './misconceptions.js'
import { createScenes } from './scenes.js'
import { entriesIn, truthSight, type Sight } from './sight.js'
import { boxName } from './wording.js'

export type { Suspect } from './match.js'

/** What one misconception gives in a box by the right numbers. */
export type Candidate = Proposal & { readonly code: MisconceptionCode }

export type Diagnosis = { readonly code: MisconceptionCode; readonly message: string }

/**
 * What diagnosis may cost, in slots of a tape computed: about ten nanoseconds each. It is drawn on whether or not the
 * work has been done before, so that the same answers are always told the same.
 */
export type DiagnosisBudget = { steps: number }

export type DiagnosisOptions = {
  /** Whether to match against the right numbers too; not for boxes that follow. */
  readonly truth: boolean
  /** The learner's own numbers. */
  readonly own: Sight | undefined
  readonly budget: DiagnosisBudget
  /** Nothing is left out for what has been found, or because a learner's own numbers are right. */
  readonly evenWork?: boolean
}

export type Diagnoser = {
  /**
   * Every misconception whose result is what was typed: first those by the right numbers, in the table's order, then
   * those by the learner's own, codes not repeated. Never throws; what the budget does not suffice for is left out.
   */
  diagnose(suspect: Suspect, options: DiagnosisOptions): readonly Diagnosis[]
  /**
   * What each misconception gives in a box by the right numbers, in the table's order; the right value itself may be
   * among it. Without `rounded`, which hangs on the digits typed, and `swapped`, the other boxes' right values.
   */
  candidates(box: Box, budget?: DiagnosisBudget): readonly Candidate[]
}

/** What the rows cost that look beyond the box itself, and each path into the box. */
const BOX_COST = 100
const PATH_COST = 50
/** The most numbers that are kept for the next learner. */
const MAX_KEPT = 100_000

/** The rows for each kind of box, and their places in the table. */
const ROWS = { forward: rowsFor('forward'), local: rowsFor('local'), gradient: rowsFor('gradient') } as const

const NOTHING: readonly Proposal[] = []

/** A diagnoser of one graph at one set of inputs. What the right numbers give is worked out once a box, when asked for. */
export function createDiagnoser(
  graph: CompiledGraph,
  boxes: readonly BoxTruth[],
  evaluation: Evaluation,
): Diagnoser {
  const truth = truthSight(graph, evaluation)
  let setScene: ReturnType<typeof createScenes> | undefined
  const kept = new Map<string, KeptBox>()
  let keptNumbers = 0

  const sceneOf = (box: Box, sight: Sight, evenWork: boolean): Scene => {
    setScene ??= createScenes(graph, evaluation, truth)
    return setScene(box, { sight, evenWork })
  }
  const keptFor = (box: Box): KeptBox =>
    kept.get(box.id) ?? { scene: sceneOf(box, truth, false), proposals: [] }
  const keep = (box: Box, known: KeptBox): void => {
    if (keptNumbers >= MAX_KEPT || kept.has(box.id)) return
    kept.set(box.id, known)
    keptNumbers += 1
  }
  const proposeTruly = ({ scene, proposals }: KeptBox, row: number): readonly Proposal[] => {
    const known = proposals[row]
    if (known !== undefined) return known
    const found = finite(MISCONCEPTIONS[row]?.propose(scene) ?? NOTHING)
    proposals[row] = found
    if (kept.has(scene.box.id)) for (const { values } of found) keptNumbers += values.length
    return found
  }

  const indexOf = (sight: Sight): BoxIndex => {
    const { memo } = sight
    memo.index ??= createBoxIndex(boxes, sight.firsts(boxes), place => {
      const asked = boxes[place]
      return asked === undefined ? undefined : entriesIn(sight, asked.box)
    })
    return memo.index
  }

  /** The other box that holds what was typed: rightly, or as the learner has it. */
  const findOther = (
    typed: Prepared,
    { sight, isOwn, box, expected }: Scene,
    { budget, evenWork = false }: DiagnosisOptions,
  ): Box | undefined => {
    // Where a learner left out what this box is made of, no number of theirs can be told from what belongs here.
    if (isOwn && expected === undefined) return undefined
    return indexOf(sight).find(typed, {
      budget,
      evenWork,
      isOpen: (other, entries) =>
        !isOwn || (isIndependent(graph, other, box) && !isExcused('box', typed, entries, expected)),
    })
  }

  /** Adds what one pass finds, by the right numbers or by a learner's own. */
  const pass = (typed: Prepared, sight: Sight, options: DiagnosisOptions, found: Diagnosis[]): void => {
    const { budget, evenWork = false } = options
    const { box } = typed.keyed
    const known = sight === truth ? keptFor(box) : undefined
    const scene = known?.scene ?? sceneOf(box, sight, evenWork)
    const isRich = box.kind === 'forward' || spend(baseCost(scene), budget)
    if (known !== undefined && isRich) keep(box, known)
    for (const { row, misconception } of ROWS[box.kind]) {
      const { code, kinds, match, cost } = misconception
      const isKnown = found.length > 0 && found.some(diagnosis => diagnosis.code === code)
      if (isKnown && !evenWork) continue
      if (match === 'box') {
        const other = findOther(typed, scene, options)
        if (other !== undefined && !isKnown)
          found.push(tell(misconception, scene, [boxName(other, graph.output)]))
        continue
      }
      // Rows for forward boxes as well look at the box's own number alone, and cost nothing.
      if (!isRich && !kinds.includes('forward')) continue
      if (cost !== undefined && !spend(cost(scene), budget)) continue
      const proposals = known === undefined ? finite(misconception.propose(scene)) : proposeTruly(known, row)
      let matched: Proposal | undefined
      for (const proposal of proposals) {
        if (matched !== undefined && !evenWork) break
        const { values } = proposal
        const isHit = isMatch(match, typed, values, scene.expected)
        if (!isHit && !evenWork) continue
        if (!isExcused(match, typed, values, scene.expected) && isHit) matched ??= proposal
      }
      if (matched !== undefined && !isKnown) found.push(tell(misconception, scene, matched.about))
    }
  }

  return {
    diagnose(suspect, options) {
      const found: Diagnosis[] = []
      const typed = prepare(suspect)
      if (typed === undefined) return found
      if (options.truth) pass(typed, truth, options, found)
      if (options.own !== undefined) pass(typed, options.own, options, found)
      return found
    },
    candidates(box, budget = { steps: Infinity }) {
      const known = keptFor(box)
      keep(box, known)
      const found: Candidate[] = []
      for (const { row, misconception } of ROWS[box.kind]) {
        const { code, match, cost } = misconception
        if (match === 'rounding' || match === 'box') continue
        if (cost !== undefined && !spend(cost(known.scene), budget)) continue
        for (const { values, about } of proposeTruly(known, row)) found.push({ code, values, about })
      }
      return found
    },
  }
}

/** A box's proposals by the right numbers, a list a row, once they are worked out. */
type KeptBox = { readonly scene: Scene; readonly proposals: (readonly Proposal[] | undefined)[] }

function tell({ code, message }: Misconception, scene: Scene, about: readonly string[]): Diagnosis {
  return { code, message: message(scene, about) }
}

/** Whether another box is worked out without this one, so that what stands there is not made of what stands here. */
function isIndependent({ tape: { slotOf } }: CompiledGraph, other: Box, box: Box): boolean {
  // Slots stand in sorted order.
  const isBefore = (a: string, b: string): boolean => (slotOf.get(a) ?? 0) < (slotOf.get(b) ?? 0)
  if (box.kind === 'forward') return other.kind === 'forward' && isBefore(other.of, box.of)
  if (other.kind === 'gradient') return isBefore(box.wrt, other.wrt)
  return other.id !== box.id
}

/** What the rows cost that follow paths. Those between arrays are swept. */
function baseCost({ graph, box, consumers }: Scene): number {
  const isNumber = isScalar(graph.shapes.get(box.wrt ?? '') ?? SCALAR)
  return BOX_COST + consumers.length * (PATH_COST + (isNumber ? 0 : graph.tape.slots / 8))
}

/** Draws on the budget; false, and nothing drawn, where it does not suffice. */
function spend(steps: number, budget: DiagnosisBudget): boolean {
  if (!(steps <= budget.steps)) return false
  budget.steps -= steps
  return true
}

function finite(proposals: readonly Proposal[]): readonly Proposal[] {
  return proposals.every(isFinite) ? proposals : proposals.filter(isFinite)
}

function isFinite({ values }: Proposal): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false
  return true
}

function rowsFor(
  kind: Box['kind'],
): readonly { readonly row: number; readonly misconception: Misconception }[] {
  return MISCONCEPTIONS.map((misconception, row) => ({ row, misconception })).filter(({ misconception }) =>
    misconception.kinds.includes(kind),
  )
}
