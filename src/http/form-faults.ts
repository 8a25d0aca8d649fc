/** Faults of form: what a zod schema refuses of a request → the refusal that answers it. */
import type { z } from 'zod'
import { Refusal, type ProblemEntry } from '../errors.js'
import { formFaults } from '../services/form-faults.js'

/** The part of a request that a schema stands for. */
export type RequestPart = 'body' | 'params' | 'querystring' | 'headers'

const PREFIX: Record<RequestPart, readonly string[]> = {
  body: [],
  params: ['path'],
  querystring: ['query'],
  headers: ['headers'],
}

/** The refusal for a part of a request that does not have the form asked for. */
export function formRefusal(part: RequestPart, input: unknown, error: z.core.$ZodError): Refusal {
  const entries = formFaults(input, error, PREFIX[part])
  const [first] = entries
  if (entries.some(entry => entry.path === '/query/cursor')) {
    return new Refusal('invalid-cursor', 'A list takes one cursor.', entries)
  }
  if (part === 'headers') return new Refusal('invalid-idempotency-key', first?.message ?? '', entries)
  return formRefusalOf(entries)
}

/** The refusal for faults of form. */
export function formRefusalOf(entries: readonly ProblemEntry[]): Refusal {
  const [first] = entries
  const where = first === undefined || first.path === '' ? '' : ` at ${first.path}`
  const more = entries.length > 1 ? ` (and ${String(entries.length - 1)} more)` : ''
  return new Refusal('invalid-request', `${first?.message ?? 'Invalid'}${where}${more}.`, entries)
}
