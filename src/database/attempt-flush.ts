/**
 * One flush: attempts of any number of learners and courses, stored in one transaction by a constant number of statements.
 *
 * Locks are taken in one order, each kind in the order of its keys: idempotency keys, assignments (shared), members. Only a
 * flush that waits for assignments takes these first; others wait for none, and so no circle comes of it. The
 * lock of a learner's membership makes all that is stored of them take turns; numbers therefore have no gaps. What was
 * locked is read in a later statement, decided upon, and written; what was claimed or enrolled for those who are refused is
 * taken back in the same transaction.
 */
import { performance } from 'node:perf_hooks'
import { decideAll, personKey, personOf, placeKey, placeOf, toldBy } from './attempt-decisions.js'
import {
  findErased,
  holdAll,
  releaseKeys,
  removeNewcomers,
  store,
  type KeyClaim,
} from './attempt-statements.js'
import { findHeld, limitLockWaits, shareAssignments } from './assignment-lock.js'
import type { Database, Transaction } from './client.js'
import { CommitUnknown, isAssignmentHeld, isLockTimedOut, isTakenBack } from './faults.js'
import { readLearners } from './learner-states.js'
import type { OverrideRow } from './overrides.js'
import type { ProgressRow } from './progress.js'
import type { NewSummaryChange } from './summary-changes.js'
import type { NewDelivery } from './webhook-rows.js'

/** A graded submission, before it has a number. */
export type AttemptDraft = {
  readonly courseId: string
  readonly assignmentId: string
  readonly id: string
  readonly learner: string
  readonly credit: number
  readonly graphId: string
  readonly graphVersion: number
  /** The variant answered, its inputs by name and when it was drawn; undefined where they are the graph's own. */
  readonly variant:
    { readonly token: string; readonly inputs: unknown; readonly drawnAt?: Date | undefined } | undefined
  readonly policyRevision: number
  readonly feedback: string
  readonly reveal: string
  readonly submittedAt: Date
  readonly answers: unknown
  readonly boxes: unknown
  /** SHA-256 of key and request, in hexadecimal. */
  readonly idempotency: { readonly keyHash: string; readonly fingerprint: string } | undefined
}

/** What is worth knowing of a learner before it is decided about an attempt. */
export type LearnerBefore = {
  /** Undefined before the first attempt. */
  readonly progress: ProgressRow | undefined
  readonly override: OverrideRow | undefined
}

/** What is stored of an attempt besides its draft. */
export type TakenAttempt = {
  readonly earnedMillionths: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly after: ProgressRow
  /** The progress as it is shown. */
  readonly shown: unknown
}

/** What the policy decides once the learner is locked. */
export type AttemptDecision<Refused> =
  { readonly kind: 'refused'; readonly refusal: Refused } | ({ readonly kind: 'taken' } & TakenAttempt)

export type WriteOutcome<Refused> =
  | ({ readonly kind: 'stored'; readonly number: number } & TakenAttempt)
  | { readonly kind: 'refused'; readonly refusal: Refused }
  /** Another request with this idempotency key was committed first; read it in a later statement. */
  | { readonly kind: 'key-taken' }
  | { readonly kind: 'learner-erased' }
  /** The draft was graded under a policy that is no longer the assignment's, or the assignment is gone. */
  | { readonly kind: 'policy-changed' }

/** What a flush does where somebody has an assignment alone: it waits for it, or leaves out what was submitted to it. */
type Patience = 'waits' | 'does not wait'

/** How long a flush waits for others. */
export type FlushEffort = {
  readonly patience: Patience
  /** Milliseconds that it waits for a lock; as long as the connection says if not given. */
  readonly lockMilliseconds?: number
}

/** Somebody has the assignment alone: nothing was stored, and those who wait for it are not to be waited for. */
const ASSIGNMENT_HELD = { kind: 'assignment-held' } as const

