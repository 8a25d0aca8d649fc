/**
 * Works on jobs, one at a time and one step after another, in the process that answers requests. A job is held by a
 * lease that every step takes anew; when a process is killed, another takes its job up where it was left.
 */
import type { HeldJob, JobRepository } from '../database/jobs.js'
import type { JobBell } from './job-bell.js'
import { takeUpRegrading, type RegradeServices, type StepOutcome } from './regrade.js'

export type JobRunnerServices = RegradeServices & {
  readonly jobs: JobRepository
  readonly jobBell: JobBell
  /** Whether an error says that the database could not be reached: then it is no failure of the job. */
  readonly isOutOfReach: (error: unknown) => boolean
}

export type JobRunner = ReturnType<typeof createJobRunner>

/** Milliseconds between two looks for jobs that other processes made or left. */
const POLL_MILLISECONDS = 2_000

/** A job that fails so often without coming further in between is given up. */
const MOST_FAILURES = 5

/** After the database was away, or others were in the way, a job waits for so many seconds and lets others go first. */
const PAUSE_SECONDS = 2

const FAILED =
  'The regrading failed several times in a row and was given up; the results that stood before still stand. ' +
  'Ask for it again, and tell the operator if it fails again.'

/** Attempts that a step looks at. */
const PAGE_ATTEMPTS = 500

export type JobRunnerOptions = {
  /** A uuid that no other runner has. */
  readonly ownerId: string
  /** Told what a job failed of. */
  readonly onError: (error: unknown) => void
  readonly pageAttempts?: number
}

/** A runner of jobs, at rest until it is started or told to do a step. */
export function createJobRunner(services: JobRunnerServices, options: JobRunnerOptions) {
  const { jobs, jobBell, effects, isOutOfReach } = services
  const { ownerId, onError, pageAttempts = PAGE_ATTEMPTS } = options
  const stopping = new AbortController()
  let current: { readonly job: HeldJob; readonly next: () => Promise<StepOutcome> } | undefined
  // A step that failed may have left a lease of ours that could not be let go then.
  let mayHoldLease = false

  const letGo = async (): Promise<void> => {
    await jobs.release(ownerId, PAUSE_SECONDS)
    mayHoldLease = false
  }

  /** Does one step of a job. False where there is nothing to do, or nothing can be done just now. */
  const step = async (): Promise<boolean> => {
    if (mayHoldLease) await letGo()
    const job = current?.job ?? (await jobs.claim(ownerId))
    if (job === undefined) return false
    try {
      current ??= {
        job,
        next: await takeUpRegrading(services, job, { pageAttempts, hurry: stopping.signal }),
      }
      const outcome = await current.next()
      if (outcome !== 'working') current = undefined
      if (outcome === 'later') await jobs.postpone(job, PAUSE_SECONDS)
      return true
    } catch (error) {
      current = undefined
      mayHoldLease = true
      onError(error)
      if (isOutOfReach(error)) {
        await letGo()
        return false
      }
      // What takes too long is a failure like any other: it would take as long for ever, and keep all others waiting.
      await jobs.fail(job, MOST_FAILURES, { text: FAILED, time: new Date(effects.now()) })
      mayHoldLease = false
      return true
    }
  }

  let wake = (): void => undefined
  let rung = false
  const ring = (): void => {
    rung = true
    wake()
  }
  const rest = async (): Promise<void> => {
    if (!rung && !stopping.signal.aborted) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, POLL_MILLISECONDS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    rung = false
  }
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const worked = await step().catch((error: unknown) => {
        onError(error)
        return false
      })
      if (!worked) await rest()
    }
    await jobs.release(ownerId).catch(onError)
  }
  let working: Promise<void> | undefined

  return {
    step,

    /** Works until nothing is left to do. */
    runUntilIdle: async (): Promise<void> => {
      while (await step());
    },

    /** Works from now on: on jobs of this process at once, on others when it next looks. */
    start: (): void => {
      jobBell.onRing(ring)
      working ??= work()
    },

    /** Begins no other step, hurries the one that is under way, and leaves its job to others once that is over. */
    stop: async (): Promise<void> => {
      stopping.abort()
      wake()
      await working
    },
  }
}
