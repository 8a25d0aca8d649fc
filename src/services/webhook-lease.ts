/** A course's lease, as its holder sees it. */
import type { DeliveryRepository } from '../database/webhook-deliveries.js'
import type { Effects } from './effects.js'

/** How much of a lease may be over when a request begins, which may take a third of one. */
const FRESH_PART = 1 / 6

/** A lease that is nobody's yet. */
export function createLease(
  deliveries: Pick<DeliveryRepository, 'takeLease' | 'leaseMilliseconds'>,
  { monotonic }: Pick<Effects, 'monotonic'>,
  { courseId, owner }: { readonly courseId: string; readonly owner: string },
) {
  const fresh = FRESH_PART * deliveries.leaseMilliseconds
  let takenAt = monotonic()
  let lost = false
  let renewing: Promise<boolean> | undefined
  const take = async (): Promise<boolean> => {
    // From before it was asked for: it may have been granted at once and answered late.
    const asked = monotonic()
    lost = !(await deliveries.takeLease(courseId, owner))
    takenAt = asked
    return !lost
  }
  return {
    take,

    /** Whether it is ours, for long enough to send something. */
    keep: async (): Promise<boolean> => {
      if (lost) return false
      if (monotonic() - takenAt < fresh) return true
      renewing ??= take().finally(() => {
        renewing = undefined
      })
      return renewing
    },

    isLost: (): boolean => lost,
  }
}
