/**
 * Checks all that is kept beside attempts by counting it again, course by course, while the service goes on: each
 * assignment, and each standing, is looked at as of one moment. Summaries and standings can be put right; attempts and progress
 * are never touched.
 */
import type { AssignmentRepository } from '../database/assignments.js'
import type { CourseRepository } from '../database/courses.js'
import type { RecountRepository } from '../database/recount.js'
import type { TenantRepository } from '../database/tenants.js'
import { countTotals, verifyAssignment } from './verify-assignment.js'
import { verifyStandings } from './verify-standings.js'

export type VerifyServices = {
  readonly tenants: Pick<TenantRepository, 'list'>
  readonly courses: Pick<CourseRepository, 'list'>
  readonly assignments: Pick<AssignmentRepository, 'list'>
  readonly recount: RecountRepository
}

/** Where something differs, by the keys that people know; the learner where it is about one. */
export type PlacedDifference = {
  readonly tenant: string
  readonly course: string
  readonly assignment: string | undefined
  readonly learner: string | undefined
  readonly text: string
}

export type VerifyOptions = {
  /** The key of the one tenant to look at; undefined: all. */
  readonly tenant: string | undefined
  /** Whether summaries and standings that differ are counted anew and stored. */
  readonly repair: boolean
  readonly onDifference: (difference: PlacedDifference) => void
}

/** How much was looked at, how much differs, and how much of that was put right. */
export type Verified = {
  courses: number
  assignments: number
  attempts: number
  differences: number
  repaired: number
}

/** Courses and assignments that are listed at once. */
const PAGE = 200

/** Looks at every assignment, and tells each difference as it is found. */
export async function verify(services: VerifyServices, options: VerifyOptions): Promise<Verified> {
  const verified: Verified = { courses: 0, assignments: 0, attempts: 0, differences: 0, repaired: 0 }
  for (const tenant of await services.tenants.list()) {
    if (options.tenant !== undefined && tenant.key !== options.tenant) continue
    for await (const course of pages(after => services.courses.list(tenant.id, [], after, PAGE))) {
      verified.courses += 1
      const told = (difference: Pick<PlacedDifference, 'assignment' | 'learner' | 'text'>): void => {
        verified.differences += 1
        options.onDifference({ tenant: tenant.key, course: course.key, ...difference })
      }
      await verifyKeys(services, course.id, text => {
        told({ assignment: undefined, learner: undefined, text })
      })
      for await (const { id, key } of pages(after => services.assignments.list(course.id, after, PAGE))) {
        verified.assignments += 1
        const place = { courseId: course.id, assignmentId: id }
        const wrong = await services.recount.look(place, snapshot =>
          verifyAssignment(snapshot, {
            attempt: () => (verified.attempts += 1),
            difference: difference => {
              told({ assignment: key, ...difference })
            },
          }),
        )
        const dead = await services.recount.deadGenerations(place)
        for (const generation of dead) {
          const text = `summary: one is kept of results that do not stand (generation ${generation})`
          told({ assignment: key, learner: undefined, text })
        }
        if (!options.repair) continue
        if (dead.length > 0) {
          await services.recount.dropGenerations(place, dead)
          verified.repaired += dead.length
        }
        if (wrong === undefined || wrong === 0) continue
        if (await services.recount.rebuild(place, countTotals, { onlyMissing: false }))
          verified.repaired += wrong
      }
      // By the progress there is: it was held against the attempts before.
      verified.repaired += await verifyStandings(services.recount, course.id, {
        repair: options.repair,
        difference: difference => {
          told({ assignment: undefined, ...difference })
        },
      })
    }
  }
  return verified
}

/**
 * Counts the summaries of assignments whose attempts are still to be counted, as those of a database from before summaries
 * were kept, whatever was submitted to them since. Answers how many there were. Submissions to an assignment wait while it
 * is counted. Cut off at any moment and begun again, it counts no attempt twice.
 */
export async function countMissing({ recount }: Pick<VerifyServices, 'recount'>): Promise<number> {
  let counted = 0
  let places = await recount.missing(undefined)
  while (places.length > 0) {
    for (const place of places) {
      if (await recount.rebuild(place, countTotals, { onlyMissing: true })) counted += 1
    }
    places = await recount.missing(places.at(-1))
  }
  return counted
}

async function verifyKeys(
  { recount }: Pick<VerifyServices, 'recount'>,
  courseId: string,
  told: (text: string) => void,
): Promise<void> {
  let after = ''
  for (;;) {
    const keys = await recount.keys(courseId, after)
    for (const { keyHash, leadsTo } of keys) {
      if (leadsTo === 'its attempt' || leadsTo === 'erased') continue
      const where = leadsTo === 'nothing' ? 'no attempt' : 'an attempt that has another'
      told(`the idempotency key of hash ${keyHash.slice(0, 16)}… leads to ${where}`)
    }
    const last = keys.at(-1)
    if (last === undefined) return
    after = last.keyHash
  }
}

/** All of a list that is read in pages, by key. */
async function* pages<Item extends { readonly key: string }>(
  next: (after: string) => Promise<readonly Item[]>,
): AsyncGenerator<Item> {
  let after = ''
  for (;;) {
    const page = await next(after)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.key
  }
}
