/** Counts the standings of marked learners again, soon after they were marked: until then whoever reads them counts instead. */
import type { StandingRepository } from '../database/standings.js'
import type { BackgroundOptions } from './background-loop.js'
import type { Bell } from './bell.js'
import type { Effects } from './effects.js'
import { createFolder } from './folder.js'

export type StandingFolderServices = {
  readonly standings: Pick<StandingRepository, 'toFold' | 'fold'>
  readonly effects: Pick<Effects, 'randomBytes'>
  /** Rung where many were marked at once: they are counted again without a rest. */
  readonly standingBell: Bell
}

/** Milliseconds until marks are looked for again. */
const REST_MILLISECONDS = 1_000

/** A folder of standings at rest until it is started or told to do a step. */
export function createStandingFolder(
  { standings, effects, standingBell }: StandingFolderServices,
  options: BackgroundOptions,
) {
  return createFolder(
    {
      find: standings.toFold,
      fold: ({ courseId }) => standings.fold(courseId),
      restMilliseconds: REST_MILLISECONDS,
      bell: standingBell,
    },
    effects,
    options,
  )
}
