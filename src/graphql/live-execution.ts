/** Running a subscription: what subscribes, and for each event that comes of it an execution of its own. */
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { asGraphqlError } from './live-errors.js'

/**
 * What is told of a subscription, or why there is none; never rejects. `contextValue` makes a context. Each event has a context of its own: a subscription
 * stands for hours, and neither what was read for one event nor how long that took is the next one's.
 */
export async function runSubscription(
  args: ExecutionArgs,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const createContext = args.contextValue as () => unknown // By ExecutionArgs it may be anything.
  try {
    const stream = await createSourceEventStream({ ...args, contextValue: createContext() })
    if (!(Symbol.asyncIterator in stream)) return stream
    return resultsOf(stream[Symbol.asyncIterator](), event =>
      Promise.resolve(execute({ ...args, rootValue: event, contextValue: createContext() })),
    )
  } catch (error) {
    return { errors: [asGraphqlError(error)] }
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
