import type { Strings } from '../strings/strings.js'
import { ProgressLine } from './board/progress-line.js'
import { ToolButton } from './board/tool-button.js'
import type { Board } from './state/board.js'
import type { Practice } from './use-practice.js'

type PracticeToolsProps = {
  readonly strings: Strings
  readonly board: Board
  readonly work: Practice
  readonly right: number
  readonly all: number
  readonly onCascade: () => void
}

/** How far one is, and what can be done with all boxes. */
export function PracticeTools({ strings, board, work, right, all, onCascade }: PracticeToolsProps) {
  const { practice } = strings
  const isRevealed = board.revealed !== null
  return (
    <div class="tools" role="group" aria-label={strings.board.tools}>
      <ProgressLine words={strings.board.progress(right, all)} part={right} all={all} />
      <div class="buttons">
        <ToolButton isOff={isRevealed || board.history.length === 0} onClick={work.undo}>
          {strings.board.undo}
        </ToolButton>
        <ToolButton isOff={isRevealed || board.entries.size === 0} onClick={work.clear}>
          {strings.board.clear}
        </ToolButton>
        <ToolButton onClick={work.reveal}>{isRevealed ? practice.hideAll : practice.revealAll}</ToolButton>
        <ToolButton onClick={onCascade}>{practice.cascade}</ToolButton>
      </div>
    </div>
  )
}
