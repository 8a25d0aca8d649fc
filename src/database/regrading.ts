/**
 * What a regrading reads and writes. Attempts themselves never change: what a job makes of them lies in
 * regraded_attempts, the progress that follows from it in regraded_progress, and both begin to stand for every reader at
 * once, in the transaction that ends the job.
 */
import type { Database } from './client.js'
import { renewLease, type AttemptPlace, type HeldJob } from './jobs.js'
import { markDone, runLastPass, type LastPass } from './regrading-last-pass.js'
import { dropNeverStanding } from './regrading-leftovers.js'
import { writePage, type PageOptions } from './regrading-page.js'
import {
  readAfter,
  readLearners,
  readMissed,
  type AttemptToRegrade,
  type LearnersToRegrade,
  type RegradedPage,
} from './regrading-reads.js'

export type RegradingRepository = ReturnType<typeof createRegradingRepository>

/** The work of regradings, read and written. */
export function createRegradingRepository(database: Database, options: PageOptions) {
  return {
    /**
     * Takes away at most so many results of earlier jobs of the assignment that never stood: of dry runs, whose list is
     * kept until the next job begins, and of failed jobs. Answers whether there may be more.
     */
    async dropNeverStanding(job: HeldJob, most: number): Promise<boolean> {
      return database.$transaction(async transaction => {
        if (!(await renewLease(transaction, job))) return false
        return (await dropNeverStanding(transaction, job, most)) === most
      })
    },

    /** The next attempts after the job's cursor, by learner and number. */
    async after(job: HeldJob, limit: number): Promise<AttemptToRegrade[]> {
      return readAfter(database, job, limit)
    },

    /** Attempts that the job has not looked at, wherever its cursor is: those that arrived meanwhile. */
    async missed(job: HeldJob, limit: number): Promise<AttemptToRegrade[]> {
      return readMissed(database, job, limit)
    },

    /** Overrides of learners, and their progress as the job has it. */
    async learners(job: HeldJob, attempts: readonly AttemptPlace[]): Promise<LearnersToRegrade> {
      return readLearners(database, job, attempts)
    },

    /**
     * Stores a page, and that the job has come to `cursor`. What was erased since it was read is left out. False where
     * somebody else has the job by now, and nothing is stored.
     */
    async write(job: HeldJob, page: RegradedPage, cursor: AttemptPlace | undefined): Promise<boolean> {
      return database.$transaction(async transaction => {
        if (!(await renewLease(transaction, job))) return false
        await writePage(transaction, job, page, cursor, options)
        return true
      })
    },

    /** Ends a dry run: no result becomes another. False where somebody else has the job by now. */
    async finishDryRun(job: HeldJob, time: Date): Promise<boolean> {
      return database.$transaction(async transaction => {
        if (!(await renewLease(transaction, job))) return false
        await markDone(transaction, job, time)
        return true
      })
    },

    /**
     * The last pass: keeps submissions waiting, looks at the few attempts that nobody has looked at yet, and makes the
     * job's results those that stand. `more` where that cannot be done yet, and nothing is changed; `lost` where
     * somebody else has the job by now.
     */
    async finish(job: HeldJob, pass: LastPass): Promise<'done' | 'more' | 'lost'> {
      return runLastPass(database, job, pass, options)
    },
  }
}
