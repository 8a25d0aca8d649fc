/**
 * How much a process tells those who watch: an event costs something for each of them, and what that takes is taken from those
 * who submit. What goes beyond it is counted as missed, most of it in the courses in which there is most to tell.
 */
import type { EventWatcher, FeedBatch, FeedEvent } from './course-watchers.js'
import { groupBy } from './group-by.js'

/** Events a second, each counted for every watcher that is told of it: 20 watchers of a course with 250 attempts a second. */
const TOLD_A_SECOND = 5_000
/** Milliseconds over which it is told how much there is: what comes after two seconds of silence is no more than before. */
const MEMORY_MILLISECONDS = 4_000
/** Milliseconds between two reckonings of the even share: it changes no faster, and takes a look at every course. */
const RECKONED_MILLISECONDS = 100
/** A course in which so little was told of late is forgotten. */
const NEXT_TO_NOTHING = 0.01

type TellingBudget = ReturnType<typeof createTellingBudget>

/** A budget of all courses. `now`: milliseconds, by a clock that only goes on. */
export function createTellingBudget(now: () => number) {
  /** Course → how much there was to tell of late, as a rate a second that fades, and when it was reckoned. */
  const rates = new Map<string, { rate: number; at: number }>()

  let even = Number.POSITIVE_INFINITY
  let reckonedAt = -Infinity

  const faded = ({ rate, at }: { rate: number; at: number }, time: number): number =>
    rate * Math.exp((at - time) / MEMORY_MILLISECONDS)

  const reckon = (time: number): void => {
    const all: number[] = []
    for (const [id, known] of rates) {
      const rate = faded(known, time)
      if (rate < NEXT_TO_NOTHING) rates.delete(id)
      else all.push(rate)
    }
    even = evenShare(all, TOLD_A_SECOND)
    reckonedAt = time
  }

  return {
    /**
     * Which part may be told of what there is to tell in a course now: 1 unless there is more in all courses than a process
     * tells. Then courses share that: those with less than an even share are told of all, and of the others the less, the
     * more there is.
     */
    share: (courseId: string, wanted: number): number => {
      const time = now()
      const before = rates.get(courseId)
      const rate = (before === undefined ? 0 : faded(before, time)) + (wanted * 1_000) / MEMORY_MILLISECONDS
      rates.set(courseId, { rate, at: time })
      if (time >= reckonedAt + RECKONED_MILLISECONDS) reckon(time)
      // Squared: far beyond it less is told than might be, for the sake of those who submit.
      return rate <= even ? 1 : (even / rate) ** 2
    },
  }
}

/** The most that each of some may have, so that together they have no more than there is. */
function evenShare(wanted: readonly number[], there: number): number {
  let left = there
  let sharing = wanted.length
  for (const one of wanted.toSorted((a, b) => a - b)) {
    if (one > left / sharing) return left / sharing
    left -= one
    sharing -= 1
  }
  return Number.POSITIVE_INFINITY
}

/** Whom to tell what of events of a course: of as many, the newest, as the budget has, and of the others that there were so many. */
export function createTelling(courseId: string, budget: TellingBudget) {
  // What is left over of a share that is no whole number of events counts for the next.
  let carried = 0
  return (
    watchers: ReadonlySet<EventWatcher>,
    told: readonly FeedEvent[],
  ): readonly (readonly [readonly EventWatcher[], FeedBatch])[] => {
    const groups = [...groupBy([...watchers], ({ assignmentId }) => assignmentId ?? '')]
    const eventsOf = (assignmentId: string): readonly FeedEvent[] =>
      assignmentId === '' ? told : told.filter(event => event.assignmentId === assignmentId)
    const wanted = groups.reduce((sum, [id, group]) => sum + group.length * eventsOf(id).length, 0)
    if (wanted === 0) return []
    const part = told.length * budget.share(courseId, wanted) + carried
    const count = Math.min(told.length, Math.floor(part))
    carried = Math.min(1, part - count)
    const newest = new Set(told.slice(told.length - count))
    return groups.flatMap(([assignmentId, group]) => {
      const events = eventsOf(assignmentId)
      if (events.length === 0) return []
      const kept = events.filter(event => newest.has(event))
      return [[group, { courseId, events: kept, missed: events.length - kept.length }] as const]
    })
  }
}
