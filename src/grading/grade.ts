/**
 * Answers → verdicts and credit (contract §4). Two steps: every answer is read before any is compared with a
 * right value, so that whether a submission is refused never depends on what is right.
 */
import type { StepBudget } from '../engine/faults.js'
import { isWithin } from './tolerance.js'
import type { AnswerKey, KeyedBox } from './answer-key.js'
import { totalCredit } from './credit.js'
import {
  nestEntries,
  summariseEntries,
  type GradedEntries,
  type GradedEntry,
  type Verdict,
} from './graded-entries.js'
import type { ReadNumber } from './read-answer.js'
import { readBoxAnswer, type BoxReading } from './read-array.js'

/** Box id → what was typed. */
export type Answers = ReadonlyMap<string, unknown>

/** A remark on a box: a stable code and a sentence for the learner. */
export type Feedback = { readonly code: string; readonly message: string }

export type GradedBox = {
  readonly id: string
  readonly status: Verdict
  readonly credit: number
  /** Of an array that was read, a verdict an entry. */
  readonly entries?: GradedEntries
  readonly feedback: readonly Feedback[]
}

export type Grade = {
  /** Weighted mean of the boxes' credits; 1 exactly when `complete`. */
  readonly credit: number
  /** Every box of positive weight is correct. */
  readonly complete: boolean
  readonly boxes: readonly GradedBox[]
}

/** The answers of one submission, read and not yet compared. */
export type AnswerReadings = {
  /** Box id → its reading, for every box asked. */
  readonly readings: ReadonlyMap<string, BoxReading>
  /** Ids among the answers that no asked box has. */
  readonly unknown: readonly string[]
  readonly nothingAnswered: boolean
}

/** Reads every answer. Throws only `too-complex`. */
export function readAnswers(key: AnswerKey, answers: Answers, budget: StepBudget): AnswerReadings {
  const readings = new Map(
    key.boxes.map(
      ({ box, shape }) =>
        [box.id, readBoxAnswer(answers.get(box.id), shape, { names: key.names, budget })] as const,
    ),
  )
  const unknown = [...answers.keys()].filter(id => !readings.has(id))
  const nothingAnswered = [...readings.values()].every(reading => reading.kind === 'blank')
  return { readings, unknown, nothingAnswered }
}

/** Compares what was read with the key. */
export function gradeReadings(key: AnswerKey, readings: ReadonlyMap<string, BoxReading>): Grade {
  const boxes = key.boxes.map(keyed => gradeBox(keyed, readings.get(keyed.box.id) ?? { kind: 'blank' }))
  const weighted = boxes.map((box, index) => ({ credit: box.credit, weight: key.boxes[index]?.weight ?? 0 }))
  return { ...totalCredit(weighted), boxes }
}

function gradeBox(keyed: KeyedBox, reading: BoxReading): GradedBox {
  const { id } = keyed.box
  switch (reading.kind) {
    case 'blank':
      return { id, status: 'blank', credit: 0, feedback: [] }
    case 'unreadable':
      return {
        id,
        status: 'invalid',
        credit: 0,
        feedback: [{ code: reading.code, message: reading.message }],
      }
    case 'number': {
      const correct = isRight(keyed, 0, reading)
      return { id, status: correct ? 'correct' : 'incorrect', credit: correct ? 1 : 0, feedback: [] }
    }
    case 'array': {
      const entries = reading.entries.map((entry, index): GradedEntry => {
        if (entry.kind === 'blank') return { status: 'blank', credit: 0 }
        const correct = isRight(keyed, index, entry)
        return { status: correct ? 'correct' : 'incorrect', credit: correct ? 1 : 0 }
      })
      return { id, ...summariseEntries(entries), entries: nestEntries(keyed.shape, entries), feedback: [] }
    }
  }
}

function isRight({ truths, ranges, tolerance }: KeyedBox, entry: number, typed: ReadNumber): boolean {
  const [truth = Number.NaN, range] = [truths[entry], ranges?.[entry]]
  if (isWithin(typed, truth, tolerance)) return true
  if (range === undefined) return false
  const inside = range.low < typed.double && typed.double < range.high
  return inside || isWithin(typed, range.low, tolerance) || isWithin(typed, range.high, tolerance)
}
