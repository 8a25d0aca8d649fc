/**
 * Work that is done one piece after another, each in a turn of the event loop of its own, in between which all else is
 * answered. Whoever asks for much waits behind themselves alone: parties take turns.
 */
import { setImmediate as afterThisTurn, setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../errors.js'

export type FairLineOptions = {
  /** The most that wait for one party, and for all together. */
  readonly mostEach?: number
  readonly mostInAll?: number
  /** Milliseconds, from any moment on; for tests. */
  readonly now?: () => number
}

/** A class behind one address asks at once, and a thousand questions are a few seconds of work. */
const MOST_EACH = 400
const MOST_IN_ALL = 1_000

/** Work after which nobody has to wait: most is done in less. */
const SHORT_MILLISECONDS = 2

type Job = { readonly run: () => void; readonly refuse: () => void; readonly isWanted: () => boolean }

export type FairLine = {
  /**
   * Does a piece of work for a party. Refuses with `unavailable` where too many wait: of a line that is full in all, the
   * party that asks for most gives way. What is not wanted any more when its turn has come is left undone.
   */
  readonly take: <Result>(party: string, work: () => Result, isWanted?: () => boolean) => Promise<Result>
  /** How many wait. */
  readonly waiting: () => number
}

/** After work that took its time the line rests for as long, so that it never has more than half of a process. */
export function createFairLine(options: FairLineOptions = {}): FairLine {
  const { mostEach = MOST_EACH, mostInAll = MOST_IN_ALL, now = () => performance.now() } = options
  /** In the order in which their turns come. */
  const parties = new Map<string, Job[]>()
  let waiting = 0
  let isAtWork = false
  let restUntil = Number.NEGATIVE_INFINITY

  const next = (): Job | undefined => {
    const [found] = parties
    if (found === undefined) return undefined
    const [party, jobs] = found
    const job = jobs.shift()
    parties.delete(party)
    if (jobs.length > 0) parties.set(party, jobs)
    waiting -= 1
    return job
  }

  const goOn = async (): Promise<void> => {
    while (waiting > 0) {
      const rest = restUntil - now()
      await (rest > 0 ? sleep(rest) : afterThisTurn())
      const job = next()
      if (job?.isWanted() === false) job.refuse()
      else if (job !== undefined) {
        const start = now()
        job.run()
        const end = now()
        if (end - start >= SHORT_MILLISECONDS) restUntil = end + (end - start)
      }
    }
    isAtWork = false
  }

  /** Whether there is room for one more of a party, after another has made it if need be. */
  const makeRoom = (party: string): boolean => {
    if ((parties.get(party)?.length ?? 0) >= mostEach) return false
    if (waiting < mostInAll) return true
    let [longest, most] = [party, parties.get(party)?.length ?? 0]
    for (const [other, { length }] of parties) if (length > most) [longest, most] = [other, length]
    if (longest === party) return false
    parties.get(longest)?.pop()?.refuse()
    waiting -= 1
    return true
  }

  return {
    take<Result>(party: string, work: () => Result, isWanted: () => boolean = () => true): Promise<Result> {
      return new Promise<Result>((resolve, reject) => {
        const refuse = (): void => {
          reject(new Refusal('unavailable', 'Too much is asked right now; please try again.', [], 1))
        }
        if (!makeRoom(party)) {
          refuse()
          return
        }
        const run = (): void => {
          try {
            resolve(work())
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)))
          }
        }
        const jobs = parties.get(party)
        if (jobs === undefined) parties.set(party, [{ run, refuse, isWanted }])
        else jobs.push({ run, refuse, isWanted })
        waiting += 1
        if (isAtWork) return
        isAtWork = true
        void goOn()
      })
    },

    waiting: () => waiting,
  }
}
