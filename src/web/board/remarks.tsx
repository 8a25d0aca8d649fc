import type { PageBox } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { shownVerdict, type Board } from '../state/board.js'
import { boxTitle } from '../state/wording.js'
import { VerdictWords } from './dock.js'

type RemarksProps = {
  readonly strings: Strings
  readonly boxes: readonly PageBox[]
  readonly board: Board
  readonly onGo: (box: string) => void
}

/** All boxes that there is something to say of, each with the way to it. */
export function Remarks({ strings, boxes, board, onGo }: RemarksProps) {
  const found = boxes.flatMap(box => {
    const verdict = shownVerdict(board, box.id)
    return verdict === null || verdict.status === 'correct' ? [] : [{ box, verdict }]
  })
  if (found.length === 0) return null
  return (
    <section class="remarks" aria-labelledby="remarks-title">
      <h2 id="remarks-title">{strings.board.remarks}</h2>
      <ul>
        {found.map(({ box, verdict }) => (
          <li key={box.id}>
            <button
              type="button"
              class="link"
              aria-label={strings.board.goTo(boxTitle(strings, box))}
              onClick={() => {
                onGo(box.id)
              }}
            >
              {box.label.text}
            </button>
            <VerdictWords strings={strings} verdict={verdict} />
          </li>
        ))}
      </ul>
    </section>
  )
}
