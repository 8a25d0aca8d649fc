/** What stands once more in the figure: given values, and entries that are right. */
import type { PageGraph } from '../../contracts/practice.js'
import { entryOf, shownVerdict, type Board } from './board.js'
import { withMinus } from './wording.js'

type Echo = PageGraph['echoes'][number]

/** A number as one types it, without an expression around it. */
const PLAIN_NUMBER = /^[-−+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-−+]?\d+)?$/

/** The nudge that is told in numbers. */
const NUDGE = 0.001

/** What stands at the place of an echo; null: it is left open. */
export function echoText(graph: Pick<PageGraph, 'inputs'>, board: Board, { kind, of }: Echo): string | null {
  if (kind === 'input') {
    const value = graph.inputs.find(({ name }) => name === of)?.value
    return typeof value === 'number' ? withMinus(String(value)) : null
  }
  const entry = shownVerdict(board, of)?.status === 'correct' ? entryOf(board, of) : null
  const text = (board.revealed?.get(of) ?? entry)?.trim() ?? ''
  if (text === '') return null
  if (kind === 'gradient') return withMinus(text)
  if (!PLAIN_NUMBER.test(text)) return null
  if (kind === 'factor') return withMinus(text)
  const thousandth = Number(text.replaceAll('−', '-')) * NUDGE
  // Of 0.1 * 3 only the digits that were meant.
  return withMinus(String(Number(thousandth.toPrecision(12))))
}
