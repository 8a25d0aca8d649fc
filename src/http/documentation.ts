/** The OpenAPI document, made from the same zod schemas that check requests, and a page to read it. */
import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { ENTRIES, PROBLEMS } from '../errors.js'
import { RIGHTS } from './rights.js'

function describeCodes(): string {
  const problems = Object.entries(PROBLEMS).map(
    ([code, row]) => `| \`${code}\` | ${String(row.status)} | ${row.title} |`,
  )
  const entries = Object.entries(ENTRIES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  const folded = (summary: string, header: string, rows: readonly string[]): string =>
    `<details>\n<summary>${summary}</summary>\n\n${header}\n${rows.join('\n')}\n\n</details>`
  return [
    'Grades back-propagation: publishes computation graphs, grades the boxes a learner filled in, keeps every attempt.',
    'Send `Authorization: Bearer cm_…` with every request under `/v1`; what a key may do is its scopes, named below.',
    "Under `/learn` the token of a learner's session, `cl_…`, stands in the place of the key.",
    'Refusals are `application/problem+json`; their `code` is stable, and `errors` say what is wrong where.',
    folded('Codes of problems', '| code | status | title |\n|---|---|---|', problems),
    folded('Codes of the errors in a problem', '| code | meaning |\n|---|---|', entries),
  ].join('\n\n')
}

type RouteDocument = {
  readonly description?: string
  readonly response: Readonly<Record<string, { readonly description?: string }>>
}

/** Statuses of refusals: the classes, and those that a client waits after. */
const REFUSED = /^([45]xx|429|503)$/i

const RETRY_AFTER = { description: 'seconds to wait before trying again', schema: { type: 'integer' } }

/** Refusals are of their own media type, and successes go by the name of their status. */
function describeAnswer(status: string, answer: { readonly description?: string }): [string, object] {
  const { description = STATUS_CODES[status] ?? '' } = answer
  if (!REFUSED.test(status)) return [status, { ...answer, description }]
  const headers = /xx$/i.test(status) ? {} : { headers: { 'Retry-After': RETRY_AFTER } }
  return [status, { description, ...headers, content: { 'application/problem+json': { schema: answer } } }]
}

/** Collects the routes registered after it. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Chainmark', version: '1', description: describeCodes(), license: { name: 'MIT' } },
      tags: [
        { name: 'graphs', description: 'Published computation graphs' },
        { name: 'courses', description: 'Courses, their members and assignments' },
        { name: 'attempts', description: 'The main job: graded submissions' },
        { name: 'progress', description: 'How far learners have come' },
        { name: 'webhooks', description: 'Being told of events' },
        { name: 'sessions', description: "Learners' pages: an assignment opened for one learner" },
      ],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', bearerFormat: 'cm_…' },
          session: { type: 'http', scheme: 'bearer', bearerFormat: 'cl_…' },
        },
      },
    },
    transform: input => {
      const { schema, url } = jsonSchemaTransform(input)
      const right = RIGHTS.get(`${[input.route.method].flat()[0] ?? ''} ${input.url}`)
      // What is not REST is not described here, and hidden.
      if (right === undefined || right === 'open' || right === 'any-key') return { schema, url }
      const { description, response } = schema as RouteDocument
      const scope = right === 'session' ? "Needs the token of a learner's `session`." : `Scope: \`${right}\`.`
      return {
        schema: {
          ...schema,
          description: description === undefined ? scope : `${description} ${scope}`,
          security: [right === 'session' ? { session: [] } : { key: [] }],
          response: Object.fromEntries(
            Object.entries(response).map(([status, answer]) => describeAnswer(status, answer)),
          ),
        },
        url,
      }
    },
  })
}

/** The document and the page. Their routes stand outside it. */
export async function registerDocumentation(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: '',
    // Without the bar on top, which would offer to load other documents.
    uiConfig: { layout: 'BaseLayout', defaultModelsExpandDepth: 0, tryItOutEnabled: true },
    theme: { title: 'Chainmark API' },
    // Everything the page needs comes from this service; the page styles itself inline.
    staticCSP: {
      'default-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'self'"],
    },
  })
}
