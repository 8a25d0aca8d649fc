/** Puts the services together over one database. */
import { createAssignmentRepository } from './database/assignments.js'
import { createAttemptFeedRepository } from './database/attempt-feed.js'
import { createAttemptRepository } from './database/attempts.js'
import type { QueueLimits } from './database/attempt-queue.js'
import { createAttemptWriter, type WriterOptions } from './database/attempt-writer.js'
import type { Database } from './database/client.js'
import { createCourseRepository } from './database/courses.js'
import { isDatabaseOutOfReach, isDatabaseUnavailable } from './database/faults.js'
import { createGraphRepository } from './database/graphs.js'
import { createJobRepository } from './database/jobs.js'
import { createLearnerSessionRepository } from './database/learner-sessions.js'
import { createLearnerRepository } from './database/learners.js'
import { notifyServers, type ListenForHints } from './database/live-hints.js'
import { createMemberRepository } from './database/members.js'
import { createOverrideRepository } from './database/overrides.js'
import { createProgressRepository } from './database/progress.js'
import type { Reader } from './database/read-replicas.js'
import { createRecountRepository } from './database/recount.js'
import { createRegradingRepository } from './database/regrading.js'
import { createStatisticsRepository } from './database/statistics.js'
import { createStandingRepository } from './database/standings.js'
import { createSummaryRepository } from './database/summaries.js'
import { createKeyRepository, createTenantRepository } from './database/tenants.js'
import { createVariantRepository } from './database/variants.js'
import { createDeliveryRepository } from './database/webhook-deliveries.js'
import { createWebhookRepository } from './database/webhooks.js'
import { createAuthentication } from './services/api-keys.js'
import { createAssignmentCache } from './services/assignment-cache.js'
import { createBell } from './services/bell.js'
import { countAttempts, countPage, countShare } from './services/count-attempts.js'
import { createCourseFeeds } from './services/course-feed.js'
import { memberHash } from './services/courses.js'
import type { WriterObserver } from './database/writer-observer.js'
import type { DeliveryBell } from './services/delivery-bell.js'
import { createGraphLibrary } from './services/graph-library.js'
import { createSessionAuthentication } from './services/learner-sessions.js'
import { pauseFor } from './services/live-clock.js'
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
    webhookUrls = { allowPrivate: false },
    listen = listenToNobody,
    onFeedError = () => undefined,
    ...options
  }: Pick<Services, 'effects' | 'maxNodes' | 'figures'> & {
    readonly writerLimits?: Partial<QueueLimits>
    /** The same database by connections that nobody else can fill: for submissions, and to ask whether it is there. */
    readonly writerDatabase?: Database
    /** What dashboards read from; the database itself unless it has replicas. */
    readonly reader?: Reader
    readonly observer?: WriterObserver | undefined
    /** Where webhooks may point; to the public internet unless it is said. */
    readonly webhookUrls?: Services['webhookUrls']
    /** Hears what servers tell each other was committed; without it, those who watch wait until the tables are looked at. */
    readonly listen?: ListenForHints
    /** Told what failed for those who watch courses. */
    readonly onFeedError?: (error: unknown) => void
  } & Pick<WriterOptions, 'onCommitted' | 'onDeliveries'>,
): Services {
  const graphs = createGraphRepository(database)
  const keys = createKeyRepository(database)
  const sessions = createLearnerSessionRepository(database)
  const deliveryBell: DeliveryBell = createBell()
  const feeds = createCourseFeeds({
    repository: createAttemptFeedRepository(database),
    listen,
    notify: payload => notifyServers(database, payload),
    newId: options.effects.newId,
    now: options.effects.monotonic,
    pause: pauseFor,
    onError: onFeedError,
  })
  const assignmentServices = {
    effects: options.effects,
    feeds,
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
      onCommitted: attempts => {
        feeds.tell({ kind: 'attempts', attempts })
        onCommitted?.(attempts)
      },
      onDeliveries: courseIds => {
        deliveryBell.ring(courseIds)
        onDeliveries?.(courseIds)
      },
    }),
    jobs: createJobRepository(database),
    regrading: createRegradingRepository(database, { countPage, newId: options.effects.newId }),
    jobBell: createBell(),
    standingBell: createBell(),
    turn: createTurns(),
    summaries: createSummaryRepository(database, reader),
    standings: createStandingRepository(database),
    learners: createLearnerRepository(reader),
    statistics: createStatisticsRepository(reader),
    recount: createRecountRepository(database),
    webhooks: createWebhookRepository(database),
    webhookUrls,
    deliveries: createDeliveryRepository(database),
    deliveryBell,
    feeds,
    keys,
    authenticate: createAuthentication(keys, options.effects),
    sessions,
    authenticateSession: createSessionAuthentication(sessions, options.effects),
    tenants: createTenantRepository(database),
    isUnavailable: isDatabaseUnavailable,
    isOutOfReach: isDatabaseOutOfReach,
    ping: async () => {
      await writerDatabase.$queryRaw`SELECT 1`
    },
  }
}

const listenToNobody: ListenForHints = () => ({ stop: () => Promise.resolve() })
