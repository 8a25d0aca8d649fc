import type { RefObject } from 'preact'
import type { PageBox } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import type { Verdict } from '../state/board.js'
import { askedForm, boxTitle, SIGNS, verdictText } from '../state/wording.js'
import type { BoardHandlers } from './use-board-handlers.js'

export type BoxInputProps = {
  readonly box: PageBox
  /** Its place among all boxes, which its elements are named by. */
  readonly index: number
  readonly strings: Strings
  readonly text: string
  /** Whether the text is shown rather than typed. */
  readonly isRevealed: boolean
  readonly isReadOnly: boolean
  readonly isCurrent: boolean
  readonly verdict: Verdict | null
  readonly handlers: BoardHandlers
  readonly inputs: RefObject<Map<string, HTMLInputElement>>
}

/** The field of a box, with its verdict by colour, by sign and in words. */
export function BoxInput(props: BoxInputProps) {
  const { box, index, strings, text, isRevealed, isReadOnly, isCurrent, verdict, handlers, inputs } = props
  const asked = askedForm(strings, box)
  const remarkId = `remark-${String(index)}`
  const status = verdict?.status
  const names = [boxTitle(strings, box), ...(asked === null ? [] : [asked.words])]
  if (isRevealed) names.push(strings.boxes.shownValue)
  return (
    <>
      <input
        ref={element => {
          if (element === null) inputs.current.delete(box.id)
          else inputs.current.set(box.id, element)
        }}
        id={`field-${String(index)}`}
        class={['field', box.kind === 'forward' ? 'forward' : 'backward', status, isRevealed && 'revealed']
          .filter(name => typeof name === 'string')
          .join(' ')}
        type="text"
        // Keyboards for numbers lack the minus or the slash.
        inputMode="text"
        autocomplete="off"
        autocapitalize="off"
        autocorrect="off"
        spellcheck={false}
        enterkeyhint="next"
        value={text}
        placeholder={asked !== null && isCurrent ? asked.placeholder : ''}
        readOnly={isReadOnly}
        aria-label={names.join(', ')}
        aria-invalid={status === 'incorrect' || status === 'invalid'}
        aria-describedby={verdict === null ? undefined : remarkId}
        onInput={event => {
          handlers.onInput(box.id, event.currentTarget)
        }}
        onKeyDown={event => {
          handlers.onKeyDown(box.id, event)
        }}
        onFocus={() => {
          handlers.onFocus(box.id)
        }}
        onBlur={() => {
          handlers.onBlur(box.id)
        }}
      />
      {status !== undefined && SIGNS[status] !== '' && (
        <span class={`sign ${status}`} aria-hidden="true">
          {SIGNS[status]}
        </span>
      )}
      {verdict !== null && (
        <span id={remarkId} class="visually-hidden">
          {verdictText(strings, verdict)}
        </span>
      )}
    </>
  )
}
