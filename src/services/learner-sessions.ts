/**
 * Sessions of learners: an assignment opened for one learner by a token that ends soon, for a page that an LMS embeds or
 * links. The token is random and kept as a hash. It dies with its time, with the API key that made it and with the learner,
 * and is asked about at every request: nothing of it is believed from one to the next.
 */
import type { CreatedSession, SessionBody } from '../contracts/learn.js'
import type { LearnerSessionRepository, StoredSession } from '../database/learner-sessions.js'
import { learnerErased } from '../errors.js'
import { findAssignment, type AssignmentServices } from './assignments.js'
import type { BackgroundOptions } from './background-loop.js'
import { memberHash } from './courses.js'
import type { Effects } from './effects.js'
import { createFolder } from './folder.js'
import { sha256 } from './hash.js'
import type { Principal } from './principal.js'
import { lengthenId, shortenId } from './short-ids.js'
import type { Submission } from './submit-attempt.js'

export type SessionServices = { readonly sessions: LearnerSessionRepository }

const PREFIX = 'cl_'
const SECRET_BYTES = 32
/** The course's id, so that a look-up names its course, and the secret; both in base64url. */
const TOKEN_PATTERN = /^cl_([A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43}$/

/** Sessions that ended this long ago are forgotten; until then their tokens are known to have ended. */
const REMEMBERED_MILLISECONDS = 24 * 3_600_000
/** Sessions that are taken away at once. */
const PURGED_AT_ONCE = 1_000
/** Milliseconds between two looks for sessions to take away. */
const PURGE_REST_MILLISECONDS = 3_600_000

/** One learner's page on one assignment, and who opened it. */
export type LearnerSession = {
  /** The API key that made the session, as far as the session goes. */
  readonly principal: Principal
  readonly course: { readonly key: string; readonly title: string }
  readonly assignment: string
  readonly learner: { readonly key: string; readonly name: string | null }
  readonly expiresAt: Date
}

/** What a token is known as. */
export type KnownSession =
  { readonly kind: 'open'; readonly session: LearnerSession } | { readonly kind: 'ended' }

/** Tells whose session a token is; undefined for one that is malformed or not known (any more). */
export type AuthenticateSession = (token: string) => Promise<KnownSession | undefined>

/** Whether a text has the form of a session's token, rather than of an API key or anything else. */
export function isSessionToken(text: string): boolean {
  return text.startsWith(PREFIX)
}

/**
 * Opens an assignment for a learner, who is enrolled if need be, at an origin (`https://chainmark.example`). Throws
 * `not-found` and `learner-erased`.
 */
export async function createSession(
  services: AssignmentServices & SessionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  { learner, ttlSeconds }: SessionBody,
  origin: string,
): Promise<CreatedSession> {
  const { effects, sessions } = services
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const now = effects.now()
  const token = newToken(courseId, effects)
  const expiresAt = new Date(now + ttlSeconds * 1_000)
  const kept = await sessions.keep(
    { courseId, learner, learnerHash: memberHash(courseId, learner) },
    { tokenHash: sha256(token), assignmentId: assignment.id, keyId: principal.keyId, expiresAt },
    new Date(now),
  )
  if (!kept) throw learnerErased()
  return { token, url: `${origin}/learn#${token}`, expiresAt: expiresAt.toISOString() }
}

/** What the learner of a session submits, as a submission to its assignment. */
export function submissionIn(
  { course, assignment, learner }: LearnerSession,
  {
    body,
    idempotencyKey: key,
    ...sent
  }: Pick<Submission, 'idempotencyKey' | 'receivedAt' | 'bytes'> & {
    readonly body: Omit<Submission['body'], 'learner'>
  },
): Submission {
  return {
    ...sent,
    course: course.key,
    assignment,
    body: { ...body, learner: learner.key },
    // No key of an API key has a space: a learner can neither take one of theirs nor find out about it.
    idempotencyKey: key === undefined ? undefined : `session ${assignment} ${learner.key} ${key}`,
  }
}

/** Sessions by their tokens, as they are stored at each moment. */
export function createSessionAuthentication(
  sessions: Pick<LearnerSessionRepository, 'find'>,
  { now }: Pick<Effects, 'now'>,
): AuthenticateSession {
  return async token => {
    const courseId = courseIdIn(token)
    if (courseId === undefined) return undefined
    // Nobody learns anything of a token from how long it takes to find its hash.
    const stored = await sessions.find(courseId, sha256(token))
    if (stored === undefined) return undefined
    if (stored.revoked || stored.expiresAt.getTime() <= now()) return { kind: 'ended' }
    return { kind: 'open', session: sessionOf(stored) }
  }
}

/** What takes away sessions that ended long ago; at rest until it is started or told to do a step. */
export function createSessionPurge(
  { sessions, effects }: SessionServices & { readonly effects: Pick<Effects, 'now' | 'randomBytes'> },
  options: BackgroundOptions,
) {
  const endedBefore = (): Date => new Date(effects.now() - REMEMBERED_MILLISECONDS)
  return createFolder(
    {
      find: (order, most) => sessions.toPurge(endedBefore(), order, most),
      fold: ({ courseId }) => sessions.purge(courseId, endedBefore(), PURGED_AT_ONCE),
      restMilliseconds: PURGE_REST_MILLISECONDS,
    },
    effects,
    options,
  )
}

function newToken(courseId: string, { randomBytes }: Pick<Effects, 'randomBytes'>): string {
  return PREFIX + shortenId(courseId) + Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')
}

function courseIdIn(token: string): string | undefined {
  const course = TOKEN_PATTERN.exec(token)?.[1]
  return course === undefined ? undefined : lengthenId(course)
}

function sessionOf(stored: StoredSession): LearnerSession {
  return {
    principal: {
      keyId: stored.keyId,
      tenantId: stored.tenantId,
      scopes: new Set(['attempts:write']),
      courses: [stored.courseKey],
    },
    course: { key: stored.courseKey, title: stored.courseTitle },
    assignment: stored.assignmentKey,
    learner: { key: stored.learner, name: stored.learnerName },
    expiresAt: stored.expiresAt,
  }
}
