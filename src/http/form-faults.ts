/** Faults of form: what a zod schema refuses → entries of a problem with codes and JSON pointers. */
import type { z } from 'zod'
import { jsonPointer, MAX_ENTRIES, Refusal, type FormCode, type ProblemEntry } from '../errors.js'

/** The part of a request that a schema stands for. */
export type RequestPart = 'body' | 'params' | 'querystring' | 'headers'

type Issue = z.core.$ZodIssue

const PREFIX: Record<RequestPart, readonly string[]> = {
  body: [],
  params: ['path'],
  querystring: ['query'],
  headers: ['headers'],
}

const CODES: ReadonlyMap<string, FormCode> = new Map([
  ['invalid_type', 'wrong-type'],
  ['too_big', 'out-of-range'],
  ['too_small', 'out-of-range'],
  ['not_multiple_of', 'out-of-range'],
  ['invalid_format', 'wrong-format'],
  ['invalid_value', 'unknown-value'],
  ['invalid_key', 'wrong-format'],
])

/** The refusal for a part of a request that does not have the form asked for. */
export function formRefusal(part: RequestPart, input: unknown, error: z.core.$ZodError): Refusal {
  const listed = error.issues.slice(0, MAX_ENTRIES + 1) // One more, so that the refusal says that there are more.
  const entries = listed.flatMap(issue => entriesOf(issue, [], input, PREFIX[part]))
  const [first] = entries
  if (entries.some(entry => entry.path === '/query/cursor')) {
    return new Refusal('invalid-cursor', 'A list takes one cursor.', entries)
  }
  if (part === 'headers') return new Refusal('invalid-idempotency-key', first?.message ?? '', entries)
  const where = first === undefined || first.path === '' ? '' : ` at ${first.path}`
  const more = entries.length > 1 ? ` (and ${String(entries.length - 1)} more)` : ''
  return new Refusal('invalid-request', `${first?.message ?? 'Invalid'}${where}${more}.`, entries)
}

function entriesOf(
  issue: Issue,
  outer: readonly PropertyKey[],
  input: unknown,
  prefix: readonly string[],
): ProblemEntry[] {
  const path = [...outer, ...issue.path]
  const entry = (at: readonly PropertyKey[], code: FormCode, message: string): ProblemEntry => ({
    path: jsonPointer([...prefix, ...at.map(part => (typeof part === 'symbol' ? '' : part))]),
    code,
    message,
  })
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => entry([...path, key], 'unknown-field', 'This field is not known here'))
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors)
    if (branch === undefined) return [entry(path, 'wrong-type', issue.message)]
    return branch.flatMap(inner => entriesOf(inner, path, input, prefix))
  }
  const value = valueAt(input, path)
  if (issue.code === 'invalid_type' && path.length === 0 && (input === undefined || input === null)) {
    return [entry(path, 'missing-field', 'A JSON body is needed')]
  }
  if (issue.code === 'invalid_type' && value === undefined)
    return [entry(path, 'missing-field', 'This field is missing')]
  if (issue.code === 'invalid_type' && typeof value === 'number' && !Number.isFinite(value)) {
    return [entry(path, 'not-finite', 'This number is not finite')]
  }
  return [entry(path, CODES.get(issue.code) ?? 'invalid', issue.message)]
}

/**
 * Of a union's alternatives the one that was meant: of the right kind of value, then the one whose first fault lies
 * deepest, as that of an array of arrays, then the one with the fewest faults.
 */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const rank = (branch: readonly Issue[]): readonly number[] => {
    const depth = branch.reduce(
      (least, issue) => Math.min(least, issue.path.length),
      Number.POSITIVE_INFINITY,
    )
    return [
      branch.some(issue => issue.code === 'invalid_type' && issue.path.length === 0) ? 1 : 0,
      -depth,
      branch.length,
    ]
  }
  const ranked = branches.map(branch => ({ branch, rank: rank(branch) }))
  ranked.sort(
    (a, b) => a.rank.map((value, index) => value - (b.rank[index] ?? 0)).find(order => order !== 0) ?? 0,
  )
  return ranked[0]?.branch
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}
