/** All services over one database. */
import { createAssignmentRepository } from '../database/assignments.js'
import { createAttemptRepository } from '../database/attempts.js'
import { createAttemptWriter } from '../database/attempt-writer.js'
import type { Database } from '../database/client.js'
import { createCourseRepository } from '../database/courses.js'
import { isDatabaseUnavailable } from '../database/faults.js'
import { createGraphRepository } from '../database/graphs.js'
import { createMemberRepository } from '../database/members.js'
import { createProgressRepository } from '../database/progress.js'
import {
  createKeyRepository,
  createTenantRepository,
  type KeyRepository,
  type TenantRepository,
} from '../database/tenants.js'
import type { Effects } from './effects.js'
import { createGraphLibrary } from './graph-library.js'
import type { GraphServices } from './graphs.js'
import type { SubmissionServices } from './submit-attempt.js'

export type Services = SubmissionServices &
  GraphServices & {
    readonly keys: KeyRepository
    readonly tenants: TenantRepository
    /** Whether an error says that the database cannot be reached, rather than that something is wrong. */
    readonly isUnavailable: (error: unknown) => boolean
    /** Resolves when the database answers. */
    readonly ping: () => Promise<void>
  }

export function createServices(
  database: Database,
  options: { readonly effects: Effects; readonly maxNodes: number },
): Services {
  const graphs = createGraphRepository(database)
  return {
    ...options,
    graphs,
    library: createGraphLibrary(graphs),
    courses: createCourseRepository(database),
    members: createMemberRepository(database),
    assignments: createAssignmentRepository(database),
    progress: createProgressRepository(database),
    attempts: createAttemptRepository(database),
    writer: createAttemptWriter(database),
    keys: createKeyRepository(database),
    tenants: createTenantRepository(database),
    isUnavailable: isDatabaseUnavailable,
    ping: async () => {
      await database.$queryRaw`SELECT 1`
    },
  }
}
