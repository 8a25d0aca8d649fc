/** Folds the changes of summaries into their totals. */
import type { SummaryRepository } from '../database/summaries.js'
import { foldChanges } from '../grading/attempt-summary.js'
import type { BackgroundOptions } from './background-loop.js'
import type { Effects } from './effects.js'
import { createFolder } from './folder.js'

export type SummaryFolderServices = {
  readonly summaries: Pick<SummaryRepository, 'toFold' | 'fold'>
  readonly effects: Pick<Effects, 'now' | 'randomBytes'>
}

/** Milliseconds until changes are looked for again. */
const REST_MILLISECONDS = 5_000

/** An assignment with so many changes is read slowly, and one whose oldest change is so many milliseconds old is at rest. */
const MANY_CHANGES = 200
const OLD_MILLISECONDS = 60_000

/** A folder of summaries at rest until it is started or told to do a step. */
export function createSummaryFolder(
  { summaries, effects }: SummaryFolderServices,
  options: BackgroundOptions,
) {
  return createFolder(
    {
      find: (order, most) => {
        const before = new Date(effects.now() - OLD_MILLISECONDS)
        return summaries.toFold({ least: MANY_CHANGES, before, order, most })
      },
      fold: place => summaries.fold(place, foldChanges),
      restMilliseconds: REST_MILLISECONDS,
    },
    effects,
    options,
  )
}
