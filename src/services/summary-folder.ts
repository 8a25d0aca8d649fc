/**
 * Folds the changes of summaries into their totals, in the background of every server. Replicas need know nothing of each
 * other: the database makes them take turns, and what one has folded another does not find.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SummaryRepository } from '../database/summaries.js'
import { foldChanges } from '../grading/attempt-summary.js'

export type SummaryFolderServices = {
  readonly summaries: Pick<SummaryRepository, 'toFold' | 'fold'>
  readonly effects: { readonly now: () => number }
}

export type SummaryFolderOptions = {
  /** Told what a step failed of; the next one tries again. */
  readonly onError: (error: unknown) => void
  /** Waits for so many milliseconds, or until it is to stop. */
  readonly pause?: (milliseconds: number, stopping: AbortSignal) => Promise<void>
}

/** Milliseconds between two steps. */
const POLL_MILLISECONDS = 5_000

/** An assignment with so many changes is read slowly, and one whose oldest change is so many milliseconds old is at rest. */
const MANY_CHANGES = 200
const OLD_MILLISECONDS = 60_000

/** A folder at rest until it is started or told to do a step. */
export function createSummaryFolder(
  { summaries, effects }: SummaryFolderServices,
  { onError, pause = pauseFor }: SummaryFolderOptions,
) {
  const stopping = new AbortController()

  /** Folds what there is to fold just now; answers how many changes that were. What fails leaves the rest alone. */
  const step = async (): Promise<number> => {
    const before = new Date(effects.now() - OLD_MILLISECONDS)
    let folded = 0
    for (const place of await summaries.toFold({ least: MANY_CHANGES, before })) {
      if (stopping.signal.aborted) break
      try {
        folded += await summaries.fold(place, foldChanges)
      } catch (error) {
        onError(error)
      }
    }
    return folded
  }

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await step().catch(onError)
      await pause(POLL_MILLISECONDS, stopping.signal)
    }
  }
  let working: Promise<void> | undefined

  return {
    step,

    /** Folds from now on. */
    start: (): void => {
      working ??= work()
    },

    /** Begins no other fold; resolves once the one that is under way is over. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await working
    },
  }
}

async function pauseFor(milliseconds: number, stopping: AbortSignal): Promise<void> {
  // Stopped is as good as waited.
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined)
}
