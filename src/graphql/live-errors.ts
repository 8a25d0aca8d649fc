/** Errors of subscriptions. */
import { GraphQLError } from 'graphql'

/** Whatever was thrown, as the error that is told of it. */
export function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  const originalError = error instanceof Error ? error : new Error('not an error')
  return new GraphQLError(originalError.message, { originalError })
}
