import type { RefObject } from 'preact'
import { ProgressLine } from './board/progress-line.js'
import { ToolButton } from './board/tool-button.js'
import { countFilled, countRight, shownVerdict } from './state/board.js'
import { canSubmit, isReadOnly } from './state/standing.js'
import type { PartProps } from './use-assignment.js'

type LearnToolsProps = PartProps & { readonly submitButton: RefObject<HTMLButtonElement | null> }

/** How far the work is, and what can be done with it. */
export function LearnTools({ strings, work, board, standing, submitButton }: LearnToolsProps) {
  const { learn } = strings
  const { boxes } = standing.session.graph
  const all = boxes.length
  const [right, filled] = [countRight(board, boxes), countFilled(board, boxes)]
  const isJudged = boxes.some(({ id }) => (shownVerdict(board, id)?.status ?? 'invalid') !== 'invalid')
  return (
    <div class="tools" role="group" aria-label={strings.board.tools}>
      <ProgressLine
        words={isJudged ? strings.board.progress(right, all) : strings.board.filled(filled, all)}
        part={isJudged ? right : filled}
        all={all}
      />
      {!isReadOnly(standing) && (
        <div class="buttons">
          <ToolButton isOff={board.history.length === 0} onClick={work.undo}>
            {strings.board.undo}
          </ToolButton>
          <ToolButton isOff={board.entries.size === 0} onClick={work.clear}>
            {strings.board.clear}
          </ToolButton>
          <ToolButton isPrimary button={submitButton} isOff={!canSubmit(standing)} onClick={work.submit}>
            {standing.sending === 'sending' ? learn.submitting : learn.submit}
          </ToolButton>
        </div>
      )}
    </div>
  )
}
