/** Work of which only some is under way at a time. */

/** Runs what it is given, at most so much at once; the rest in the order in which it came. */
export type AtOnce = <Result>(run: () => Promise<Result> | Result) => Promise<Result>

/** What is run must not wait for what is run after it through the same. */
export function createAtOnce(most: number): AtOnce {
  const waiting: (() => void)[] = []
  let running = 0
  return async run => {
    if (running < most) running += 1
    else {
      // Who ends leaves the place to the next.
      await new Promise<void>(resolve => {
        waiting.push(resolve)
      })
    }
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
