/**
 * What one learner has added to the summaries of a course, to be taken away again, or to be put in: for whoever is erased,
 * or becomes an instructor and is counted no longer, or is one no more.
 */
import { shareAssignments } from './assignment-lock.js'
import { insertSummaryChanges, STORED_RESULTS } from './summary-changes.js'
import type { Transaction } from './client.js'
import { foldAll, writeTotals, type MergeSummary } from './summary-folding.js'
import { withBoxes } from './stored-boxes.js'

/** A learner's attempts on an assignment, or some of them, by the results of one generation. */
export type LearnerShare = {
  readonly attempts: readonly {
    readonly number: number
    readonly boxes: unknown
    readonly answers: unknown
  }[]
  /** Given once a generation. */
  readonly progress: { readonly creditMillionths: number; readonly completed: boolean } | undefined
}

/** How a share becomes part of a summary, and is taken out of totals into which all changes were folded. */
export type CountShare = {
  readonly add: (share: LearnerShare) => unknown
  readonly fold: MergeSummary
  readonly takeAway: (totals: unknown, share: LearnerShare) => unknown
}

/** What changing summaries takes from outside. */
export type ShareOptions = { readonly countShare: CountShare; readonly newId: () => string }

/** Others came between: the transaction is to be rolled back and tried again. */
export class CameBetween extends Error {}

/** Attempts that are read at once. */
const ATTEMPTS_AT_ONCE = 500

/**
 * Shares all assignments that a learner has begun and then locks the membership, in the order in which everybody takes
 * these locks. Answers the role as it is then, undefined for somebody who is no member. Throws `CameBetween`.
 */
export async function holdLearner(
  transaction: Transaction,
  courseId: string,
  learner: string,
): Promise<string | undefined> {
  const begun = async () => {
    const rows = await transaction.$queryRaw<{ assignmentId: string }[]>`
      SELECT assignment_id AS "assignmentId" FROM progress
      WHERE course_id = ${courseId}::uuid AND learner = ${learner}`
    return rows.map(({ assignmentId }) => assignmentId)
  }
  const shared = await begun()
  await shareAssignments(transaction, shared)
  const [member] = await transaction.$queryRaw<{ role: string }[]>`
    SELECT role FROM members WHERE course_id = ${courseId}::uuid AND key = ${learner} FOR UPDATE`
  const known = new Set(shared)
  if ((await begun()).some(assignmentId => !known.has(assignmentId))) throw new CameBetween()
  return member?.role
}

/**
 * Adds what a learner has in a course to the summaries, or takes it away. Whoever calls it holds the learner.
 *
 * It is added as a change, like any other. It is taken away from the totals themselves, with all changes folded in: at
 * commit nothing is left, in no row, of what this learner alone has typed.
 */
export async function changeShare(
  transaction: Transaction,
  courseId: string,
  learner: string,
  { countShare, newId }: ShareOptions,
  sign: 1 | -1,
): Promise<void> {
  for (const generation of await generationsOf(transaction, courseId, learner)) {
    const { assignmentId, id } = generation
    const place = { courseId, assignmentId, generation: id }
    const shares = sharesOf(transaction, { courseId, learner, ...generation })
    if (sign === 1) {
      for await (const share of shares) {
        await insertSummaryChanges(transaction, [{ ...place, id: newId(), change: countShare.add(share) }])
      }
    } else {
      let totals = await foldAll(transaction, place, countShare.fold)
      for await (const share of shares) totals = countShare.takeAway(totals, share)
      await writeTotals(transaction, place, totals)
    }
  }
}

/** What a learner has added to one generation, some attempts at once. */
async function* sharesOf(
  transaction: Transaction,
  place: { readonly courseId: string; readonly learner: string } & Generation,
): AsyncGenerator<LearnerShare> {
  const { attempts: last, creditMillionths, completed } = place
  let after = 0
  let progress: LearnerShare['progress'] = { creditMillionths, completed }
  while (after < last) {
    const attempts = await readAttempts(transaction, place, after)
    after = attempts.at(-1)?.number ?? last
    yield { attempts, progress }
    progress = undefined
  }
}

type Generation = {
  readonly id: string
  readonly assignmentId: string
  /** How many attempts are counted in it. */
  readonly attempts: number
  readonly creditMillionths: number
  readonly completed: boolean
}

/**
 * Where a learner is counted: in what stands, and in what regradings have come to that are under way. In one order for
 * everybody, who locks the totals of each.
 */
async function generationsOf(
  transaction: Transaction,
  courseId: string,
  learner: string,
): Promise<Generation[]> {
  return transaction.$queryRaw`
    SELECT COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid) AS id, p.assignment_id AS "assignmentId", p.attempts,
      p.credit_millionths AS "creditMillionths", p.completed_at IS NOT NULL AS completed
    FROM progress p
    JOIN assignments a ON a.course_id = p.course_id AND a.id = p.assignment_id
    WHERE p.course_id = ${courseId}::uuid AND p.learner = ${learner}
    UNION ALL
    SELECT f.job_id AS id, f.assignment_id AS "assignmentId", f.attempts,
      f.credit_millionths AS "creditMillionths", f.completed_at IS NOT NULL AS completed
    FROM regraded_progress f
    JOIN jobs j ON j.id = f.job_id
    WHERE f.course_id = ${courseId}::uuid AND f.learner = ${learner} AND NOT j.dry_run
    ORDER BY "assignmentId", id`
}

async function readAttempts(
  transaction: Transaction,
  place: { readonly courseId: string; readonly learner: string } & Generation,
  after: number,
): Promise<LearnerShare['attempts']> {
  const { courseId, learner, assignmentId, id, attempts } = place
  const rows = await transaction.$queryRaw<LearnerShare['attempts']>`
    SELECT a.number, a.answers, COALESCE(r.boxes, a.boxes) AS boxes
    FROM attempts a
    LEFT JOIN regraded_attempts r ON r.course_id = a.course_id AND r.job_id = ${id}::uuid AND r.attempt_id = a.id
    WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid AND a.learner = ${learner}
      AND a.number > ${after}::int AND a.number <= ${attempts}::int
    ORDER BY a.number
    LIMIT ${ATTEMPTS_AT_ONCE}::bigint`
  return rows.map(withBoxes)
}
