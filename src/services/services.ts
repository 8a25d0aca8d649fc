import type { RecountRepository } from '../database/recount.js'
import type { SummaryRepository } from '../database/summaries.js'
import type { KeyRepository, TenantRepository } from '../database/tenants.js'
import type { Authenticate } from './api-keys.js'
import type { FigureStore } from './draw-figure.js'
import type { JobRunnerServices } from './job-runner.js'
import type { PublishServices } from './publish-graph.js'
import type { SubmissionServices } from './submit-attempt.js'

/** All that the services work with, as the application gets it. */
export type Services = SubmissionServices &
  PublishServices &
  JobRunnerServices & {
    readonly figures: Pick<FigureStore, 'get'>
    readonly keys: KeyRepository
    readonly authenticate: Authenticate
    readonly tenants: TenantRepository
    readonly summaries: SummaryRepository
    readonly recount: RecountRepository
    /** Whether an error says that the database cannot be reached, rather than that something is wrong. */
    readonly isUnavailable: (error: unknown) => boolean
    /** Resolves when the database answers. */
    readonly ping: () => Promise<void>
  }
