/** So many things at once: what comes later waits its turn. */
export type Slots = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Slots for `count` at once, handed on in the order of asking. */
export function createSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
