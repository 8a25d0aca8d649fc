/**
 * Folds what transactions leave beside what is kept into it, place by place, in the background of every server. Replicas need
 * know nothing of each other: each begins elsewhere, and what one is folding, or has, another does not find.
 */
import { createBackgroundLoop, type BackgroundOptions } from './background-loop.js'
import type { Bell } from './bell.js'
import type { Effects } from './effects.js'

/** What is folded, and how often it is looked for. */
export type Folding<Place> = {
  /** Places where there is something to fold, at most so many, in an order that is another for any other text. */
  readonly find: (order: string, most: number) => Promise<readonly Place[]>
  /** Folds some of a place; answers how much that was. */
  readonly fold: (place: Place) => Promise<number>
  /** Milliseconds until it is looked for again, once all was folded. */
  readonly restMilliseconds: number
  /** Rung where there is something to fold at once. */
  readonly bell?: Bell
}

/** Places that a step folds at most. */
const PLACES_AT_ONCE = 100

/** What a step has come to. */
type FolderStep = { readonly folded: number; readonly more: boolean }

/** A folder at rest until it is started or told to do a step. */
export function createFolder<Place extends { readonly changes: number }>(
  { find, fold, restMilliseconds, bell }: Folding<Place>,
  effects: Pick<Effects, 'randomBytes'>,
  options: BackgroundOptions,
) {
  /**
   * Folds what there is to fold just now, of so many places at most. Answers how many changes that were, and whether there
   * is more to do at once. What fails leaves the rest alone.
   */
  const step = async (stopping?: AbortSignal): Promise<FolderStep> => {
    const order = Buffer.from(effects.randomBytes(8)).toString('hex')
    const places = await find(order, PLACES_AT_ONCE)
    let [folded, failed, left] = [0, false, places.length === PLACES_AT_ONCE]
    for (const place of places) {
      if (stopping?.aborted === true) break
      try {
        const count = await fold(place)
        folded += count
        if (count > 0 && count < place.changes) left = true
      } catch (error) {
        failed = true
        options.onError(error)
      }
    }
    // Places that fail come again and again; what others are folding is theirs. Neither is a reason to hurry.
    return { folded, more: left && folded > 0 && !failed }
  }
  const { start, wake, stop } = createBackgroundLoop(step, restMilliseconds, options)
  bell?.onRing(wake)
  return {
    /** Does one step. */
    step: () => step(),
    /** Folds from now on. */
    start,
    /** Begins no other fold; resolves once the one that is under way is over. */
    stop,
  }
}
