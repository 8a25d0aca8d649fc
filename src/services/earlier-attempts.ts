/**
 * What comes before attempts that were found: a learner's numbers on an assignment have no gap, and the next is given only
 * after the one before was committed. So when a number is found, all before it can be read, and are told of first.
 */
import type { AttemptFeedRepository, FeedAttempt, NumberRange } from '../database/attempt-feed.js'
import { groupBy } from './group-by.js'
import { laneOf, type SeenAttempts } from './seen-attempts.js'

/** How many numbers before one are looked at first, and each time so many times more while all of them are new. */
const FIRST_LOOK_BACK = 1
const FURTHER = 8

/**
 * Numbers to be read.
 * - `all`: none of them can have been told of.
 * - `since`: the first of them was told of last, under this id, and the others after it were not. Where it has another id by
 *   now, or is gone, the learner was erased and came again, and what is before it was not told of either.
 * - `back`: it is not known how far was told; those before them are looked at as well while all are new.
 */
type Gap =
  | { readonly kind: 'all' | 'back'; readonly range: NumberRange }
  | { readonly kind: 'since'; readonly range: NumberRange; readonly id: string }

type EarlierOptions = {
  readonly seen: Pick<SeenAttempts, 'has' | 'lastTold'>
  readonly findNumbers: (ranges: readonly NumberRange[]) => ReturnType<AttemptFeedRepository['findNumbers']>
  /** Whether an id is so young that its attempt may have been committed since the course is watched. */
  readonly isOfLate: (id: string) => boolean
}

/** Attempts that are not told of yet, and those before them that are not, in the order in which they are to be told of. */
export async function withEarlier(
  found: readonly FeedAttempt[],
  { seen, findNumbers, isOfLate }: EarlierOptions,
): Promise<readonly FeedAttempt[]> {
  const all = new Map(found.map(attempt => [attempt.id, attempt]))
  let gaps = gapsBefore(found, seen)
  for (let size = FIRST_LOOK_BACK * FURTHER; gaps.length > 0; size *= FURTHER) {
    const byLane = groupBy(await findNumbers(gaps.map(({ range }) => range)), laneOf)
    const next: Gap[] = []
    for (const gap of gaps) {
      const { kind, range } = gap
      const numbers = (byLane.get(laneOf(range)) ?? []).filter(
        ({ number }) => number >= range.first && number <= range.last,
      )
      const news = numbers.filter(
        ({ id }) => !seen.has(id) && !all.has(id) && (kind !== 'back' || isOfLate(id)),
      )
      for (const attempt of news) all.set(attempt.id, attempt)
      if (range.first === 1) continue
      const last = range.first - 1
      if (kind === 'since' && !numbers.some(({ id }) => id === gap.id)) {
        next.push({ kind: 'all', range: { ...range, first: 1, last } })
      }
      // As long as each of them is new, those before them may be as well.
      if (kind === 'back' && news.length > 0 && news.length === numbers.length) {
        next.push({ kind, range: { ...range, first: Math.max(1, range.first - size), last } })
      }
    }
    gaps = next
  }
  return inOrder([...all.values()])
}

/** The numbers before these attempts that may not have been told of. */
function gapsBefore(found: readonly FeedAttempt[], seen: EarlierOptions['seen']): Gap[] {
  const gaps: Gap[] = []
  for (const attempts of groupBy(found, laneOf).values()) {
    let before: number | undefined
    for (const attempt of attempts.toSorted(byNumber)) {
      const gap = before === undefined ? gapBeforeLowest(attempt, seen) : gapBetween(before, attempt)
      // Above one that was not told of, none was.
      if (gap !== undefined) gaps.push(gap)
      before = attempt.number
    }
  }
  return gaps
}

function gapBetween(before: number, { assignmentId, learner, number }: FeedAttempt): Gap | undefined {
  if (before >= number - 1) return undefined
  return { kind: 'all', range: { assignmentId, learner, first: before + 1, last: number - 1 } }
}

function gapBeforeLowest(attempt: FeedAttempt, seen: EarlierOptions['seen']): Gap | undefined {
  const { assignmentId, learner, number } = attempt
  const last = number - 1
  if (last === 0) return undefined
  const told = seen.lastTold(attempt)
  if (told?.number === last) return undefined
  // Numbers begin anew once a learner was erased and came again.
  if (told === undefined || told.number > last) {
    const first = Math.max(1, number - FIRST_LOOK_BACK)
    return { kind: 'back', range: { assignmentId, learner, first, last } }
  }
  return { kind: 'since', range: { assignmentId, learner, first: told.number, last }, id: told.id }
}

/** In the order of their ids, which is that of time but for what is committed late; a learner's on an assignment by number. */
function inOrder(attempts: readonly FeedAttempt[]): readonly FeedAttempt[] {
  const lanes = groupBy(attempts, laneOf)
  const numbered = new Map([...lanes].map(([lane, given]) => [lane, given.toSorted(byNumber).values()]))
  return attempts
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map(attempt => numbered.get(laneOf(attempt))?.next().value ?? attempt)
}

const byNumber = (one: FeedAttempt, other: FeedAttempt): number => one.number - other.number
