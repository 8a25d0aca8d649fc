import type { ComponentChildren } from 'preact'
import type { PageBox } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import type { Verdict } from '../state/board.js'
import { askedForm, boxTitle, remarkText, SIGNS } from '../state/wording.js'

type DockProps = {
  readonly strings: Strings
  /** The box that is worked on; null before the first. */
  readonly box: PageBox | null
  readonly verdict: Verdict | null
  /** What stands in that box. */
  readonly text: string
  /** What is said when all is done. */
  readonly end: ComponentChildren
  readonly children?: ComponentChildren
}

/** Longer texts are not seen whole in a box of the figure. */
const MOST_SEEN = 8

/** What there is to say of the box that is worked on, always in sight; nothing before the first. */
export function Dock({ strings, box, verdict, text, end, children }: DockProps) {
  if (box === null && !end) return null
  const asked = box === null ? null : askedForm(strings, box)
  return (
    <aside class="dock" aria-label={strings.board.currentBox}>
      {end && <div class="dock-end">{end}</div>}
      {box !== null && (
        <div class="dock-box">
          <div class="dock-text">
            <p class={`dock-title ${box.kind === 'forward' ? 'forward' : 'backward'}`}>
              {boxTitle(strings, box)}
              {asked !== null && <small> ({asked.words})</small>}
            </p>
            {text.length > MOST_SEEN && <p class="dock-entry">{text}</p>}
            {verdict === null ? (
              <p class="dock-quiet">{strings.board.keyboard}</p>
            ) : (
              <VerdictWords strings={strings} verdict={verdict} />
            )}
          </div>
          {children}
        </div>
      )}
    </aside>
  )
}

/** A verdict by sign and words, and its remarks. */
export function VerdictWords({ strings, verdict }: { readonly strings: Strings; readonly verdict: Verdict }) {
  const { status, remarks, partly, expected } = verdict
  return (
    <div class={`verdict ${status}`}>
      <p class="verdict-word">
        <span aria-hidden="true">{SIGNS[status]}</span> {strings.verdicts[status]}
        {partly !== null && partly.right < partly.all && partly.right > 0 && (
          <> – {strings.verdicts.partly(partly.right, partly.all)}</>
        )}
      </p>
      {remarks.map(remark => (
        <p key={remark.code}>{remarkText(strings, remark)}</p>
      ))}
      {expected !== null && <p>{strings.learn.expected(expected)}</p>}
    </div>
  )
}
