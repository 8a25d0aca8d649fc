/**
 * The last pass of a regrading: what nobody has looked at yet is looked at while submissions wait, and the job's results
 * begin to stand.
 *
 * After the job's own row comes the assignment, alone: nobody stores an attempt on it, erases one of its learners or
 * changes a role meanwhile.
 *
 * A new assignment and a new job are never in the planner's statistics: it takes all their rows for one. Learners are
 * therefore listed first, and no statement joins two of their tables but by a whole primary key, row by row.
 */
import { ownAssignment } from './assignment-lock.js'
import type { Database, Transaction } from './client.js'
import { isLockRefused } from './faults.js'
import { renewLease, type HeldJob } from './jobs.js'
import { dropFolded } from './regrading-leftovers.js'
import { writePage, type PageOptions } from './regrading-page.js'
import { readLearners, readMissed, type Regrade } from './regrading-reads.js'
import { letStand } from './regrading-standing.js'
import { hooksOfCourses, insertDeliveries, type CourseHook } from './webhook-rows.js'

export type LastPass = {
  /** What the job's policy gives for full credit. */
  readonly maxPoints: number
  /** Attempts that may be looked at while submissions wait. */
  readonly most: number
  readonly time: Date
  readonly regrade: Regrade
}

/** Rolls the last pass back: others came between, and it is done again. */
class TooEarly extends Error {}

/**
 * Milliseconds that the last pass may take, and its longest statement: 100,000 learners take it some 5 seconds. Submissions
 * that wait for it have 20 seconds themselves, and a holder's lease is 15.
 */
const PASS_MILLISECONDS = 10_000
const STATEMENT_MILLISECONDS = 8_000

/** Milliseconds that it waits for the assignment; whoever asks for it later waits as long. */
const LOCK_MILLISECONDS = 3_000

/**
 * Makes the job's results those that stand. `more` where too many attempts are left, and where a lock was not to be had:
 * then nothing is changed. `lost` where somebody else has the job by now.
 */
export async function runLastPass(
  database: Database,
  job: HeldJob,
  { maxPoints, most, time, regrade }: LastPass,
  options: PageOptions,
): Promise<'done' | 'more' | 'lost'> {
  try {
    return await database.$transaction(
      async transaction => {
        if (!(await renewLease(transaction, job))) return 'lost'
        await limitWaits(transaction)
        await ownAssignment(transaction, job.assignmentId)
        const left = await readMissed(transaction, job, most + 1)
        if (left.length > most) throw new TooEarly()
        if (left.length > 0) {
          const page = await regrade(left, await readLearners(transaction, job, left))
          const written = await writePage(transaction, job, page, undefined, options)
          if (written < left.length) throw new Error('attempts are not numbered without gaps')
        }
        await letStand(transaction, job, maxPoints, options)
        await markDone(transaction, job, time)
        await announceDone(transaction, job, time, options.newId)
        return 'done'
      },
      { timeout: PASS_MILLISECONDS },
    )
  } catch (error) {
    if (error instanceof TooEarly || isLockRefused(error)) return 'more'
    throw error
  }
}

/** Until the end of the transaction, what takes or waits too long is given up. */
async function limitWaits(transaction: Transaction): Promise<void> {
  await transaction.$queryRaw`
    SELECT set_config('lock_timeout', ${String(LOCK_MILLISECONDS)}, true),
      set_config('statement_timeout', ${String(STATEMENT_MILLISECONDS)}, true)`
}

/** Leaves a row for every webhook that is to hear that the job's results stand. */
async function announceDone(
  transaction: Transaction,
  { id: jobId, courseId, assignmentId }: HeldJob,
  createdAt: Date,
  newId: () => string,
): Promise<void> {
  const type = 'regrade.finished'
  const rows = await transaction.$queryRaw<{ hooks: CourseHook[] }[]>`${hooksOfCourses([courseId])}`
  const told = {
    courseId,
    assignmentId,
    type,
    learner: null,
    number: null,
    attemptId: null,
    jobId,
    createdAt,
  } as const
  await insertDeliveries(
    transaction,
    rows
      .flatMap(({ hooks }) => hooks)
      .filter(({ events }) => events.includes(type))
      .map(({ id: webhookId }) => ({ ...told, id: newId(), webhookId })),
  )
}

/** Ends a job. The cursor goes: it would name a person for longer than is needed; so does the folded progress. */
export async function markDone(transaction: Transaction, job: HeldJob, time: Date): Promise<void> {
  await dropFolded(transaction, job)
  await transaction.$executeRaw`
    UPDATE jobs SET status = 'done', total = done, finished_at = ${time}::timestamptz, failures = 0,
      cursor_learner = NULL, cursor_number = NULL, lease_owner = NULL, lease_until = NULL
    WHERE id = ${job.id}::uuid`
}