type FlushOutcome =
  | WriteOutcome<unknown>
  | typeof ASSIGNMENT_HELD
  /** Somebody was in the way each time, and nobody knows who: nothing was stored. */
  | { readonly kind: 'busy' }

/** A draft and the decision about it. */
export type FlushItem = {
  readonly draft: AttemptDraft
  readonly decide: (before: LearnerBefore) => AttemptDecision<unknown>
}

/** An attempt of a flush that will be committed, for the summaries. */
export type CountedAttempt = {
  readonly draft: AttemptDraft
  readonly number: number
  /** Undefined before the first attempt. */
  readonly before: ProgressRow | undefined
  readonly after: ProgressRow
  readonly generation: string
}

/** What a flush needs to know from outside. */
export type FlushOptions = {
  /** The hash that an erasure leaves of somebody, in hexadecimal. */
  readonly memberHash: (courseId: string, learner: string) => string
  /** What these attempts, none of an instructor, add to summaries: one change an assignment and generation. */
  readonly summarise: (attempts: readonly CountedAttempt[]) => readonly Omit<NewSummaryChange, 'id'>[]
  readonly newId: () => string
}

/** What a flush has come to, for whoever measures it, be it committed or not. */
export type FlushMeter = {
  /** Statements sent, BEGIN and COMMIT not counted. */
  statements: number
  /** Milliseconds that its transaction waited for a connection; undefined where it took none. */
  waited: number | undefined
  /** What webhooks are to be told, once it is committed. */
  announced: readonly Pick<NewDelivery, 'courseId'>[]
}

/** Rolls a transaction back that is to leave nothing behind. */
class RolledBack extends Error {}

/** Times that a flush finds an assignment held which nobody has when it looks, before it is given up. */
const MOST_RIDDLES = 3

/**
 * Stores a batch. Items come in the order of their arrival, no idempotency key twice. Resolves once all that is stored
 * is committed; rejects, with nothing stored, where the database refuses a statement, or a lock was not to be had in time
 * (`isLockTimedOut`).
 */
export async function flush<Item extends FlushItem>(
  database: Database,
  items: readonly Item[],
  options: FlushOptions,
  effort: FlushEffort,
  meter: FlushMeter,
): Promise<ReadonlyMap<Item, FlushOutcome>> {
  const settled = new Map<Item, FlushOutcome>()
  let riddles = 0
  const asked = performance.now()
  while (settled.size < items.length) {
    const left = settled.size === 0 ? items : items.filter(item => !settled.has(item))
    let tried: Trial<Item> | undefined
    const step = { isWaiting: false }
    try {
      await database.$transaction(async transaction => {
        meter.waited ??= performance.now() - asked
        if (effort.lockMilliseconds !== undefined) {
          meter.statements += 1
          await limitLockWaits(transaction, effort.lockMilliseconds)
        }
        if (effort.patience === 'waits') {
          // Before any key is claimed: whoever wants that key would wait as long.
          step.isWaiting = true
          meter.statements += 1
          await shareAssignments(transaction, left.map(assignmentOf))
          step.isWaiting = false
        }
        tried = await tryToStore(transaction, left, options, meter)
        if (!tried.commit) throw new RolledBack()
      })
    } catch (error) {
      if (step.isWaiting && isLockTimedOut(error)) {
        for (const item of left) settled.set(item, ASSIGNMENT_HELD)
        continue
      }
      if (isAssignmentHeld(error)) {
        const held = await findHeld(database, left.map(assignmentOf))
        riddles += held.size === 0 ? 1 : 0
        for (const item of left) {
          if (held.has(item.draft.assignmentId)) settled.set(item, ASSIGNMENT_HELD)
          else if (riddles === MOST_RIDDLES) settled.set(item, { kind: 'busy' })
        }
        continue
      }
      if (tried?.commit === true && !isTakenBack(error)) throw new CommitUnknown(error)
      if (!(error instanceof RolledBack)) throw error
    }
    if (tried === undefined) throw new Error('a transaction ended before it began')
    for (const [item, outcome] of tried.outcomes) settled.set(item, outcome)
  }
  return settled
}

