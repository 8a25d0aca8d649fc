/**
 * The registry of refusals: every code that a response can hold, what it means and which HTTP status it has.
 * A code is part of the contract with clients: it may be added, never renamed.
 */
import type { PlaceFault } from './figure/places.js'
import type { PublicationFault } from './grading/published-graph.js'
import type { UnreadableCode } from './grading/read-answer.js'

type ProblemRow = { readonly status: number; readonly title: string }

/** Codes of whole refusals: the `code` of a problem. */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON' },
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP' },
  'invalid-idempotency-key': {
    status: 400,
    title: 'The Idempotency-Key is not 1 to 255 visible ASCII characters',
  },
  'graphql-syntax': { status: 400, title: 'The query is not GraphQL' },
  'graphql-invalid': { status: 400, title: 'The query does not fit the schema' },
  'query-too-complex': { status: 400, title: 'The query asks for more than one query may' },
  'preflight-needed': {
    status: 400,
    title: 'The request lacks a header that a page of another site cannot send',
  },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of this list' },
  'missing-key': { status: 401, title: 'An API key is needed' },
  'unknown-key': { status: 401, title: 'The API key is not known or was revoked' },
  'missing-session': { status: 401, title: "The token of a learner's session is needed" },
  'unknown-session': { status: 401, title: 'The session has ended or is not known' },
  'missing-scope': { status: 403, title: 'The API key lacks the scope for this' },
  'course-not-allowed': { status: 403, title: 'The API key is restricted to other courses' },
  'assignment-not-open': { status: 403, title: 'The assignment is not open yet' },
  'assignment-closed': { status: 403, title: 'The assignment is closed' },
  'no-attempts-left': { status: 403, title: 'No attempts are left' },
  'not-revealed': { status: 403, title: 'What is right in this box is not shown to this learner now' },
  'method-not-allowed': { status: 405, title: 'Only queries can be sent by GET' },
  'route-not-found': { status: 404, title: 'There is nothing at this address' },
  'not-found': { status: 404, title: 'What the address names does not exist' },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was used for another request' },
  'too-many-webhooks': { status: 409, title: 'The tenant has as many webhooks as it may have' },
  'stale-variant': { status: 409, title: 'The variant is no longer current' },
  'learner-erased': { status: 410, title: "The learner's data was erased" },
  'changes-dropped': { status: 410, title: 'What the job would change is no longer kept' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'headers-too-large': { status: 431, title: 'The headers or the address are too long' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'invalid-request': { status: 422, title: 'The request does not have the form asked for' },
  'invalid-graph': { status: 422, title: 'The graph definition cannot be published' },
  'invalid-inputs': { status: 422, title: 'The graph has no finite values at these inputs' },
  'variant-required': { status: 422, title: 'The attempt does not say which variant it answers' },
  'invalid-override': { status: 422, title: 'The override does not fit its assignment' },
  'invalid-assignment': { status: 422, title: 'The assignment does not fit its graph' },
  'invalid-webhook': { status: 422, title: 'The webhook cannot be told what it asks for' },
  'unknown-box': { status: 422, title: 'An answer names a box that is not asked' },
  'unreadable-answer': { status: 422, title: 'An answer cannot be read' },
  'nothing-answered': { status: 422, title: 'No box is answered' },
  undecidable: { status: 422, title: 'An expression has a value at too few inputs to be decided' },
  'too-complex': { status: 422, title: 'The request takes more work than one request may ask for' },
  'figure-too-large': { status: 422, title: 'The graph has too many nodes to be drawn' },
  'too-many-requests': { status: 429, title: 'Too many requests in a short time' },
  'too-many-subscriptions': { status: 429, title: 'Too many subscriptions are open' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'figure-not-drawn': { status: 503, title: 'Drawing the figure took too much time or memory' },
  unavailable: { status: 503, title: 'The service cannot answer right now' },
} as const satisfies Record<string, ProblemRow>

export type ProblemCode = keyof typeof PROBLEMS

/** Faults of form, found by a schema. */
export type FormCode =
  | 'missing-field'
  | 'unknown-field'
  | 'wrong-type'
  | 'not-finite'
  | 'out-of-range'
  | 'wrong-format'
  | 'unknown-value'
  | 'invalid'
  | 'too-deep'
  | 'reserved-name'

/** Faults against what is there: of an assignment or of practice inputs against their graph, of a webhook. */
export type ReferenceCode =
  | 'unknown-graph'
  | 'unknown-version'
  | 'unknown-input'
  | 'unknown-course'
  | 'url-not-allowed'
  | 'closes-before-opening'
  | 'reveal-without-close'
  | 'variant-required'

export type EntryCode =
  | FormCode
  | ReferenceCode
  | 'unknown-box'
  | 'nothing-answered'
  | 'undecidable'
  | UnreadableCode
  | PublicationFault['code']
  | PlaceFault['code']

/** Codes of single faults: the `code` of each of a problem's `errors`. */
export const ENTRIES = {
  'missing-field': 'a field is missing',
  'unknown-field': 'a field is not known here',
  'wrong-type': 'a value has the wrong type',
  'not-finite': 'a number is not finite',
  'ragged-array': 'an array is empty or has rows of different lengths',
  'shape-mismatch': 'the shapes of arrays do not conform',
  'tensor-output': 'the output is an array',
  'out-of-range': 'a value is too small, too large, too short or too long',
  'wrong-format': 'a text does not have the form asked for',
  'unknown-value': 'a value is none of those possible',
  invalid: 'a value is refused for the reason in the message',
  'too-deep': 'the body is nested too deeply',
  'reserved-name': 'a name that objects of the language answer to',
  'unknown-graph': 'there is no graph of that key',
  'unknown-version': 'the graph has no such version',
  'unknown-input': 'the graph has no such input',
  'unknown-course': 'there is no course of that key',
  'url-not-allowed': 'a URL leads where nothing is sent',
  'closes-before-opening': 'closesAt is not after opensAt',
  'reveal-without-close': 'right values are to be revealed after the close, and there is no closesAt',
  'variant-required': 'variants are drawn, and the attempt names none',
  'unknown-box': 'the graph has, or the assignment asks, no box of that id',
  'nothing-answered': 'no box holds an answer',
  syntax: 'an expression cannot be read at the position',
  'two-numbers': 'two numbers or factors stand side by side without an operator',
  'double-star': '** was written for a power; it is ^',
  'unknown-name': 'a name in an expression is not declared',
  'wrong-argument-count': 'a function got too few or too many values',
  'expression-too-long': 'an expression has too many characters',
  'expression-too-deep': 'an expression is nested too deeply',
  'expression-too-large': 'an expression has too many operations',
  'literal-too-long': 'a number has too many digits',
  'exponent-too-large': "a number's exponent is too large",
  'too-complex': 'the request takes too much work',
  'invalid-name': 'a name is not formed as names are',
  'duplicate-name': 'a name is used twice',
  cycle: 'nodes depend on each other in a cycle',
  'unknown-output': 'the output is no node',
  'output-feeds-node': 'the output is used by another node',
  'too-many-nodes': 'the graph has too many nodes',
  'too-many-edges': 'the nodes of the graph have too many operands',
  'domain-error': 'a value or derivative does not exist at the given inputs',
  'box-collision': 'names make two boxes have one id',
  'duplicate-box': 'a box is asked twice',
  'no-box': 'no box is asked',
  'unplaceable-name': 'the figure gives a place to a name that the graph has not',
  'place-taken': 'the figure gives two things one place, or one thing two',
  'place-not-right': 'the figure places a node not to the right of what feeds it',
  'no-weight': 'no box has a weight above 0',
  'not-a-text-or-number': 'an answer is neither text nor number',
  'not-one-number': 'an answer is a list where one number is asked',
  'not-an-array': 'an answer is no array where one is asked',
  'wrong-shape': 'an answer has another shape than the array asked',
  'answer-too-long': 'an answer has too many characters',
  'answer-too-complex':
    'an answer has too many operations, is nested too deeply, or takes too much work to compute',
  'not-a-number': 'an answer is NaN',
  infinite: 'an answer is infinite',
  'too-large': 'an answer is out of the range of numbers',
  'too-many-digits': 'a number in an answer has too many digits',
  separator: 'a comma stands in a number',
  hexadecimal: 'a number is not decimal',
  'graph-name': 'an answer uses a name of the graph',
  'name-not-allowed': 'an expression uses a name that cannot stand in its box',
  undecidable: 'an expression has a value at too few of the inputs tried',
  'outside-domain': 'an answer divides by zero or leaves the domain of a function',
  'not-readable': 'an answer cannot be read as a number or an expression',
} as const satisfies Record<EntryCode, string>

/** One fault: where it lies (a JSON pointer into the body, or into `path`, `query`, `headers`), and what it is. */
export type ProblemEntry = {
  readonly path: string
  readonly code: EntryCode
  readonly message: string
  readonly position?: number
}

/** The most faults that one problem lists; the detail says when there are more. */
export const MAX_ENTRIES = 10_000

/** The most faults listed of what is asked nowhere: names that a client made up, which may be many more than there are. */
export const MAX_INVENTED = 100

/** A refusal on its way to the client. Everything in it may be shown to the caller. */
export class Refusal extends Error {
  readonly code: ProblemCode
  readonly entries: readonly ProblemEntry[]
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number | undefined

  constructor(code: ProblemCode, detail: string, entries: readonly ProblemEntry[] = [], retryAfter?: number) {
    const left = entries.length - MAX_ENTRIES
    super(left > 0 ? `${detail} The last ${String(left)} faults are not listed.` : detail)
    this.name = 'Refusal'
    this.code = code
    this.entries = entries.slice(0, MAX_ENTRIES)
    this.retryAfter = retryAfter
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}

/** Keys and indexes → JSON pointer (RFC 6901). */
export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** What a response says where an address names nothing; the same for what is missing and what is another tenant's. */
export function notFound(): Refusal {
  return new Refusal('not-found', 'There is nothing of that key or id here.')
}

/** What is said to and of someone whose data was erased. */
export function learnerErased(): Refusal {
  return new Refusal('learner-erased', "This learner's data was erased from the course.")
}
