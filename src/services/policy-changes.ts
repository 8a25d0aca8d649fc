/** What is decided under an assignment's policy, and decided again where the policy has changed by the time it is written. */
import { Refusal } from '../errors.js'

/** Changes that may come between before the caller is asked to try again. */
const MAX_TRIES = 20

/** Tries until no change of the assignment comes between; each try reads the policy anew. Throws `unavailable`. */
export async function underPresentPolicy<Result>(
  attempt: () => Promise<Result | 'policy-changed'>,
): Promise<Result> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const result = await attempt()
    if (result !== 'policy-changed') return result
  }
  throw new Refusal('unavailable', 'Too many changes of this assignment at once; please try again.', [], 1)
}
