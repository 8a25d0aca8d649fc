/** Tenants that have a class, with the same keys and other contents, and what they ask of it over GraphQL. */
import { ask, type GraphqlAnswer } from './graphql.js'
import type { FieldCase } from './graphql-fields.js'
import { connect } from './live.js'
import type { TestService } from './service.js'

export type TestClass = {
  readonly tenantId: string
  readonly key: string
  /** Begins every title and name. */
  readonly name: string
  /** What an assignment is worth, and an override gives. */
  readonly points: number
  /** How often the learner ada has tried, and with what credit. */
  readonly attempts: number
  readonly credit: number
  /** The first of these attempts, and a job. */
  readonly attempt: string
  readonly job: string
}

function definitionOf(name: string) {
  return {
    title: `${name} Square`,
    inputs: [{ name: 'w', role: 'parameter', value: 3 }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
  }
}

/** Makes a tenant with a class: the keys are those of every such class, titles, names and numbers its own. */
export async function createClass(
  service: TestService,
  { name, points, attempts }: Pick<TestClass, 'name' | 'points' | 'attempts'>,
): Promise<TestClass> {
  const { id, key } = await service.tenant(name.toLowerCase())
  const send = async (route: string, body: unknown): Promise<unknown> => {
    const answer = await service.call(route, { key, body })
    if (answer.status >= 300) throw new Error(`${route} answered ${answer.text}`)
    return answer.body
  }
  await send('PUT /v1/graphs/a-square', definitionOf(name))
  for (const course of ['Algebra', 'Geometry']) {
    const url = `/v1/courses/${course.toLowerCase()}`
    await send(`PUT ${url}`, { title: `${name} ${course}` })
    await send(`PUT ${url}/assignments/week-1`, { graph: 'a-square', points })
    await send(`PUT ${url}/members/ada`, { role: 'learner', name: `${name} Ada` })
  }
  await send('PUT /v1/courses/geometry/assignments/once', { graph: 'a-square', maxAttempts: points })
  const ids: string[] = []
  let credit = 0
  for (let number = 1; number <= attempts; number++) {
    // One box is right, and of whoever tries once only, both.
    const answers = { J: '9', dJ_dw: attempts === 1 ? '6' : '5' }
    const body = { learner: 'ada', answers }
    const stored = await send('POST /v1/courses/algebra/assignments/week-1/attempts', body)
    ids.push((stored as { id: string }).id)
    credit = (stored as { credit: number }).credit
  }
  const job = (await send('POST /v1/courses/geometry/assignments/once/regrade', {})) as { id: string }
  const made = { tenantId: id, key, name, points, attempts, credit, attempt: ids[0]!, job: job.id }
  await enrolBob(service, made)
  return made
}

/** Gives the class what deletions take away. */
export async function enrolBob(service: TestService, { key }: TestClass): Promise<void> {
  await service.call('PUT /v1/courses/geometry/members/bob', { key, body: { role: 'learner' } })
  await service.call('PUT /v1/courses/geometry/assignments/week-1/overrides/bob', { key, body: {} })
}

/** What stands for something in a class, or in what is answered of it, with that in its place. */
export function placed<Value>(value: Value, of: TestClass): Value {
  const numbers = { POINTS: of.points, LEFT: of.points - 1, TRIED: of.attempts, CREDIT: of.credit }
  let text = JSON.stringify(value)
  for (const [word, number] of Object.entries(numbers)) {
    text = text.replaceAll(`"${word}"`, String(number)).replaceAll(word, String(number))
  }
  text = text.replaceAll('NAME', of.name).replaceAll('ATTEMPT', of.attempt).replaceAll('JOB', of.job)
  return JSON.parse(text) as Value
}

/**
 * Asks for a field, of the class given, by the way that it is for. A subscription answers an error, or no data while it
 * waits; a connection that is refused answers why, with the status 401.
 */
export async function askField(
  service: TestService,
  key: string | undefined,
  { query }: FieldCase,
  of: TestClass,
): Promise<GraphqlAnswer> {
  const text = placed(query, of)
  if (!text.startsWith('subscription')) {
    const variables = text.includes('$definition') ? { definition: definitionOf(of.name) } : undefined
    return ask(service, key, text, variables)
  }
  const client = await connect(service, key)
  const errors = (await client.subscribe(text)) as GraphqlAnswer['errors']
  const refused = client.closed()
  client.close()
  if (refused === undefined) return { status: 200, data: undefined, errors, text: JSON.stringify(errors) }
  const extensions = { code: refused.reason, status: 401 }
  return { status: 401, data: undefined, errors: [{ message: '', extensions }], text: '' }
}
