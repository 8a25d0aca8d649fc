/** What an API key may do. */
import { z } from 'zod'

export const SCOPES = [
  'graphs:read',
  'graphs:write',
  'solutions:read',
  'courses:read',
  'courses:write',
  'attempts:write',
  'progress:read',
  'webhooks:write',
] as const

export const scopeSchema = z.enum(SCOPES)
export type Scope = z.infer<typeof scopeSchema>
