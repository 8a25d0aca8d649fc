/** What a zod schema refuses → faults with codes and JSON pointers. */
import type { z } from 'zod'
import { jsonPointer, MAX_ENTRIES, MAX_INVENTED, type FormCode, type ProblemEntry } from '../errors.js'

type Issue = z.core.$ZodIssue

const CODES: ReadonlyMap<string, FormCode> = new Map([
  ['invalid_type', 'wrong-type'],
  ['too_big', 'out-of-range'],
  ['too_small', 'out-of-range'],
  ['not_multiple_of', 'out-of-range'],
  ['invalid_format', 'wrong-format'],
  ['invalid_value', 'unknown-value'],
  ['invalid_key', 'wrong-format'],
])

/**
 * The faults of a value that does not have the form asked for, their pointers beginning with `prefix`. Of a flood it
 * lists one more than a problem may, so that it can be said that there are more.
 */
export function formFaults(
  input: unknown,
  error: z.core.$ZodError,
  prefix: readonly string[] = [],
): ProblemEntry[] {
  return error.issues.slice(0, MAX_ENTRIES + 1).flatMap(issue => entriesOf(issue, [], input, prefix))
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
    const listed = issue.keys
      .slice(0, MAX_INVENTED)
      .map(key => entry([...path, key], 'unknown-field', 'This field is not known here'))
    const left = issue.keys.length - listed.length
    const more = `${String(left)} more fields are not known here and not listed`
    return left > 0 ? [...listed, entry(path, 'unknown-field', more)] : listed
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
