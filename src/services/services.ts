import type { RecountRepository } from '../database/recount.js'
import type { StandingRepository } from '../database/standings.js'
import type { StatisticsRepository } from '../database/statistics.js'
import type { SummaryRepository } from '../database/summaries.js'
import type { KeyRepository, TenantRepository } from '../database/tenants.js'
import type { Authenticate } from './api-keys.js'
import type { CourseFeeds } from './course-feed.js'
import type { FigureStore } from './draw-figure.js'
import type { JobRunnerServices } from './job-runner.js'
import type { AuthenticateSession, SessionServices } from './learner-sessions.js'
import type { LearnerServices } from './learners.js'
import type { PublishServices } from './publish-graph.js'
import type { SubmissionServices } from './submit-attempt.js'
import type { DeliveryServices } from './webhook-deliveries.js'

/** All that the services work with, as the application gets it. */
export type Services = SubmissionServices &
  PublishServices &
  DeliveryServices &
  JobRunnerServices &
  LearnerServices &
  SessionServices & {
    readonly figures: Pick<FigureStore, 'get'>
    readonly keys: KeyRepository
    readonly authenticate: Authenticate
    readonly authenticateSession: AuthenticateSession
    readonly tenants: TenantRepository
    readonly summaries: SummaryRepository
    readonly standings: StandingRepository
    readonly statistics: StatisticsRepository
    readonly recount: RecountRepository
    readonly feeds: CourseFeeds
    /** Whether an error says that the database cannot be reached, rather than that something is wrong. */
    readonly isUnavailable: (error: unknown) => boolean
    /** Resolves when the database answers. */
    readonly ping: () => Promise<void>
  }
