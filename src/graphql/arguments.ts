/** Arguments are checked by the schemas that check the bodies of REST. */
import type { z } from 'zod'
import { formRefusalOf } from '../http/form-faults.js'
import { formFaults } from '../services/form-faults.js'

/** What a schema makes of arguments; throws `invalid-request`, with where each fault lies below `path`. */
export function checkArguments<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  path: readonly string[] = [],
): z.output<Schema> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw formRefusalOf(formFaults(given, result.error, path))
}
