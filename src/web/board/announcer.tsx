import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageBox } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { countRight, shownVerdict, type Board } from '../state/board.js'
import { heardAfter, verdictText } from '../state/wording.js'

type AnnouncerProps = {
  readonly strings: Strings
  readonly boxes: readonly PageBox[]
  readonly board: Board
  /** What is said last, such as that all is done. */
  readonly last: string
}

/** Of more verdicts at once it is told how many are right. */
const MOST_AT_ONCE = 3

/** Says new verdicts to those who do not see them. */
export function Announcer({ strings, boxes, board, last }: AnnouncerProps) {
  const said = useRef(new Map<string, string>())
  const [text, setText] = useState('')
  const say = (words: string): void => {
    setText(before => heardAfter(before, words))
  }
  const lastSaid = useRef('')
  useEffect(() => {
    // What is shown in place of the entries takes nothing back of what was said of them.
    if (board.revealed !== null) return
    const news: string[] = []
    for (const { id, label } of boxes) {
      const verdict = shownVerdict(board, id)
      const words = verdict === null ? '' : `${label.text}: ${verdictText(strings, verdict)}`
      if (said.current.get(id) !== words && words !== '') news.push(words)
      said.current.set(id, words)
    }
    const ending = last === lastSaid.current ? '' : last
    lastSaid.current = last
    if (news.length === 0 && ending === '') return
    const shown = news.length <= MOST_AT_ONCE ? news : [summaryOf(strings, boxes, board)]
    say([...shown, ending].join(' ').trim())
  }, [board, boxes, last, strings])
  return (
    <div class="visually-hidden" aria-live="polite">
      {text}
    </div>
  )
}

function summaryOf(strings: Strings, boxes: readonly PageBox[], board: Board): string {
  return `${strings.board.progress(countRight(board, boxes), boxes.length)}.`
}
