/**
 * Answers → verdicts and credit (contract §4). Two steps: every answer is read before any is compared with a
 * right value, so that whether a submission is refused never depends on what is right.
 */
import { evaluateExpression } from '../engine/evaluate-expression.js'
import { createStepBudget, ExpressionError, type StepBudget } from '../engine/faults.js'
import type { AnswerKey, KeyedBox } from './answer-key.js'
import { createExpressionComparer, type CompareExpression } from './compare-expression.js'
import { totalCredit } from './credit.js'
import type { DiagnosisBudget } from './diagnose.js'
import { diagnoseUntold, explainVerdict, NEEDS_A_WORD } from './explain-verdict.js'
import { followOwnEntries, type Given, type OwnWork } from './follow-through.js'
import { isRight } from './match.js'
import { TOO_MUCH_WORK } from './read-answer.js'
import { readBoxAnswer, type BoxReading } from './read-array.js'
import { createExpressionReader, EXPRESSION_ASKED, type ReadExpression } from './read-expression.js'
import { createReadingBudget } from './reading-work.js'
import { nestEntries, summariseEntries, type GradedBox, type GradedEntry, type Verdict } from './verdicts.js'

/** Box id → what was typed. */
export type Answers = ReadonlyMap<string, unknown>

export type Grade = {
  /** Weighted mean of the boxes' credits; 1 exactly when `complete`. */
  readonly credit: number
  /** Every box of positive weight is correct. */
  readonly complete: boolean
  readonly boxes: readonly GradedBox[]
  /** Ids of boxes whose expression has a value at too few inputs to be decided: then nothing is graded. */
  readonly undecidable: readonly string[]
}

/** How an answer was read. */
export type AnswerReading = BoxReading | ReadExpression

/** The answers of one submission, read and not yet compared. */
export type AnswerReadings = {
  /** Box id → its reading, for every box asked. */
  readonly readings: ReadonlyMap<string, AnswerReading>
  /** Ids among the answers that no asked box has. */
  readonly unknown: readonly string[]
  readonly nothingAnswered: boolean
}

export type GradingOptions = {
  /** All is looked at in every box, whatever the verdicts are, so that the time taken tells nothing of them. */
  readonly evenWork?: boolean
  /** For sampling expressions. */
  readonly budget?: StepBudget
  /** For what is said of what went wrong: where it is spent, no more is said. */
  readonly diagnosis?: DiagnosisBudget
}

/**
 * Reads every answer; those for which the budget of `reading` does not suffice are unreadable. Throws only `too-complex`,
 * and that only where the other is spent: on what a graph's nodes depend on.
 */
export function readAnswers(
  key: AnswerKey,
  answers: Answers,
  budget: StepBudget,
  reading = createReadingBudget(),
): AnswerReadings {
  let readExpression: ReturnType<typeof createExpressionReader> | undefined
  const readings = new Map<string, AnswerReading>()
  let nothingAnswered = true
  for (const { box, shape, answer } of key.boxes) {
    const typed = answers.get(box.id)
    const read = whileItLasts(reading, () =>
      answer === 'number'
        ? readBoxAnswer(typed, shape, { names: key.names, budget: reading })
        : (readExpression ??= createExpressionReader(key.graph, budget, reading))(typed, box),
    )
    if (read.kind !== 'blank') nothingAnswered = false
    readings.set(box.id, read)
  }
  const unknown = [...answers.keys()].filter(id => !readings.has(id))
  return { readings, unknown, nothingAnswered }
}

function whileItLasts(reading: StepBudget, read: () => AnswerReading): AnswerReading {
  try {
    return read()
  } catch (error) {
    // Once it is overdrawn, so it stays: numbers and fractions, which draw nothing, are read all the same.
    if (error instanceof ExpressionError && reading.remaining < 0) return TOO_MUCH_WORK
    throw error
  }
}

/** Steps for sampling expressions where no budget is given. */
const SAMPLING_STEPS = 10_000_000
/** Slots that the diagnosis of one submission may compute: some tens of milliseconds. */
export const DIAGNOSIS_STEPS = 4_000_000

/**
 * Compares what was read with the key; `answers` are what was typed. The same readings always get the same grade.
 * Throws only `too-complex`, and that only where expressions are compared.
 */
