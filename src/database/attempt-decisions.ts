/** What a flush stores, once it is decided about each of its attempts. */
import type {
  AttemptDraft,
  CountedAttempt,
  FlushItem,
  FlushOptions,
  TakenAttempt,
  WriteOutcome,
} from './attempt-flush.js'
import type { NewAttempt, NewProgress, Told } from './attempt-statements.js'
import type { LearnerPlace, LearnerState } from './learner-states.js'
import { marksOf } from './standing-marks.js'
import { STORED_RESULTS } from './summary-changes.js'
import { boxesToStore } from './stored-boxes.js'
import { deliveriesOf } from './webhook-rows.js'

/**
 * Decides about items in order, each after what those before it of the same learner have come to. Answers those that are
 * taken, their attempts in the same order, and what there is to be counted.
 */
export function decideAll<Item extends FlushItem>(
  items: readonly Item[],
  states: ReadonlyMap<string, LearnerState>,
  outcomes: Map<Item, WriteOutcome<unknown>>,
) {
  const taken: Item[] = []
  const attempts: NewAttempt[] = []
  const counted: CountedAttempt[] = []
  const progress = new Map<string, NewProgress>()
  for (const item of items) {
    const { draft } = item
    const place = placeKey(draft)
    const state = states.get(place)
    if (state?.revision !== draft.policyRevision) {
      outcomes.set(item, { kind: 'policy-changed' })
      continue
    }
    const written = progress.get(place)
    const before =
      written === undefined ? state.progress : { ...written, completed: written.completedAt !== null }
    const decision = item.decide({ progress: before, override: state.override })
    if (decision.kind === 'refused') {
      outcomes.set(item, decision)
      continue
    }
    const { after } = decision
    const number = after.attempts
    outcomes.set(item, { ...decision, kind: 'stored', number })
    taken.push(item)
    attempts.push(attemptOf(draft, number, decision))
    progress.set(place, progressOf(draft, decision, written ?? state))
    if (state.role !== 'instructor') {
      const generation = state.regradeId ?? STORED_RESULTS
      counted.push({ draft, number, before, after, generation })
    }
  }
  return { taken, attempts, counted, progress }
}

/** What the attempts tell that are taken; webhooks hear of learners alone, as summaries do. */
export function toldBy(
  { attempts, counted }: Pick<ReturnType<typeof decideAll>, 'attempts' | 'counted'>,
  states: ReadonlyMap<string, LearnerState>,
  { summarise, newId }: Pick<FlushOptions, 'summarise' | 'newId'>,
): Told {
  return {
    changes: summarise(counted).map(change => ({ ...change, id: newId() })),
    marks: marksOf(attempts, newId),
    deliveries: deliveriesOf(counted, ({ draft }) => states.get(placeKey(draft))?.hooks ?? [], newId),
  }
}

function attemptOf(draft: AttemptDraft, number: number, taken: TakenAttempt): NewAttempt {
  return {
    courseId: draft.courseId,
    id: draft.id,
    assignmentId: draft.assignmentId,
    learner: draft.learner,
    number,
    credit: draft.credit,
    earnedMillionths: taken.earnedMillionths,
    late: taken.late,
    points: taken.points,
    maxPoints: taken.maxPoints,
    graphId: draft.graphId,
    graphVersion: draft.graphVersion,
    variant: draft.variant?.token ?? null,
    inputs: draft.variant?.inputs ?? null,
    policyRevision: draft.policyRevision,
    feedback: draft.feedback,
    reveal: draft.reveal,
    submittedAt: draft.submittedAt,
    answers: draft.answers,
    // Where nothing is to tell of verdicts, how much is stored does not either (contract §5).
    boxes: draft.feedback === 'score' || draft.feedback === 'none' ? draft.boxes : boxesToStore(draft.boxes),
    progress: taken.shown,
    keyHash: draft.idempotency?.keyHash ?? null,
  }
}

function progressOf(
  { courseId, assignmentId, learner, submittedAt, variant }: AttemptDraft,
  { after, maxPoints }: TakenAttempt,
  before: Pick<LearnerState, 'completedAt' | 'firstSeenAt' | 'firstSubmittedAt'>,
): NewProgress {
  return {
    courseId,
    assignmentId,
    learner,
    attempts: after.attempts,
    creditMillionths: after.creditMillionths,
    bestMillionths: after.bestMillionths,
    firstMillionths: after.firstMillionths,
    lastMillionths: after.lastMillionths,
    sumMillionths: after.sumMillionths,
    maxPoints,
    completedAt: after.completed ? (before.completedAt ?? submittedAt) : null,
    firstSeenAt: before.firstSeenAt ?? variant?.drawnAt ?? submittedAt,
    firstSubmittedAt: before.firstSubmittedAt ?? submittedAt,
    lastSubmittedAt: submittedAt,
  }
}

export function placeOf({ draft: { courseId, assignmentId, learner } }: FlushItem): LearnerPlace {
  return { courseId, assignmentId, learner }
}

/** Keys of maps; ids have no slash. */
export function placeKey({ courseId, assignmentId, learner }: LearnerPlace): string {
  return `${courseId}/${assignmentId}/${learner}`
}

export function personOf({ draft: { courseId, learner } }: FlushItem): string {
  return personKey(courseId, learner)
}

export function personKey(courseId: string, person: string): string {
  return `${courseId}/${person}`
}
