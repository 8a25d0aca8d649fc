/** What a learner's page shows of an assignment: what is asked, whether it takes answers, how far they are. No answer before it is due. */
import type { AssignmentView } from '../contracts/course.js'
import type { Language } from '../contracts/languages.js'
import type { SessionView } from '../contracts/learn.js'
import type { StoredAssignment } from '../database/assignments.js'
import { viewAssignment, type AssignmentPolicy } from './assignments.js'
import { sha256Hex } from './hash.js'
import type { LearnerSession } from './learner-sessions.js'
import { pageGraphOf } from './page-graph.js'
import type { Services } from './services.js'
import {
  findSessionWork,
  type LastAttempt,
  type SessionWorkServices,
  type ShownGraph,
} from './session-work.js'

type PageServices = SessionWorkServices & Pick<Services, 'figures'>

/**
 * A session as its page shows it in a language, at a time in milliseconds since 1970. Dates and attempts are those that
 * hold for this learner. Before the assignment opens nothing of what is asked is shown, and no variant is drawn: the graph
 * has its title and no boxes.
 */
export async function readSession(
  services: PageServices,
  session: LearnerSession,
  { time, language }: { readonly time: number; readonly language: Language },
): Promise<SessionView> {
  const { course, learner } = session
  const work = await findSessionWork(services, session, time, 'draw')
  const { courseId, assignment, policy, attempts, progress, shown, last, revealed } = work
  const page =
    shown === undefined
      ? await nothingAsked(services, assignment)
      : await pageGraphOf(services, shown.graph, {
          language,
          ...(shown.inputs === undefined ? {} : { inputs: shown.inputs }),
        })
  return {
    subject: subjectOf(courseId, assignment, learner.key, shown),
    attemptsSubject: sha256Hex('session-attempts', courseId, assignment.id, learner.key),
    now: new Date(time).toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    course: { title: course.title },
    assignment: viewFor(viewAssignment(assignment), policy),
    learner,
    state: work.state,
    variant: shown?.variant ?? '',
    number: attempts + 1,
    // What an attempt under this feedback would not be told is not told here either.
    progress: progress === undefined || policy.feedback === 'none' ? null : progress,
    graph: page.graph,
    svg: page.svg,
    last: shown === undefined || last === undefined ? null : viewLast(last, shown),
    revealed: [...revealed],
  }
}

/** The attempt made last; of what was typed in it, what stands in boxes that are shown. */
function viewLast({ stored, result, isOfShown }: LastAttempt, { graph }: ShownGraph): SessionView['last'] {
  const { number, late, submittedAt } = stored
  const answers = stored.answers as Readonly<Record<string, unknown>> // Written by submissions alone.
  return {
    number,
    submittedAt: submittedAt.toISOString(),
    late,
    isOfShown,
    answers: Object.fromEntries(Object.entries(answers).filter(([id]) => graph.published.boxes.has(id))),
    result,
  }
}

/** What is shown before there is anything to answer. */
async function nothingAsked(
  services: PageServices,
  { graphId, graphVersion }: StoredAssignment,
): Promise<Pick<SessionView, 'graph' | 'svg'>> {
  const { key, version, definition } = await services.library.pinned(graphId, graphVersion)
  const graph = {
    key,
    version,
    title: definition.title,
    inputs: [],
    nodes: [],
    output: '',
    boxes: [],
    echoes: [],
    valuesApart: false,
    figure: null,
  }
  return { graph, svg: null }
}

/** The same for all sessions of a learner that ask the same: what is typed in one is found in the next. */
function subjectOf(
  courseId: string,
  assignment: StoredAssignment,
  learner: string,
  shown: ShownGraph | undefined,
): string {
  const { graphId, version } = shown?.graph ?? { ...assignment, version: assignment.graphVersion }
  const { id } = assignment
  const variant = shown?.variant ?? ''
  return sha256Hex('session-subject', courseId, id, learner, graphId, String(version), variant)
}

/** What a learner is told of an assignment, with their own dates and attempts. */
function viewFor(view: AssignmentView, policy: AssignmentPolicy): SessionView['assignment'] {
  const isoOf = (milliseconds: number | null): string | null =>
    milliseconds === null ? null : new Date(milliseconds).toISOString()
  const { key, title, points, feedback } = view
  return {
    key,
    title,
    points,
    opensAt: isoOf(policy.opensAt),
    dueAt: isoOf(policy.dueAt),
    closesAt: isoOf(policy.closesAt),
    maxAttempts: policy.maxAttempts,
    feedback,
  }
}
