/** Statistics of an assignment, naively recounted from what teachers read of attempts, by none of the service's code. */
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import type { AssignmentStatistics } from '../../src/contracts/statistics.js'

type Progress = { readonly credit: number; readonly completed: boolean }

/**
 * What statistics have to be, for boxes of equal weight and few different values: attempts in order, progress of those
 * learners who have an attempt, and the boxes asked. Doubles are rounded by whoever compares.
 */
export function recountStatistics(
  attempts: readonly AttemptRecord[],
  progress: readonly Progress[],
  asked: readonly string[],
): AssignmentStatistics {
  const firsts = attempts.filter(({ number }) => number === 1)
  const credits = progress.map(({ credit }) => credit)
  const times = firsts.flatMap(({ learner, submittedAt }) => {
    const done = attempts.find(attempt => attempt.learner === learner && attempt.credit === 1)
    return done === undefined ? [] : [(Date.parse(done.submittedAt) - Date.parse(submittedAt)) / 1_000]
  })
  const boxes = asked.map(id => recountBox(id, attempts, firsts))
  const most = Math.max(0, ...boxes.map(({ firstWrong }) => firstWrong))
  return {
    learners: progress.length,
    completed: progress.filter(({ completed }) => completed).length,
    attempts: attempts.length,
    meanCredit: progress.length === 0 ? null : mean(credits),
    medianCredit: quantile(credits, 0.5),
    histogram: Array.from({ length: 20 }, (_, bin) => ({
      from: bin / 20,
      to: (bin + 1) / 20,
      learners: credits.filter(credit => Math.min(19, Math.floor((credit * 1e6) / 50_000)) === bin).length,
    })),
    timeToCompletion: {
      learners: times.length,
      median: quantile(times, 0.5),
      lowerQuartile: quantile(times, 0.25),
      upperQuartile: quantile(times, 0.75),
    },
    firstWrongBox: most === 0 ? null : boxes.find(({ firstWrong }) => firstWrong === most)!.id,
    boxes,
  }
}

function recountBox(
  id: string,
  attempts: readonly AttemptRecord[],
  firsts: readonly AttemptRecord[],
): AssignmentStatistics['boxes'][number] {
  const boxOf = ({ boxes }: AttemptRecord) => boxes.find(box => box.id === id)!
  const having = (of: readonly AttemptRecord[], status: string) =>
    of.filter(attempt => boxOf(attempt).status === status).length
  const correct = having(attempts, 'correct')
  const follows = having(attempts, 'follows')
  const firstCorrect = having(firsts, 'correct')
  const isWrong = (status: string) => status === 'incorrect' || status === 'invalid'
  const wrong = attempts.map(boxOf).filter(({ status }) => status === 'incorrect' || status === 'follows')
  const others = firsts.map(({ boxes }) => mean(boxes.flatMap(box => (box.id === id ? [] : [box.credit]))))
  return {
    id,
    firstAttempts: firsts.length,
    firstCorrect,
    attempts: attempts.length,
    correct,
    follows,
    difficulty: firsts.length === 0 ? null : firstCorrect / firsts.length,
    finalDifficulty: attempts.length === 0 ? null : correct / attempts.length,
    followsShare: attempts.length === 0 ? null : follows / attempts.length,
    discrimination: correlation(
      firsts.map(attempt => (boxOf(attempt).status === 'correct' ? 1 : 0)),
      others,
    ),
    firstWrong: firsts.filter(({ boxes }) => boxes.find(box => isWrong(box.status))?.id === id).length,
    misconceptions: counted(attempts.flatMap(attempt => boxOf(attempt).misconceptions ?? [])).map(
      ([code, count]) => ({ code, count }),
    ),
    wrongValues: counted(wrong.map(({ answer }) => String(Number(answer)))).map(([value, count]) => ({
      value,
      count,
      error: 0,
    })),
  }
}

/** How often each is there, the most common first. */
function counted(texts: readonly string[]): (readonly [string, number])[] {
  return [...new Set(texts)]
    .map(text => [text, texts.filter(other => other === text).length] as const)
    .sort(([text, one], [other, two]) => two - one || (text < other ? -1 : 1))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** By linear interpolation between the values next to it. */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((one, other) => one - other)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  if (xs.length < 10 || new Set(xs).size === 1 || new Set(ys).size === 1) return null
  const [mx, my] = [mean(xs), mean(ys)]
  const sum = (term: (x: number, y: number) => number) =>
    xs.reduce((all, x, index) => all + term(x - mx, ys[index]! - my), 0)
  return sum((x, y) => x * y) / Math.sqrt(sum(x => x * x) * sum((_, y) => y * y))
}
