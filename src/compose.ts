/** Puts the services together over one database. */
import { createAssignmentRepository } from './database/assignments.js'
import { createAttemptRepository } from './database/attempts.js'
import type { QueueLimits } from './database/attempt-queue.js'
import { createAttemptWriter, type WriterOptions } from './database/attempt-writer.js'
import type { Database } from './database/client.js'
import { createCourseRepository } from './database/courses.js'
import { isDatabaseOutOfReach, isDatabaseUnavailable } from './database/faults.js'
import { createGraphRepository } from './database/graphs.js'
import { createJobRepository } from './database/jobs.js'
import { createMemberRepository } from './database/members.js'
import { createOverrideRepository } from './database/overrides.js'
import { createProgressRepository } from './database/progress.js'
import type { Reader } from './database/read-replicas.js'
import { createRecountRepository } from './database/recount.js'
import { createRegradingRepository } from './database/regrading.js'
import { createSummaryRepository } from './database/summaries.js'
import { createKeyRepository, createTenantRepository } from './database/tenants.js'
import { createVariantRepository } from './database/variants.js'
import { createAuthentication } from './services/api-keys.js'
import { createAssignmentCache } from './services/assignment-cache.js'
import { countAttempts, countPage, countShare } from './services/count-attempts.js'
import { memberHash } from './services/courses.js'
import type { WriterObserver } from './database/writer-observer.js'
import { createGraphLibrary } from './services/graph-library.js'
import { createJobBell } from './services/job-bell.js'
import type { Services } from './services/services.js'
import { createTurns } from './services/turns.js'
import { createVariantDraw } from './services/variant-draw.js'

/** Every repository over a database, and the services' view of the world. */
export function createServices(
  database: Database,
  {
    writerLimits = {},
    writerDatabase = database,
    reader = () => database,
    observer,
    onCommitted,
    onDeliveries,
    ...options
  }: Pick<Services, 'effects' | 'maxNodes' | 'figures'> & {
    readonly writerLimits?: Partial<QueueLimits>
    /** The same database by connections that nobody else can fill: for submissions, and to ask whether it is there. */
    readonly writerDatabase?: Database
    /** What dashboards read from; the database itself unless it has replicas. */
    readonly reader?: Reader
    readonly observer?: WriterObserver | undefined
  } & Pick<WriterOptions, 'onCommitted' | 'onDeliveries'>,
): Services {
  const graphs = createGraphRepository(database)
  const keys = createKeyRepository(database)
  const assignmentServices = {
    effects: options.effects,
    library: createGraphLibrary(graphs),
    courses: createCourseRepository(database),
    members: createMemberRepository(database, { countShare, newId: options.effects.newId }),
    assignments: createAssignmentRepository(database),
    overrides: createOverrideRepository(database),
    progress: createProgressRepository(database, reader),
  }
  return {
    ...options,
    ...assignmentServices,
    graphs,
    assignmentCache: createAssignmentCache(assignmentServices),
    variants: createVariantRepository(database),
    draws: createVariantDraw(),
    attempts: createAttemptRepository(database, reader),
    writer: createAttemptWriter(writerDatabase, {
      memberHash: (courseId, learner) => Buffer.from(memberHash(courseId, learner)).toString('hex'),
      summarise: countAttempts,
      newId: options.effects.newId,
      limits: writerLimits,
      observer,
      onCommitted,
      onDeliveries,
    }),
    jobs: createJobRepository(database),
    regrading: createRegradingRepository(database, { countPage, newId: options.effects.newId }),
    jobBell: createJobBell(),
    turn: createTurns(),
    summaries: createSummaryRepository(database, reader),
    recount: createRecountRepository(database),
    keys,
    authenticate: createAuthentication(keys, options.effects),
    tenants: createTenantRepository(database),
    isUnavailable: isDatabaseUnavailable,
    isOutOfReach: isDatabaseOutOfReach,
    ping: async () => {
      await writerDatabase.$queryRaw`SELECT 1`
    },
  }
}
