/** The rules that a document is held to beside those of the specification. */
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import { NoSchemaIntrospectionCustomRule, type ValidationContext, type ValidationRule } from 'graphql'
import { documentError } from './errors.js'
import { MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_FAULTS, MAX_TOKENS } from './limits.js'
import { faultOfVariables, type Variables } from './variables.js'

/** How a document is read. */
export const PARSE_OPTIONS = { maxTokens: MAX_TOKENS } as const

/** How many of its faults are told. */
export const VALIDATE_OPTIONS = { maxErrors: MAX_FAULTS } as const

type Context = Pick<ValidationContext, 'reportError'> | null

/** The rules of a schema that may be asked for itself, or may not. */
export function documentRules(introspection: boolean): ValidationRule[] {
  const limit = (n: number, what: string) => ({
    n,
    propagateOnRejection: false,
    onReject: [
      (context: Context) =>
        context?.reportError(documentError('query-too-complex', `A query has at most ${String(n)} ${what}.`)),
    ],
  })
  return [
    maxDepthRule({ ...limit(MAX_DEPTH, 'levels of fields'), flattenFragments: true }),
    // Those of `__typename`, too, which the rule leaves out by itself.
    maxAliasesRule({ ...limit(MAX_ALIASES, 'aliases'), allowList: [] }),
    maxDirectivesRule(limit(MAX_DIRECTIVES, 'directives')),
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ] as ValidationRule[]
}

/** The same for a request: with its variables, which are looked at before GraphQL does. */
export function requestRules(introspection: boolean) {
  const rules = documentRules(introspection)
  return (request: {
    readonly variables?: Variables
    readonly operationName?: string | null | undefined
  }): ValidationRule[] => [
    ...rules,
    context => ({
      Document: document => {
        const fault = faultOfVariables(
          context.getSchema(),
          document,
          request.variables,
          request.operationName,
        )
        if (fault !== undefined) context.reportError(fault)
      },
    }),
  ]
}
