/** The simulated class's work graded by the product, and how its verdicts and codes compare with the labels. */
import { grade } from './grading.js'
import type { LabelledBox, Learner } from './simulated-class.js'
import { CODES, type Code } from './simulated-mistakes.js'

/** A part of a whole. */
export type Share = { count: number; of: number }

export type CodeFigures = {
  readonly code: Code
  /** Of the slips with a distinct value, those whose first code is theirs. */
  readonly recall: Share
  /** The same of those that were made on right work only. */
  readonly clean: Share
  /** Of the slips with a distinct value, those whose codes hold theirs. */
  readonly anywhere: Share
  /** Of the boxes given this code first, but for slips and stock answers that nobody could tell apart: those that are such slips. */
  readonly precision: Share
  /** Of all slips, those with a distinct value. */
  readonly distinct: Share
  /** Distinct slips by the code named first, `none` where there was none. */
  readonly namedAs: ReadonlyMap<string, number>
  /** A few of those whose first code is another, or none. */
  readonly missed: readonly string[]
}

export type Miss =
  | 'consistent not marked'
  | 'wrong marked correct'
  | 'wrong marked follows'
  | 'right not marked'
  | 'random given a code'
  | 'blank not left blank'

export type Marks = {
  readonly learners: number
  readonly boxes: number
  readonly codes: readonly CodeFigures[]
  readonly recall: Share
  /** Of the consistent boxes outside the guard against stock answers, those marked `follows`, or `correct` where that is right. */
  readonly consistent: Share
  /** Of the random wrong values, those given any code. */
  readonly random: Share
  /** Of the boxes answered, those whose status the contract leaves open. */
  readonly open: Share
  /** Of the boxes marked `follows`, those given a code. */
  readonly followsWithCode: Share
  readonly misses: ReadonlyMap<Miss, number>
  /** A few boxes of each miss, for whoever mends it. */
  readonly examples: ReadonlyMap<Miss, readonly string[]>
}

const MOST_EXAMPLES = 12

/** Grades a class. */
export function markClass(learners: readonly Learner[]): Marks {
  const tallies = new Map(CODES.map(code => [code, createTally(code)]))
  const recall = { count: 0, of: 0 }
  const consistent = { count: 0, of: 0 }
  const random = { count: 0, of: 0 }
  const open = { count: 0, of: 0 }
  const followsWithCode = { count: 0, of: 0 }
  const misses = new Map<Miss, number>()
  const examples = new Map<Miss, string[]>()
  let boxes = 0

  const miss = (kind: Miss, describe: () => string): void => {
    misses.set(kind, (misses.get(kind) ?? 0) + 1)
    const shown = examples.get(kind) ?? []
    if (shown.length < MOST_EXAMPLES) examples.set(kind, [...shown, describe()])
  }
  const weigh = (
    box: LabelledBox,
    status: string,
    codes: readonly string[],
    describe: () => string,
  ): void => {
    const { label, allowed, guarded } = box
    const isAllowed = allowed.some(one => one === status)
    if (label.kind !== 'blank') add(open, allowed.length > 1)
    if (status === 'follows') add(followsWithCode, codes.length > 0)
    if (status === 'correct' && !isAllowed) miss('wrong marked correct', describe)
    if (status === 'follows' && !isAllowed) miss('wrong marked follows', describe)
    const first = codes[0]
    const tellsApart = label.kind !== 'slip' || label.distinct
    if (first !== undefined && status !== 'follows' && tellsApart && !guarded) {
      const tally = tallies.get(first as Code)
      if (tally !== undefined) add(tally.precision, label.kind === 'slip' && label.code === first)
    }
    switch (label.kind) {
      case 'right':
        if (!isAllowed) miss('right not marked', describe)
        return
      case 'consistent':
        if (guarded) return
        add(consistent, isAllowed)
        if (!isAllowed) miss('consistent not marked', describe)
        return
      case 'random':
        add(random, codes.length > 0)
        if (codes.length > 0) miss('random given a code', describe)
        return
      case 'blank':
        if (status !== 'blank') miss('blank not left blank', describe)
        return
      case 'slip': {
        const tally = tallies.get(label.code)
        if (tally === undefined) return
        add(tally.distinct, label.distinct)
        if (!label.distinct) return
        add(recall, first === label.code)
        add(tally.recall, first === label.code)
        if (label.clean) add(tally.clean, first === label.code)
        add(tally.anywhere, codes.includes(label.code))
        tally.namedAs.set(first ?? 'none', (tally.namedAs.get(first ?? 'none') ?? 0) + 1)
        if (first !== label.code && tally.missed.length < MOST_EXAMPLES) tally.missed.push(describe())
      }
    }
  }

  learners.forEach((learner, index) => {
    const answers = Object.fromEntries(learner.boxes.map(({ box, typed }) => [box.id, typed]))
    // An attempt without an answer is refused; nobody in the class hands one in.
    const graded = grade({ ...learner.definition, tolerance: learner.tolerance }, answers)
    graded.boxes.forEach((result, place) => {
      const box = learner.boxes[place]
      if (box?.box.id !== result.id) throw new Error(`${learner.graph}: ${result.id} is out of its place`)
      boxes += 1
      const codes = (result as { misconceptions?: readonly string[] }).misconceptions ?? []
      weigh(box, result.status, codes, () => describeBox(index, learner, box, result.status, codes))
    })
  })
  return {
    learners: learners.length,
    boxes,
    codes: [...tallies.values()],
    recall,
    consistent,
    random,
    open,
    followsWithCode,
    misses,
    examples,
  }
}

function createTally(code: Code) {
  const none = (): Share => ({ count: 0, of: 0 })
  return {
    code,
    recall: none(),
    clean: none(),
    anywhere: none(),
    precision: none(),
    distinct: none(),
    namedAs: new Map<string, number>(),
    missed: new Array<string>(),
  }
}

function add(share: Share, counts: boolean): void {
  share.of += 1
  if (counts) share.count += 1
}

/** One box with all that it takes to see what happened, in one line, and the work before it in a second. */
function describeBox(
  index: number,
  learner: Learner,
  box: LabelledBox,
  status: string,
  codes: readonly string[],
): string {
  const { label } = box
  const made =
    label.kind === 'slip' ? `slip ${label.code}${label.clean ? '' : ' on own wrong entries'}` : label.kind
  const inputs = learner.definition.inputs.map(({ name, value }) => `${name}=${String(value)}`).join(' ')
  const nodes = learner.definition.nodes.map(({ name, expression }) => `${name} = ${expression}`).join('; ')
  const before = learner.boxes
    .slice(0, learner.boxes.indexOf(box))
    .map(other => `${other.box.id}=${other.typed || '–'}${other.allowed.includes('correct') ? '' : '*'}`)
    .join(' ')
  return [
    `learner ${String(index)}, ${learner.graph}, ${String(learner.digits)} digits: ${box.box.id} typed ${box.typed || '–'}, right ${String(box.truth)}, made by ${made}; marked ${status} [${codes.join(' ')}], to be ${box.allowed.join(' or ')}`,
    `    ${inputs}; ${nodes}`,
    `    before (* wrong): ${before}`,
  ].join('\n')
}
