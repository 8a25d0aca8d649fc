/**
 * Practice of whoever has no key, within bounds: who submits is served by the same process. Requests differ a hundredfold
 * in what they take, so each is counted by its work; that of one request is bounded; and one after another has a turn of
 * the event loop, in between which all else is answered.
 */
import { setImmediate as afterThisTurn, setTimeout as sleep } from 'node:timers/promises'
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import { Refusal } from '../errors.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import { gradingWork, type GradingWork } from './budget.js'
import { practiseFreely } from './practise.js'

/** Counts against the allowance of whoever asks. */
export type Charge = (units: number) => Promise<void>

/** The most boxes, and values computed, of a graph to practise on. Nobody fills in as many, and of 8,000 a look at one took 25 ms. */
const MOST_BOXES = 1_000
const MOST_SLOTS = 20_000

/**
 * Comparing expressions, and saying what went wrong: ten milliseconds each, and more than a hundred boxes take. With a key
 * one may ask for ten times as much and more.
 */
const COMPARING_STEPS = 300_000
const DIAGNOSING_STEPS = 300_000

/** What takes about four milliseconds is a unit: a check of some dozens of boxes is less than one, and counts as one. */
const UNIT = { reading: 400_000, comparing: 50_000, diagnosing: 100_000, boxes: 1_000, explainedBoxes: 150 }

/** Who waits longer than this many take would have left. */
const MOST_WAITING = 200

/** Work after which nobody has to wait: most checks are done in less. */
const SHORT_MILLISECONDS = 2

/** Practice without a key. What is refused is counted as well. */
export function createFreePractice() {
  const inTurn = createSingleFile(MOST_WAITING)
  return {
    /** Grades answers; `too-complex` where the graph is too large, `unavailable` where too many wait. */
    async grade(
      published: PublishedGraph,
      body: Pick<PracticeBody, 'answers'>,
      charge: Charge,
    ): Promise<PracticeView> {
      refuseTooLarge(published)
      const work = gradingWork(COMPARING_STEPS, DIAGNOSING_STEPS)
      const before = stepsLeft(work)
      const boxes = published.graph.asked.length + Object.keys(body.answers).length
      try {
        return await inTurn(() => practiseFreely(published, body, work))
      } finally {
        const after = stepsLeft(work)
        const units =
          (before.reading - after.reading) / UNIT.reading +
          (before.comparing - after.comparing) / UNIT.comparing +
          (before.diagnosing - after.diagnosing) / UNIT.diagnosing +
          boxes / UNIT.boxes
        await charge(1 + Math.floor(units))
      }
    },

    /** Works out what is told of one box; refused as above. */
    async explain<Result>(published: PublishedGraph, work: () => Result, charge: Charge): Promise<Result> {
      refuseTooLarge(published)
      try {
        return await inTurn(work)
      } finally {
        await charge(1 + Math.floor(published.graph.asked.length / UNIT.explainedBoxes))
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

/**
 * Does one piece of work after another, each in a turn of the event loop of its own. After one that took its time it rests
 * for as long, so that practice never has more than half of a process. Refuses with `unavailable` where too many wait.
 */
function createSingleFile(most: number): <Result>(work: () => Result) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let rest = 0
  const timed = <Result>(work: () => Result): Result => {
    const start = performance.now()
    try {
      return work()
    } finally {
      rest = performance.now() - start
    }
  }
  return async work => {
    if (waiting >= most) {
      throw new Refusal('unavailable', 'Too many are practising right now; please try again.', [], 1)
    }
    waiting += 1
    const done = last
      .then(() => (rest < SHORT_MILLISECONDS ? afterThisTurn() : sleep(rest)))
      .then(() => timed(work))
    last = done.catch(() => undefined)
    try {
      return await done
    } finally {
      waiting -= 1
    }
  }
}
