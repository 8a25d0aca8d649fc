/** The demo: a tenant, a course with an assignment for each built-in graph, a class at work, and a key to try them with. */
import { SCOPES } from '../contracts/scopes.js'
import { assignmentBodySchema } from '../contracts/course.js'
import { Refusal } from '../errors.js'
import { createKey, createTenant } from './api-keys.js'
import { seedDemoClass } from './demo-class.js'
import { putAssignment } from './put-assignment.js'
import { findCourse, putCourse } from './courses.js'
import { createSession } from './learner-sessions.js'
import type { Services } from './services.js'
import type { Principal } from './principal.js'

const DEMO = 'demo'

/** Where the demo's key is kept between starts: the database holds only its hash. */
export type KeyStore = {
  readonly read: () => Promise<string | undefined>
  readonly write: (key: string) => Promise<void>
}

/** Makes whatever of the demo is missing, and answers a key that works. What is there already is left as it is. */
export async function seedDemo(services: Services, store: KeyStore): Promise<string> {
  const { tenants, effects } = services
  const tenant =
    (await tenants.find(DEMO)) ??
    (await createTenant(tenants, effects, { key: DEMO, name: 'Demo' })) ??
    (await tenants.find(DEMO)) // Another process made it between the two.
  if (tenant === undefined) throw new Error('the demo tenant can be neither found nor made')
  const principal: Principal = { keyId: '', tenantId: tenant.id, scopes: new Set(SCOPES), courses: [] }
  await seedCourse(services, principal)
  await seedDemoClass(services, principal)
  return findOrMakeKey(services, tenant.id, store)
}

/**
 * The address at which an assignment of the demo opens for a learner, as an LMS links it, for a day; undefined where that
 * is refused, as it is once the learner is erased or the assignment of another's making.
 */
export async function openDemoSession(
  services: Services,
  key: string,
  origin: string,
): Promise<string | undefined> {
  const principal = await services.authenticate(key)
  if (principal === undefined) throw new Error('the key of the demo does not work')
  const path = { course: DEMO, assignment: 'lab-network1' }
  const body = { learner: 'student-42', ttlSeconds: 86_400 }
  try {
    return (await createSession(services, principal, path, body, origin)).url
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function seedCourse(services: Services, principal: Principal): Promise<void> {
  const existing = await services.courses.find(principal.tenantId, DEMO)
  if (existing === undefined) await putCourse(services, principal, DEMO, { title: 'Demo course' })
  const course = await findCourse(services, principal, DEMO)
  for (const key of await services.graphs.builtInKeys()) {
    if ((await services.assignments.find(course.id, key)) !== undefined) continue
    await putAssignment(services, principal, DEMO, key, assignmentBodySchema.parse({ graph: key }))
  }
}

async function findOrMakeKey(
  { keys, authenticate, effects }: Services,
  tenantId: string,
  store: KeyStore,
): Promise<string> {
  const kept = await store.read()
  if (kept !== undefined && (await authenticate(kept))?.tenantId === tenantId) return kept
  const { key } = await createKey(keys, effects, { tenantId, name: 'demo key', scopes: SCOPES, courses: [] })
  await store.write(key)
  return key
}