export function gradeReadings(
  key: AnswerKey,
  readings: ReadonlyMap<string, AnswerReading>,
  answers: Answers,
  {
    evenWork = false,
    budget = createStepBudget(SAMPLING_STEPS),
    diagnosis = { steps: DIAGNOSIS_STEPS },
  }: GradingOptions = {},
): Grade {
  const undecidable: string[] = []
  let comparer: CompareExpression | undefined
  const compareExpression: CompareExpression = (box, root) =>
    (comparer ??= createExpressionComparer(key.graph, budget))(box, root)
  const given = key.boxes.map(keyed => {
    const compared = compare(keyed, readings.get(keyed.box.id), compareExpression, budget)
    if (compared !== 'undecidable') return compared
    undecidable.push(keyed.box.id)
    return NOTHING
  })
  const work =
    evenWork || given.some(isWrong) ? followOwnEntries(key, given, { budget, evenWork }) : undefined
  const boxes = key.boxes.map((keyed, index) => {
    const reading = readings.get(keyed.box.id) ?? NO_READING
    const answer = given[index] ?? NOTHING
    const verdict = judge(key, keyed, reading, { answer, work, index })
    if (work === undefined || !NEEDS_A_WORD.has(verdict.status)) return verdict
    const typed = answers.get(keyed.box.id)
    return explainVerdict(key, verdict, { answer, work, index, typed, diagnosis, budget, evenWork })
  })
  if (evenWork && work !== undefined) {
    // Last, so that it takes nothing from what is told; from the same budget, so that together it is always as much.
    boxes.forEach(({ id, status }, index) => {
      const answer = given[index] ?? NOTHING
      diagnoseUntold(key, status, {
        answer,
        work,
        index,
        typed: answers.get(id),
        diagnosis,
        budget,
        evenWork,
      })
    })
  }
  const weights = key.boxes.map(({ weight }) => weight)
  const weighted = boxes.map((box, index) => ({ credit: box.credit, weight: weights[index] ?? 0 }))
  return { ...totalCredit(weighted), boxes: withWeights(boxes, weights), undecidable }
}

/** Verdicts that know what their boxes weigh, where that is not 1. */
function withWeights(boxes: readonly GradedBox[], weights: readonly number[]): readonly GradedBox[] {
  if (weights.every(weight => weight === 1)) return boxes
  return boxes.map((box, index) => {
    const { [index]: weight = 1 } = weights
    return weight === 1 ? box : { ...box, weight }
  })
}

const NOTHING: Given = { kind: 'nothing' }
const NO_READING: AnswerReading = { kind: 'blank' }

/** An answer compared with the right value of its box alone. */
function compare(
  keyed: KeyedBox,
  reading: AnswerReading | undefined,
  compareExpression: CompareExpression,
  budget: StepBudget,
): Given | 'undecidable' {
  switch (reading?.kind) {
    case 'number':
      return { kind: 'numbers', entries: [reading], right: [isRight(keyed, 0, reading)] }
    case 'array': {
      const entries = reading.entries.map(entry => (entry.kind === 'blank' ? undefined : entry))
      const right = entries.map((entry, index) => entry !== undefined && isRight(keyed, index, entry))
      return { kind: 'numbers', entries, right }
    }
    case 'expression': {
      const equivalence = compareExpression(keyed.box, reading.root)
      if (equivalence === 'undecidable') return 'undecidable'
      const value =
        reading.form === 'number' ? evaluateExpression(reading.root, () => undefined, budget) : undefined
      const constant = typeof value === 'number' ? value : undefined
      return { kind: 'expression', root: reading.root, right: equivalence === 'equal', constant }
    }
    default:
      return NOTHING
  }
}

function isWrong(answer: Given): boolean {
  return answer.kind === 'expression'
    ? !answer.right
    : answer.kind === 'numbers' && answer.right.includes(false)
}

/** The verdict on a box; without `work` no box is wrong. */
function judge(
  { followThrough }: AnswerKey,
  { box: { id }, shape }: KeyedBox,
  reading: AnswerReading,
  {
    answer,
    work,
    index,
  }: { readonly answer: Given; readonly work: OwnWork | undefined; readonly index: number },
): GradedBox {
  const creditOf = (status: Verdict): number =>
    status === 'correct' ? 1 : status === 'follows' ? followThrough : 0
  switch (reading.kind) {
    case 'blank':
      return { id, status: 'blank', credit: 0, feedback: [] }
    case 'unreadable': {
      const { code, message } = reading
      return { id, status: 'invalid', credit: 0, feedback: [{ code, message }] }
    }
    case 'expression': {
      const status = answer.kind === 'expression' && answer.right ? 'correct' : 'incorrect'
      const feedback = reading.form === 'number' ? [EXPRESSION_ASKED] : []
      return { id, status, credit: creditOf(status), feedback }
    }
    case 'number': {
      const status = work?.verdict(index, 0) ?? 'correct'
      return { id, status, credit: creditOf(status), feedback: [] }
    }
    case 'array': {
      const entries = reading.entries.map((entry, place): GradedEntry => {
        const status = entry.kind === 'blank' ? 'blank' : (work?.verdict(index, place) ?? 'correct')
        return { status, credit: creditOf(status) }
      })
      return { id, ...summariseEntries(entries), entries: nestEntries(shape, entries), feedback: [] }
    }
  }
}
