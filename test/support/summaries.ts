/** What stands of an assignment's summary, held against a recount of what teachers read, by none of the service's code. */
import { expect } from 'vitest'
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import { readStanding } from '../../src/database/summaries.js'
import { readSummary, type AssignmentSummary } from '../../src/grading/attempt-summary-read.js'
import type { Teacher } from './regrading.js'
import type { TestService } from './service.js'

type Weights = Readonly<Record<string, number>>

/** A summary without the sketch of wrong values, which is approximate. */
type ExactSummary = Omit<AssignmentSummary, 'boxes'> & {
  readonly boxes: Readonly<Record<string, unknown>>
}

/** Weights under which an attempt of so many points stands; all boxes weigh the same where nothing is said. */
export type WeightsOf = (maxPoints: number) => Weights

const STATUSES = ['correct', 'follows', 'incorrect', 'invalid', 'blank'] as const

/**
 * Expects the summary that stands to be what a recount says, and no generation but that in the tables; answers it. Asked
 * for an assignment of the course `algebra`, while nobody changes anything.
 */
export function createSummaryCheck(
  { database, services }: Pick<TestService, 'database' | 'services'>,
  teacher: Teacher,
) {
  return async (url: string, weightsOf: WeightsOf = () => ({})): Promise<AssignmentSummary> => {
    const {
      courseId,
      id: assignmentId,
      regradeId,
    } = await database.assignment.findFirstOrThrow({
      where: { key: url.slice(url.lastIndexOf('/') + 1) },
    })
    const stored = await readStanding(database, courseId, assignmentId)
    const summary = readSummary(stored?.totals, stored?.changes ?? [])

    const members = await services.members.list(courseId, 'instructor', '', 1_000)
    const instructors = new Set(members.map(({ key }) => key))
    const all = (await teacher.attempts(url)) as unknown as AttemptRecord[] // All of what teachers read.
    const attempts = all.filter(({ learner }) => !instructors.has(learner))
    const progress = [...(await teacher.progress(url))].flatMap(([learner, shown]) =>
      shown.attempts === 0 || instructors.has(learner) ? [] : [shown],
    )
    expect(exactPart(summary)).toEqual(recountSummary(attempts, progress, weightsOf))

    // Jobs under way build theirs; nothing else has any.
    const jobs = await database.job.findMany({
      where: { assignmentId, status: { in: ['queued', 'running'] }, dryRun: false },
    })
    const known = new Set([regradeId ?? '00000000-0000-0000-0000-000000000000', ...jobs.map(({ id }) => id)])
    const kept = [
      ...(await database.summary.findMany({ where: { assignmentId } })),
      ...(await database.summaryChange.findMany({ where: { assignmentId } })),
    ]
    expect(kept.map(({ generation }) => generation).filter(generation => !known.has(generation))).toEqual([])
    return summary
  }
}

function exactPart({ boxes, ...counts }: AssignmentSummary): ExactSummary {
  const exact = [...boxes].map(([id, box]) => [
    id,
    {
      first: box.first,
      all: box.all,
      firstMisconceptions: Object.fromEntries(box.firstMisconceptions),
      misconceptions: Object.fromEntries(box.misconceptions),
      firstWrong: box.firstWrong,
      pairs: box.pairs,
    },
  ])
  return { ...counts, boxes: Object.fromEntries(exact) as Record<string, unknown> }
}

/** Counted anew from attempts and progress as they are read. */
function recountSummary(
  attempts: readonly AttemptRecord[],
  progress: readonly { readonly credit: number; readonly completed: boolean }[],
  weightsOf: WeightsOf,
): ExactSummary {
  const firsts = attempts.filter(({ number }) => number === 1)
  const ids = [...new Set(attempts.flatMap(({ boxes }) => boxes.map(({ id }) => id)))]
  const credits = progress.map(({ credit }) => Math.round(credit * 1e6))
  const histogram = Array.from({ length: 20 }, (_, bin) => {
    const inBin = (credit: number) => (credit === 1e6 ? bin === 19 : Math.floor(credit / 50_000) === bin)
    return credits.filter(inBin).length
  })
  return {
    attempts: attempts.length,
    learners: progress.length,
    completed: progress.filter(({ completed }) => completed).length,
    creditSum: BigInt(credits.reduce((sum, credit) => sum + credit, 0)),
    histogram,
    boxes: Object.fromEntries(ids.map(id => [id, recountBox(id, attempts, firsts, weightsOf)])),
  }
}

function recountBox(
  id: string,
  attempts: readonly AttemptRecord[],
  firsts: readonly AttemptRecord[],
  weightsOf: WeightsOf,
): object {
  const boxOf = ({ boxes }: AttemptRecord) => boxes.find(box => box.id === id)!
  const verdicts = (of: readonly AttemptRecord[]) =>
    Object.fromEntries(
      STATUSES.map(status => [status, of.filter(attempt => boxOf(attempt).status === status).length]),
    )
  const codes = (of: readonly AttemptRecord[]) => {
    const counts: Record<string, number> = {}
    for (const code of of.flatMap(attempt => boxOf(attempt).misconceptions ?? [])) {
      counts[code] = (counts[code] ?? 0) + 1
    }
    return counts
  }
  const pairs = firsts.map(attempt => ({
    x: boxOf(attempt).status === 'correct' ? 1n : 0n,
    y: creditOfOthers(attempt, id, weightsOf(attempt.maxPoints)),
  }))
  const sum = (term: (pair: { x: bigint; y: bigint }) => bigint) =>
    pairs.reduce((total, pair) => total + term(pair), 0n)
  return {
    first: verdicts(firsts),
    all: verdicts(attempts),
    firstMisconceptions: codes(firsts),
    misconceptions: codes(attempts),
    firstWrong: firsts.filter(
      ({ boxes }) => boxes.find(({ status }) => status === 'incorrect' || status === 'invalid')?.id === id,
    ).length,
    pairs: {
      n: pairs.length,
      sumX: Number(sum(({ x }) => x)),
      sumY: sum(({ y }) => y),
      sumXY: sum(({ x, y }) => x * y),
      sumYY: sum(({ y }) => y * y),
    },
  }
}

/** The weighted credit of all boxes but one, in millionths. */
function creditOfOthers({ boxes }: AttemptRecord, id: string, weights: Weights): bigint {
  const others = boxes.filter(box => box.id !== id)
  const weigh = (box: { readonly id: string }) => weights[box.id] ?? 1
  const total = others.reduce((sum, box) => sum + weigh(box), 0)
  const earned = others.reduce((sum, box) => sum + weigh(box) * box.credit, 0)
  return BigInt(total === 0 ? 0 : Math.round((earned / total) * 1e6))
}
