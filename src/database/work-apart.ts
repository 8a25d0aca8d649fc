/** Work that is done beside the writer's flushes, so that none of these waits for it. */

/**
 * `held`: submissions to an assignment that somebody has alone. `search`: a group of which somebody waits for a lock
 * that another transaction has. `alone`: one learner's, of whom it was found that it is they who wait.
 */
export type WorkKind = 'held' | 'search' | 'alone'

type Work = () => Promise<unknown>

/**
 * Does so many pieces of work at once; where more wait, that of a kind which has the least under way comes first. Says so
 * whenever one is over.
 */
export function createWorkApart(most: number, onOver: () => void) {
  const lane = () => ({ waiting: [] as Work[], underWay: 0 })
  const lanes = { held: lane(), search: lane(), alone: lane() }
  let underWay = 0

  const start = (): void => {
    while (underWay < most) {
      const [next] = Object.values(lanes)
        .filter(({ waiting }) => waiting.length > 0)
        .sort((a, b) => a.underWay - b.underWay)
      const work = next?.waiting.shift()
      if (next === undefined || work === undefined) return
      underWay += 1
      next.underWay += 1
      void work().then(() => {
        underWay -= 1
        next.underWay -= 1
        start()
        onOver()
      })
    }
  }

  return {
    /** Has something done, which does not reject. */
    add(kind: WorkKind, work: Work): void {
      lanes[kind].waiting.push(work)
      start()
    },

    isIdle: (): boolean => underWay === 0,
  }
}
