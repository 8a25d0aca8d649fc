/** Things that are asked for one by one and read together. */

/**
 * Makes of a reader of many a reader of one: what is asked for in one turn of the event loop is read at once, the same
 * thing once. Nothing is kept afterwards.
 */
export function createBatch<Asked, Found>(
  keyOf: (asked: Asked) => string,
  readMany: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): (asked: Asked) => Promise<Found> {
  let waiting: Map<string, { readonly asked: Asked; readonly index: number }> | undefined
  let reading: Promise<readonly Found[]> | undefined
  return async asked => {
    if (waiting === undefined || reading === undefined) {
      const begun: NonNullable<typeof waiting> = new Map()
      waiting = begun
      reading = new Promise<void>(resolve => {
        setImmediate(resolve)
      }).then(() => {
        waiting = undefined
        return readMany([...begun.values()].map(one => one.asked))
      })
    }
    const key = keyOf(asked)
    const one = waiting.get(key) ?? { asked, index: waiting.size }
    waiting.set(key, one)
    const found = (await reading)[one.index]
    if (found === undefined) throw new Error('a batch answers less than it was asked for')
    return found
  }
}
