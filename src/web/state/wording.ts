/** What is said of a box in the language of the page. */
import type { Strings } from '../../strings/strings.js'
import type { Remark, Verdict } from './board.js'
import type { Problem } from './persistent.js'

export type NamedBox = {
  readonly kind: 'forward' | 'local' | 'gradient'
  readonly of: string
  readonly wrt: string | null
  readonly label: { readonly text: string }
  readonly shape?: readonly number[] | undefined
  readonly answer?: 'expression' | undefined
}

/** What a box is called: its label and what it is. */
export function boxTitle(strings: Strings, { kind, of, wrt, label }: NamedBox): string {
  const { forward, local, gradient } = strings.boxes
  if (wrt === null || kind === 'forward') return forward(label.text)
  return kind === 'local' ? local(label.text, of, wrt) : gradient(label.text, of, wrt)
}

/** What a box asks for, where that is not simply a number: in words, and as one might type it. */
export function askedForm(
  strings: Strings,
  { answer, shape = [] }: NamedBox,
): { readonly words: string; readonly placeholder: string } | null {
  const { asked } = strings.boxes
  if (answer === 'expression') return { words: asked.expression, placeholder: '2*a' }
  const [rows, columns] = shape
  if (rows === undefined) return null
  if (columns === undefined) return { words: asked.vector(rows), placeholder: openList(rows) }
  return { words: asked.matrix(rows, columns), placeholder: openList(rows, openList(columns)) }
}

/** As many places as are asked, none of them filled: an example would look like an entry. */
function openList(count: number, entry = '…'): string {
  return `[${Array.from({ length: count }, () => entry).join(', ')}]`
}

/** The name in the last sentence of what the server says of an entry that follows from an earlier slip. */
const FOLLOWS_FROM = /Look at (.+) again\.$/

/** A remark in the language of the page; what it has no words for, as the server says it. */
export function remarkText(strings: Strings, { code, message }: Remark): string {
  if (code === 'follows') {
    const from = FOLLOWS_FROM.exec(message)?.[1]
    // Some names of boxes are English phrases; they are said in English only.
    if (from !== undefined && (strings.feedback === null || !from.includes(' ')))
      return strings.followsFrom(from)
  }
  if (strings.feedback === null) return message
  return new Map<string, string>(Object.entries(strings.feedback)).get(code) ?? message
}

/** Words to be said after others: the same once more are only heard where they are another text. */
export function heardAfter(before: string, words: string): string {
  return words !== '' && words === before ? `${words}\u00A0` : words
}

/** A number as it is shown: with a minus, not a hyphen. */
export function withMinus(text: string): string {
  return text.replaceAll('-', '−')
}

/** Why the server refuses something, in the language of the page. */
export function problemText(
  { problems, problem }: Strings,
  { code, detail }: Pick<Problem, 'code' | 'detail'>,
) {
  if (problems === null) return detail === '' ? problem : detail
  return new Map<string, string>(Object.entries(problems)).get(code) ?? problem
}

/** A verdict in words, with all that there is to say of it. */
export function verdictText(strings: Strings, { status, remarks, partly, expected }: Verdict): string {
  const words = strings.verdicts[status]
  const isPartlyRight = partly !== null && partly.right > 0 && partly.right < partly.all
  return [
    isPartlyRight ? `${words} (${strings.verdicts.partly(partly.right, partly.all)}).` : `${words}.`,
    ...remarks.map(remark => remarkText(strings, remark)),
    ...(expected === null ? [] : [strings.learn.expected(expected)]),
  ].join(' ')
}

/** The sign of a verdict, beside its colour and its words. */
export const SIGNS = { correct: '✓', follows: '↻', incorrect: '✗', invalid: '!', blank: '' } as const
