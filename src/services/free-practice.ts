/**
 * Practice of whoever has no key, within bounds: who submits is served by the same process. Requests differ a hundredfold
 * in what they take, so each is counted by its work; that of one request is bounded; and one after another has a turn of
 * the event loop, in between which all else is answered.
 */
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import { Refusal } from '../errors.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import { gradingWork, type GradingWork } from './budget.js'
import type { FairLine } from './fair-line.js'
import { practiseFreely } from './practise.js'

/** Who practises. */
export type Asker = {
  /** Where from; all of one address wait behind each other. */
  readonly address: string
  /** Whether there is still somebody to be answered. */
  readonly isThere: () => boolean
  /** Counts against the allowance of the address. */
  readonly charge: (units: number) => Promise<void>
}

/** The most boxes, and values computed, of a graph to practise on. Nobody fills in as many, and of 8,000 a look at one took 25 ms. */
const MOST_BOXES = 1_000
const MOST_SLOTS = 20_000

/**
 * Comparing expressions: some 30 milliseconds, and what 350 boxes take. Saying what went wrong: ten milliseconds. With a key
 * one may ask for ten times as much.
 */
const COMPARING_STEPS = 1_000_000
const DIAGNOSING_STEPS = 300_000

/** Reading: some tens of milliseconds at most. See reading-work.ts. */
const READING_STEPS = 1_000_000

/** What takes about four milliseconds is a unit: a check of some dozens of boxes is less than one, and counts as one. */
const UNIT = {
  reading: 400_000,
  comparing: 50_000,
  diagnosing: 100_000,
  boxes: 1_000,
  explainedBoxes: 50,
  slots: 5_000,
}

/** Practice without a key, in a line that it may share. */
export function createFreePractice(line: FairLine) {
  return {
    /** Grades answers; `too-complex` where the graph is too large, `unavailable` where too many wait. Refusals are charged too. */
    async grade(
      published: PublishedGraph,
      body: Pick<PracticeBody, 'answers'>,
      { address, isThere, charge }: Asker,
    ): Promise<PracticeView> {
      refuseTooLarge(published)
      const work = gradingWork({
        reading: READING_STEPS,
        comparing: COMPARING_STEPS,
        diagnosing: DIAGNOSING_STEPS,
      })
      const before = stepsLeft(work)
      const boxes = published.graph.asked.length + Object.keys(body.answers).length
      try {
        return await line.take(address, () => practiseFreely(published, body, work), isThere)
      } finally {
        const after = stepsLeft(work)
        const units =
          (before.reading - after.reading) / UNIT.reading +
          (before.comparing - after.comparing) / UNIT.comparing +
          (before.diagnosing - after.diagnosing) / UNIT.diagnosing +
          boxes / UNIT.boxes +
          published.graph.tape.slots / UNIT.slots
        await charge(1 + Math.floor(units))
      }
    },

    /** Works out what is told of one box; refused as above. */
    async explain<Result>(
      published: PublishedGraph,
      work: () => Result,
      { address, isThere, charge }: Asker,
    ): Promise<Result> {
      refuseTooLarge(published)
      try {
        return await line.take(address, work, isThere)
      } finally {
        const { asked, tape } = published.graph
        await charge(1 + Math.floor(asked.length / UNIT.explainedBoxes + tape.slots / UNIT.slots))
      }
    },
  }
}

function stepsLeft({ reading, budget, diagnosis }: GradingWork) {
  // A budget that was overdrawn did no more than it held.
  const left = (steps: number): number => Math.max(0, steps)
  return {
    reading: left(reading.remaining),
    comparing: left(budget.remaining),
    diagnosing: left(diagnosis.steps),
  }
}

function refuseTooLarge({ graph }: PublishedGraph): void {
  if (graph.asked.length <= MOST_BOXES && graph.tape.slots <= MOST_SLOTS) return
  const message = `This graph is too large to be practised on without a key: at most ${String(MOST_BOXES)} boxes are.`
  throw new Refusal('too-complex', message)
}
