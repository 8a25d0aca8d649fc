/** What tests of GraphQL share: the dashboard's query, and a short way to ask. */
import type { TestService } from './service.js'

/** The query of an instructor's dashboard, as clients send it. */
export const DASHBOARD = `
query Dashboard($course: String!, $first: Int!) {
  course(key: $course) {
    key title
    assignments(first: 50) { edges { node { key points statistics {
      learners completed attempts meanCredit
      boxes { id firstAttempts firstCorrect attempts correct follows difficulty discrimination misconceptions { code count } wrongValues { value count } }
    } } } }
    learners(first: $first, orderBy: CREDIT_ASC) { edges { node { key name progress { assignment attempts credit points lastSubmittedAt } } } pageInfo { hasNextPage endCursor } }
  }
}`

export type GraphqlAnswer = {
  readonly status: number
  readonly data: Record<string, unknown> | null | undefined
  readonly errors: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: {
      readonly code: string
      readonly status: number
      readonly errors?: readonly { readonly path: string; readonly code: string }[]
      readonly retryAfter?: number
    }
  }[]
  readonly text: string
}

/** Sends a query as clients do. */
export async function ask(
  service: TestService,
  key: string | undefined,
  query: string,
  variables?: Record<string, unknown>,
): Promise<GraphqlAnswer> {
  const { status, body, text } = await service.call('POST /graphql', { key, body: { query, variables } })
  const { data, errors = [] } = body as Partial<GraphqlAnswer>
  return { status, data, errors, text }
}

/** The code of the only error of an answer; undefined where there is none. */
export function codeOf({ errors }: GraphqlAnswer): string | undefined {
  return errors[0]?.extensions.code
}
