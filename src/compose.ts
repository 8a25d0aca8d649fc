/** Puts the services together over one database. */
import { createAssignmentRepository } from './database/assignments.js'
import { createAttemptRepository } from './database/attempts.js'
import { createAttemptWriter } from './database/attempt-writer.js'
import type { Database } from './database/client.js'
import { createCourseRepository } from './database/courses.js'
import { isDatabaseOutOfReach, isDatabaseUnavailable } from './database/faults.js'
import { createGraphRepository } from './database/graphs.js'
import { createJobRepository } from './database/jobs.js'
import { createMemberRepository } from './database/members.js'
import { createOverrideRepository } from './database/overrides.js'
import { createProgressRepository } from './database/progress.js'
import { createRegradingRepository } from './database/regrading.js'
import { createKeyRepository, createTenantRepository } from './database/tenants.js'
import { createVariantRepository } from './database/variants.js'
import { createGraphLibrary } from './services/graph-library.js'
import { createJobBell } from './services/job-bell.js'
import type { Services } from './services/services.js'
import { createVariantDraw } from './services/variant-draw.js'

/** Every repository over a database, and the services' view of the world. */
export function createServices(
  database: Database,
  options: Pick<Services, 'effects' | 'maxNodes' | 'figures'>,
): Services {
  const graphs = createGraphRepository(database)
  return {
    ...options,
    graphs,
    library: createGraphLibrary(graphs),
    courses: createCourseRepository(database),
    members: createMemberRepository(database),
    assignments: createAssignmentRepository(database),
    overrides: createOverrideRepository(database),
    variants: createVariantRepository(database),
    draws: createVariantDraw(),
    progress: createProgressRepository(database),
    attempts: createAttemptRepository(database),
    writer: createAttemptWriter(database),
    jobs: createJobRepository(database),
    regrading: createRegradingRepository(database),
    jobBell: createJobBell(),
    keys: createKeyRepository(database),
    tenants: createTenantRepository(database),
    isUnavailable: isDatabaseUnavailable,
    isOutOfReach: isDatabaseOutOfReach,
    ping: async () => {
      await database.$queryRaw`SELECT 1`
    },
  }
}
