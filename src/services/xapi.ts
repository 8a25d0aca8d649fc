/**
 * Events as statements of xAPI 1.0.3. Ids of tenants, courses and assignments are uuids, and stand here as URNs: a statement
 * names nothing that its receiver could mistake for an address. The id of a statement follows from the event, so that a
 * record store that is told twice keeps one.
 */
import { v5 as uuidv5 } from 'uuid'
import type { Told } from './webhook-message.js'

/** The namespace of our statements' ids: any uuid, the same for ever. */
const STATEMENTS = '0f6f0f3e-5a0e-4b5a-9f0c-7c5a3d6e2b41'

const VERBS = {
  'attempt.graded': { id: 'http://adlnet.gov/expapi/verbs/answered', display: { en: 'answered' } },
  'assignment.completed': { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
  'regrade.finished': { id: 'http://adlnet.gov/expapi/verbs/scored', display: { en: 'scored' } },
} as const

/** Who did something, and where that name is theirs: keys of learners are their tenant's. */
type Account = { readonly homePage: string; readonly name: string }

const urn = (uuid: string): string => `urn:uuid:${uuid}`

/** A learner's attempt, or that it was the first with everything right. */
export function attemptStatement(told: Extract<Told, { attempt: unknown }>) {
  const { type, attempt } = told
  const { credit, points, maxPoints } = attempt
  return {
    id: uuidv5(`${type}/${attempt.id}`, STATEMENTS),
    ...common(told, { homePage: urn(told.place.tenantId), name: attempt.learner }),
    result: {
      // What was earned, lateness included; without points to earn, how much was right.
      score: {
        scaled: maxPoints > 0 ? Math.round((1e6 * points) / maxPoints) / 1e6 : credit,
        raw: points,
        min: 0,
        max: maxPoints,
      },
      success: credit === 1,
      completion: attempt.progress.completed,
    },
    timestamp: attempt.submittedAt,
  }
}

/** That all attempts on an assignment were graded again. */
export function regradeStatement(told: Extract<Told, { job: unknown }>) {
  const { type, job } = told
  return {
    id: uuidv5(`${type}/${job.id}`, STATEMENTS),
    ...common(told, { homePage: urn(STATEMENTS), name: 'chainmark' }),
    result: { completion: true },
    timestamp: job.finishedAt ?? job.createdAt,
  }
}

function common({ type, place, courseId, assignmentId }: Told, account: Account) {
  const { courseTitle, assignmentTitle } = place
  return {
    actor: { objectType: 'Agent', account },
    verb: VERBS[type],
    object: activity(assignmentId, assignmentTitle, 'http://adlnet.gov/expapi/activities/assessment'),
    context: {
      platform: 'Chainmark',
      contextActivities: {
        parent: [activity(courseId, courseTitle, 'http://adlnet.gov/expapi/activities/course')],
      },
    },
    version: '1.0.0',
  }
}

function activity(id: string, title: string, type: string) {
  return { objectType: 'Activity', id: urn(id), definition: { name: { en: title }, type } }
}
