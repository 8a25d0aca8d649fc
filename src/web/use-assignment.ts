/** The work on an assignment as components see it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Language } from '../contracts/languages.js'
import type { Strings } from '../strings/strings.js'
import { useStore } from './browser/use-store.js'
import { useMoments } from './learn-reading.js'
import { createWork, type Work, type WorkOptions } from './learn-work.js'
import type { Board } from './state/board.js'
import type { Standing } from './state/standing.js'

/** What the parts of the page are drawn from. */
export type PartProps = {
  readonly strings: Strings
  readonly language: Language
  readonly work: Work
  readonly board: Board
  readonly standing: Standing
  /** Whether what is typed is kept on the device. */
  readonly isKept: boolean
}

/** Makes the work once, keeps it going while the component is there, and tells how it stands. */
export function useAssignment(options: Omit<WorkOptions, 'typing'>) {
  const typing = useRef<string | null>(null)
  const [work] = useState(() => createWork({ ...options, typing: () => typing.current }))
  useEffect(() => work.start(), [work])
  const [board, standing] = [useStore(work.board), useStore(work.standing)]
  const isKept = useStore(work.keeping)
  useMoments(standing.next ?? standing.session, work.refresh)
  return { work, typing, board, standing, isKept }
}
