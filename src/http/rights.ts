/**
 * What each route asks of a key: the one table of rights. A route that is not in it cannot be registered.
 */
import type { Scope } from '../contracts/scopes.js'

/**
 * A scope that the key must have, any key at all where what is asked for decides the rest, the token of a learner's session
 * in the place of a key, or open to anyone.
 */
export type Right = Scope | 'any-key' | 'session' | 'open'

/** A route, what it asks, and whether it hands attempts over to be stored. */
type Row = readonly [route: string, right: Right, submits?: 'submits']

const ROWS: readonly Row[] = [
  ['GET /v1/graphs', 'graphs:read'],
  ['GET /v1/graphs/:graph', 'graphs:read'],
  ['PUT /v1/graphs/:graph', 'graphs:write'],
  ['GET /v1/graphs/:graph/figure.svg', 'graphs:read'],
  ['GET /v1/graphs/:graph/solution', 'solutions:read'],
  ['POST /v1/graphs/:graph/grade', 'graphs:read'],
  ['POST /v1/evaluate', 'solutions:read'],
  ['GET /v1/courses', 'courses:read'],
  ['GET /v1/courses/:course', 'courses:read'],
  ['PUT /v1/courses/:course', 'courses:write'],
  ['GET /v1/courses/:course/members', 'courses:read'],
  ['PUT /v1/courses/:course/members/:member', 'courses:write'],
  ['DELETE /v1/courses/:course/members/:member', 'courses:write'],
  ['GET /v1/courses/:course/assignments', 'courses:read'],
  ['GET /v1/courses/:course/assignments/:assignment', 'courses:read'],
  ['PUT /v1/courses/:course/assignments/:assignment', 'courses:write'],
  ['GET /v1/courses/:course/assignments/:assignment/overrides', 'courses:read'],
  ['PUT /v1/courses/:course/assignments/:assignment/overrides/:learner', 'courses:write'],
  ['DELETE /v1/courses/:course/assignments/:assignment/overrides/:learner', 'courses:write'],
  ['GET /v1/courses/:course/assignments/:assignment/solution', 'solutions:read'],
  ['GET /v1/courses/:course/assignments/:assignment/variants/:learner', 'attempts:write'],
  // It opens no more than the key itself does: answers of one learner to one assignment.
  ['POST /v1/courses/:course/assignments/:assignment/sessions', 'attempts:write'],
  ['POST /v1/courses/:course/assignments/:assignment/attempts', 'attempts:write', 'submits'],
  ['POST /v1/courses/:course/assignments/:assignment/attempts/batch', 'attempts:write', 'submits'],
  ['GET /v1/courses/:course/assignments/:assignment/attempts', 'progress:read'],
  ['GET /v1/courses/:course/assignments/:assignment/attempts/:id', 'progress:read'],
  ['GET /v1/courses/:course/assignments/:assignment/attempts.ndjson', 'progress:read'],
  ['POST /v1/courses/:course/assignments/:assignment/regrade', 'courses:write'],
  ['GET /v1/jobs/:id', 'courses:write'],
  // It holds what learners have earned.
  ['GET /v1/jobs/:id/changes', 'progress:read'],
  ['GET /v1/courses/:course/progress', 'progress:read'],
  ['GET /v1/courses/:course/learners/:learner/progress', 'progress:read'],
  ['GET /v1/courses/:course/gradebook.csv', 'progress:read'],
  ['GET /v1/courses/:course/overview', 'progress:read'],
  ['GET /v1/courses/:course/assignments/:assignment/statistics', 'progress:read'],
  ['GET /v1/webhooks', 'webhooks:write'],
  ['GET /v1/webhooks/:webhook', 'webhooks:write'],
  ['PUT /v1/webhooks/:webhook', 'webhooks:write'],
  ['DELETE /v1/webhooks/:webhook', 'webhooks:write'],
  ['POST /v1/webhooks/:webhook/rotate', 'webhooks:write'],
  ['GET /v1/webhooks/:webhook/deliveries', 'webhooks:write'],
  ['POST /v1/webhooks/:webhook/deliveries/:id/resend', 'webhooks:write'],
  ['GET /learn/session', 'session'],
  ['GET /learn/steps', 'session'],
  ['POST /learn/check', 'session'],
  ['POST /learn/attempts', 'session', 'submits'],
  // What its fields need stands in graphql/rights.ts.
  ['GET /graphql', 'any-key'],
  ['POST /graphql', 'any-key'],
  // Pages, and what they ask about graphs that are public: others are not there.
  ['GET /', 'open'],
  ['GET /graphs/:graph', 'open'],
  ['GET /learn', 'open'],
  ['GET /practice/graphs', 'open'],
  ['GET /practice/graphs/:graph', 'open'],
  ['POST /practice/graphs/:graph/grade', 'open'],
  ['GET /practice/graphs/:graph/steps', 'open'],
  ['GET /practice/graphs/:graph/reveal', 'open'],
  ['GET /practice/graphs/:graph/cascade', 'open'],
  ['GET /livez', 'open'],
  ['GET /readyz', 'open'],
  ['GET /openapi.json', 'open'],
  ['GET /docs', 'open'],
]

export const RIGHTS: ReadonlyMap<string, Right> = new Map(ROWS.map(([route, right]) => [route, right]))

/** Routes that are of no use while no attempt can be taken: their requests are refused before anything is done for them. */
export const SUBMISSIONS: ReadonlySet<string> = new Set(
  ROWS.filter(([, , submits]) => submits === 'submits').map(([route]) => route),
)