function assignmentOf({ draft }: FlushItem): string {
  return draft.assignmentId
}

type Trial<Item> = {
  readonly outcomes: ReadonlyMap<Item, WriteOutcome<unknown>>
  /** Whether what was written is to stay: something was stored. */
  readonly commit: boolean
}

async function tryToStore<Item extends FlushItem>(
  transaction: Transaction,
  items: readonly Item[],
  options: FlushOptions,
  meter: FlushMeter,
): Promise<Trial<Item>> {
  const outcomes = new Map<Item, WriteOutcome<unknown>>()
  const counted = <Result>(statement: Promise<Result>): Promise<Result> => {
    meter.statements += 1
    return statement
  }
  const end = (commit: boolean): Trial<Item> => ({ outcomes, commit })

  // Of what was tried before nothing is left.
  meter.announced = []
  const claims = claimsOf(items)
  const time = items[0]?.draft.submittedAt ?? new Date(0)
  const { keys, newcomers } = await counted(
    holdAll(transaction, items.map(placeOf), [...claims.values()], time),
  )
  const ours = new Set(keys.map(({ courseId, keyHash }) => `${courseId}/${keyHash}`))
  const held = items.filter(item => {
    const claim = claims.get(item)
    if (claim === undefined || ours.has(`${claim.courseId}/${claim.keyHash}`)) return true
    outcomes.set(item, { kind: 'key-taken' })
    return false
  })
  const unknown = new Map(
    newcomers.map(({ courseId, learner }) => [
      personKey(courseId, learner),
      { courseId, hash: options.memberHash(courseId, learner) },
    ]),
  )
  if (unknown.size > 0) {
    const erased = await counted(findErased(transaction, [...unknown.values()]))
    const gone = new Set(erased.map(({ courseId, hash }) => personKey(courseId, hash)))
    for (const item of gone.size === 0 ? [] : held) {
      const newcomer = unknown.get(personOf(item))
      if (newcomer === undefined || !gone.has(personKey(newcomer.courseId, newcomer.hash))) continue
      outcomes.set(item, { kind: 'learner-erased' })
    }
  }
  const living = outcomes.size === 0 ? held : held.filter(item => !outcomes.has(item))
  if (living.length === 0) return end(false)

  const places = [...new Map(living.map(item => [placeKey(item.draft), placeOf(item)])).values()]
  const states = new Map(
    (await counted(readLearners(transaction, places))).map(state => [placeKey(state), state]),
  )
  const decided = decideAll(living, states, outcomes)
  if (decided.attempts.length === 0) return end(false)
  const unused = held.flatMap(item => (outcomes.get(item)?.kind === 'stored' ? [] : (claims.get(item) ?? [])))
  if (unused.length > 0) await counted(releaseKeys(transaction, unused))
  // Nobody is enrolled by what was not taken.
  const takenOf = new Set(decided.attempts.map(({ courseId, learner }) => personKey(courseId, learner)))
  const strangers = newcomers.filter(({ courseId, learner }) => !takenOf.has(personKey(courseId, learner)))
  if (strangers.length > 0) await counted(removeNewcomers(transaction, strangers))

  const told = toldBy(decided, states, options)
  meter.announced = told.deliveries
  await counted(store(transaction, [...decided.progress.values()], decided.attempts, told))
  return end(true)
}

function claimsOf<Item extends FlushItem>(items: readonly Item[]): ReadonlyMap<Item, KeyClaim> {
  const claims = new Map<Item, KeyClaim>()
  for (const item of items) {
    const { courseId, id, submittedAt, idempotency } = item.draft
    if (idempotency === undefined) continue
    claims.set(item, { courseId, ...idempotency, attemptId: id, createdAt: submittedAt })
  }
  return claims
}
