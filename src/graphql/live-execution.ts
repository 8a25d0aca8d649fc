/** Running a subscription: what subscribes, and for each event that comes of it an execution. */
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { LRUCache } from 'lru-cache'
import { sha256Hex } from '../services/hash.js'
import type { Principal } from '../services/principal.js'
import { asGraphqlError } from './live-errors.js'

/** Answers that are kept for those who are told the same, and milliseconds for which they are. */
const MOST_SHARED = 200
const SHARED_MILLISECONDS = 3_000

/** What a subscription is run with. */
export type LiveContext = {
  /**
   * Makes a context. Each event has one of its own: a subscription stands for hours, and neither what was read for one event
   * nor how long that took is the next one's.
   */
  readonly create: () => unknown
  /** Alike for those who would be answered the same: with the same document and variables, by the same key and rights. */
  readonly sharedBy: string
}

/** What is alike for those who ask the same with the same rights, and for nobody else. */
export function sharedByOf(
  { keyId, scopes, courses }: Principal,
  {
    query,
    operationName,
    variables,
  }: { readonly query: unknown; readonly operationName?: unknown; readonly variables?: unknown },
): string {
  const parts = [keyId, [...scopes], courses, query, operationName, variables]
  return sha256Hex(...parts.map(part => JSON.stringify(part ?? null)))
}

/**
 * Runs subscriptions. Answers what is told of one, or why there is none; never rejects. An event that many are given, who would
 * all be answered the same, is executed once.
 */
export function createSubscriptionRunner() {
  const names = new WeakMap<object, string>()
  let events = 0
  // For a moment: what a slow client is told is not what was read long ago for a quick one.
  const answers = new LRUCache<string, Promise<ExecutionResult>>({
    max: MOST_SHARED,
    ttl: SHARED_MILLISECONDS,
  })

  const share = (
    event: unknown,
    sharedBy: string,
    run: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> => {
    if (typeof event !== 'object' || event === null) return run()
    const name = names.get(event) ?? String((events += 1))
    names.set(event, name)
    const key = `${name}/${sharedBy}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = run()
    answers.set(key, answer)
    answer.catch(() => {
      if (answers.peek(key) === answer) answers.delete(key)
    })
    return answer
  }

  return async (args: ExecutionArgs): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> => {
    const { create, sharedBy } = args.contextValue as LiveContext // By ExecutionArgs it may be anything.
    const run = async (event: unknown): Promise<ExecutionResult> =>
      execute({ ...args, rootValue: event, contextValue: create() })
    try {
      const stream = await createSourceEventStream({ ...args, contextValue: create() })
      if (!(Symbol.asyncIterator in stream)) return stream
      return resultsOf(stream[Symbol.asyncIterator](), event => share(event, sharedBy, () => run(event)))
    } catch (error) {
      return { errors: [asGraphqlError(error)] }
    }
  }
}

const DONE = { done: true, value: undefined } as const

/** What comes of each event. A generator could be ended only once it has given what it waits for: this ends at once. */
function resultsOf(
  events: AsyncIterator<unknown>,
  run: (event: unknown) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> {
  const results: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => results,
    next: async () => {
      const next = await events.next()
      return next.done === true ? DONE : { done: false, value: await run(next.value) }
    },
    return: async () => {
      await events.return?.()
      return DONE
    },
  }
  return results
}
