/**
 * Assignments with their policies, kept in this process so that a submission need not read them. What is kept may be
 * old: whoever stores something under it has it checked by its revision when it is committed, and whoever would refuse
 * something by it reads the assignment first.
 */
import { LRUCache } from 'lru-cache'
import type { StoredAssignment } from '../database/assignments.js'
import { Refusal } from '../errors.js'
import { findAssignment, policyOf, type AssignmentPolicy, type AssignmentServices } from './assignments.js'
import type { Principal } from './principal.js'

/** An assignment as it is kept. */
export type KeptAssignment = {
  readonly courseId: string
  readonly assignment: StoredAssignment
  readonly policy: AssignmentPolicy
}

export type AssignmentCache = ReturnType<typeof createAssignmentCache>

/** An assignment counts 10, each of its weights 1: some 2 kB and 100 bytes. */
const MAX_SIZE = 100_000
const SIZE_OF_ASSIGNMENT = 10

/** An empty cache over the stored assignments. */
export function createAssignmentCache(services: AssignmentServices) {
  const kept = new LRUCache<string, KeptAssignment, Principal>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ policy }) => SIZE_OF_ASSIGNMENT + (policy.weights?.size ?? 0),
    ignoreFetchAbort: true,
    fetchMethod: async (place, _stale, { context }) => {
      const [, course = '', key = ''] = place.split('/')
      const found = await findAssignment(services, context, course, key)
      return { ...found, policy: policyOf(found.assignment) }
    },
  })
  // Keys have no slash.
  const placeOf = ({ tenantId }: Principal, course: string, key: string) => `${tenantId}/${course}/${key}`
  return {
    /** The assignment as it is, or lately was; undefined where there is none now. */
    async find(principal: Principal, course: string, key: string): Promise<KeptAssignment | undefined> {
      const place = placeOf(principal, course, key)
      const known = kept.get(place)
      if (known !== undefined) return known
      try {
        return await kept.forceFetch(place, { context: principal })
      } catch (error) {
        if (error instanceof Refusal) return undefined
        throw error
      }
    },

    /** Forgets an assignment that has become another. */
    drop(principal: Principal, course: string, key: string): void {
      kept.delete(placeOf(principal, course, key))
    },
  }
}
