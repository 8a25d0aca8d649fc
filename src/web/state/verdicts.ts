/** Answers of the server → the verdicts that a board shows. */
import type { BoxStatus, Entries, Remark, Verdict } from './board.js'
import type { ProblemEntry } from './persistent.js'

type GradedEntry = { readonly status: BoxStatus }

/** A graded box as any policy answers it. */
export type AnsweredBox = {
  readonly id: string
  readonly status: BoxStatus
  readonly entries?: readonly GradedEntry[] | readonly (readonly GradedEntry[])[] | undefined
  readonly feedback?: readonly Remark[]
  readonly expected?: unknown
}

/** The verdicts of graded boxes on the entries that were sent. */
export function verdictsOf(boxes: readonly AnsweredBox[], sent: Entries): ReadonlyMap<string, Verdict> {
  return new Map(
    boxes.map(({ id, status, entries, feedback = [], expected }): [string, Verdict] => [
      id,
      {
        status,
        entry: sent.get(id) ?? '',
        remarks: feedback,
        partly: entries === undefined ? null : partly(entries.flat()),
        expected: expected === undefined ? null : textOf(expected),
      },
    ]),
  )
}

/** The verdicts of a refusal that lists what cannot be read, box by box. */
export function verdictsOfRefusal(
  errors: readonly ProblemEntry[],
  sent: Entries,
): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>()
  for (const { path, code, message } of errors) {
    const box = boxOfPath(path)
    if (box === undefined || verdicts.has(box)) continue
    const remarks = [{ code, message }]
    verdicts.set(box, {
      status: 'invalid',
      entry: sent.get(box) ?? '',
      remarks,
      partly: null,
      expected: null,
    })
  }
  return verdicts
}

/** Entries as the body of a request: box id → what was typed. */
export function answersOf(entries: Entries): Record<string, string> {
  return Object.fromEntries(entries)
}

function partly(entries: readonly GradedEntry[]) {
  return { right: entries.filter(({ status }) => status === 'correct').length, all: entries.length }
}

/** Answers that were stored, as they stand in their boxes; what was left blank is none. */
export function entriesOf(answers: Readonly<Record<string, unknown>>): Entries {
  return new Map(
    Object.entries(answers).flatMap(([box, typed]) => {
      const text = typed === null ? '' : textOf(typed)
      return text.trim() === '' ? [] : [[box, text] as const]
    }),
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The box that a JSON pointer such as `/answers/dJ_da` leads to. */
function boxOfPath(path: string): string | undefined {
  const box = /^\/answers\/([^/]+)/.exec(path)?.[1]
  return box?.replaceAll('~1', '/').replaceAll('~0', '~')
}
