/**
 * The common flush: nothing is locked while it is decided. What there is is read, it is decided, and what comes of it is
 * stored in one statement, which is its own transaction and fails where anything is not as it was read. Nothing is left
 * of it then, and the flush that locks first has to do it.
 */
import { decideAll, personOf, placeKey, placeOf, toldBy } from './attempt-decisions.js'
import type { FlushItem, FlushMeter, FlushOptions, WriteOutcome } from './attempt-flush.js'
import type { Database } from './client.js'
import { CommitUnknown, isLockTimedOut, isStatementWrong, isTurnedDown } from './faults.js'
import { readLearners, type LearnerState } from './learner-states.js'
import { storeAtOnce, type PlaceAsRead, type RowAtOnce } from './store-at-once.js'

/**
 * Stores a batch, or answers undefined with nothing stored where it is not so simple. Resolves once all that is stored is
 * committed; rejects with `CommitUnknown` where that is not known, and where a lock was not to be had in time.
 */
export async function flushAtOnce<Item extends FlushItem>(
  database: Database,
  items: readonly Item[],
  options: FlushOptions,
  meter: FlushMeter,
): Promise<ReadonlyMap<Item, WriteOutcome<unknown>> | undefined> {
  // A row is written once a statement.
  if (new Set(items.map(personOf)).size < items.length) return undefined
  const outcomes = new Map<Item, WriteOutcome<unknown>>()
  meter.statements += 1
  const states = await readLearners(
    database,
    items.map(placeOf),
    items.map(({ draft }) => draft.idempotency?.keyHash ?? null),
  )
  const byPlace = new Map(states.map(state => [placeKey(state), state]))
  const open = items.filter(item => {
    if (byPlace.get(placeKey(item.draft))?.keyTaken !== true) return true
    outcomes.set(item, { kind: 'key-taken' })
    return false
  })
  const decided = decideAll(open, byPlace, outcomes)
  if (decided.attempts.length === 0) return outcomes

  const { places, rows } = rowsOf(decided, byPlace, options)
  const told = toldBy(decided, byPlace, options)
  meter.announced = told.deliveries
  meter.statements += 1
  try {
    await storeAtOnce(database, places, rows, told)
  } catch (error) {
    if (isTurnedDown(error)) return undefined
    // Of all else it is not known whether it was committed.
    throw isLockTimedOut(error) || isStatementWrong(error) ? error : new CommitUnknown(error)
  }
  return outcomes
}

function rowsOf(
  { taken, attempts, progress }: ReturnType<typeof decideAll>,
  states: ReadonlyMap<string, LearnerState>,
  { memberHash }: FlushOptions,
): { readonly places: readonly PlaceAsRead[]; readonly rows: readonly RowAtOnce[] } {
  const places = new Map<string, PlaceAsRead>()
  const rows: RowAtOnce[] = []
  for (const [index, attempt] of attempts.entries()) {
    const key = placeKey(attempt)
    const state = states.get(key)
    const after = progress.get(key)
    if (state === undefined || after === undefined) throw new Error('an attempt of nobody')
    const { courseId, assignmentId, graphId, graphVersion, feedback, reveal } = attempt
    let place = places.get(assignmentId)
    if (place === undefined) {
      const { revision, regradeId } = state
      const common = { courseId, assignmentId, revision, regradeId, graphId, graphVersion, feedback, reveal }
      place = { place: places.size, ...common }
      places.set(assignmentId, place)
    }
    rows.push({
      place: place.place,
      learner: attempt.learner,
      role: state.role,
      memberHash: state.isEnrolled ? null : memberHash(attempt.courseId, attempt.learner),
      id: attempt.id,
      number: attempt.number,
      credit: attempt.credit,
      earned: attempt.earnedMillionths,
      late: attempt.late,
      points: attempt.points,
      maxPoints: attempt.maxPoints,
      variant: attempt.variant,
      inputs: attempt.inputs,
      submittedAt: attempt.submittedAt,
      answers: attempt.answers,
      boxes: attempt.boxes,
      shown: attempt.progress,
      keyHash: attempt.keyHash,
      fingerprint: taken[index]?.draft.idempotency?.fingerprint ?? null,
      kept: after.creditMillionths,
      best: after.bestMillionths,
      first: after.firstMillionths,
      last: after.lastMillionths,
      sum: after.sumMillionths,
      completedAt: after.completedAt,
      firstSeenAt: after.firstSeenAt,
      firstSubmittedAt: after.firstSubmittedAt,
    })
  }
  return { places: [...places.values()], rows }
}
