/**
 * Folds the changes of summaries into their totals, in the background of every server. Replicas need know nothing of each
 * other: each begins elsewhere, and what one is folding, or has, another does not find.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SummaryRepository } from '../database/summaries.js'
import { foldChanges } from '../grading/attempt-summary.js'
import type { Effects } from './effects.js'

export type SummaryFolderServices = {
  readonly summaries: Pick<SummaryRepository, 'toFold' | 'fold'>
  readonly effects: Pick<Effects, 'now' | 'randomBytes'>
}

export type SummaryFolderOptions = {
  /** Told what a step failed of; the next one tries again. */
  readonly onError: (error: unknown) => void
  /** Waits for so many milliseconds, or until it is to stop. */
  readonly pause?: (milliseconds: number, stopping: AbortSignal) => Promise<void>
}

/** Milliseconds between two steps, and between those of which the first has left something to do: others get their turn. */
const POLL_MILLISECONDS = 5_000
const BREATH_MILLISECONDS = 10

/** Places that a step folds at most. */
const PLACES_AT_ONCE = 100

/** An assignment with so many changes is read slowly, and one whose oldest change is so many milliseconds old is at rest. */
const MANY_CHANGES = 200
const OLD_MILLISECONDS = 60_000

/** What a step has come to. */
export type FolderStep = { readonly folded: number; readonly more: boolean }

/** A folder at rest until it is started or told to do a step. */
export function createSummaryFolder(
  { summaries, effects }: SummaryFolderServices,
  { onError, pause = pauseFor }: SummaryFolderOptions,
) {
  const stopping = new AbortController()

  /**
   * Folds what there is to fold just now, of so many places at most. Answers how many changes that were, and whether there
   * is more to do at once. What fails leaves the rest alone.
   */
  const step = async (): Promise<FolderStep> => {
    const before = new Date(effects.now() - OLD_MILLISECONDS)
    const order = Buffer.from(effects.randomBytes(8)).toString('hex')
    const places = await summaries.toFold({ least: MANY_CHANGES, before, order, most: PLACES_AT_ONCE })
    let [folded, failed, left] = [0, false, places.length === PLACES_AT_ONCE]
    for (const place of places) {
      if (stopping.signal.aborted) break
      try {
        const count = await summaries.fold(place, foldChanges)
        folded += count
        if (count > 0 && count < place.changes) left = true
      } catch (error) {
        failed = true
        onError(error)
      }
    }
    // Places that fail come again and again; what others are folding is theirs. Neither is a reason to hurry.
    return { folded, more: left && folded > 0 && !failed }
  }

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { more } = await step().catch((error: unknown) => {
        onError(error)
        return { more: false }
      })
      await pause(more ? BREATH_MILLISECONDS : POLL_MILLISECONDS, stopping.signal)
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
