/** Submissions to a fleet, what was acknowledged of them, and what is stored. */
import { randomUUID } from 'node:crypto'
import { onServer } from '../support/server.js'
import { RIGHT } from '../support/stored-attempts.js'
import type { Fleet } from './fleet.js'

/** What learners type on lab-network1: all right, and two slips. */
const SHEETS: readonly Readonly<Record<string, string>>[] = [
  RIGHT,
  { c: '-4', a: '4', d: '3', J: '9/2', dJ_dd: '2.5', dd_da: '1', dJ_da: '3', da_dc: '1', dJ_dc: '-3' },
]

export type Acknowledged = {
  readonly id: string
  readonly learner: string
  readonly number: number
  readonly credit: number
  readonly maxPoints: number
  readonly progress: { readonly attempts: number; readonly credit: number }
}

export type Submission = {
  readonly course: string
  readonly learner: string
  /** Which of the sheets; all right unless said otherwise. */
  readonly sheet?: number
  readonly idempotencyKey?: string
}

/** Status 0: the connection ended without an answer. */
export type Outcome = { readonly status: number; readonly text: string; readonly replayed: boolean }

export function call(
  fleet: Fleet,
  route: string,
  options: { readonly body?: object; readonly at?: string; readonly key?: string } = {},
) {
  const [method = 'GET', address = ''] = route.split(' ')
  return fetch((options.at ?? fleet.url) + address, {
    method,
    headers: { authorization: `Bearer ${options.key ?? fleet.key}`, 'content-type': 'application/json' },
    body: options.body === undefined ? null : JSON.stringify(options.body),
  })
}

/** A course with the assignment `lab` under a policy. */
export async function makeCourse(fleet: Fleet, policy: object = {}): Promise<string> {
  const course = `course-${randomUUID()}`
  await putOrFail(fleet, `/v1/courses/${course}`, { title: 'A course' })
  await putPolicy(fleet, course, policy)
  return course
}

export async function putPolicy(fleet: Fleet, course: string, policy: object, at = fleet.url): Promise<void> {
  await putOrFail(fleet, `/v1/courses/${course}/assignments/lab`, { graph: 'lab-network1', ...policy }, at)
}

async function putOrFail(fleet: Fleet, address: string, body: object, at = fleet.url): Promise<void> {
  const answer = await call(fleet, `PUT ${address}`, { body, at })
  if (!answer.ok) throw new Error(`PUT ${address}: ${String(answer.status)} ${await answer.text()}`)
}

/** Sends it once, through the balancer or to one replica. */
export async function submit(fleet: Fleet, submission: Submission, at = fleet.url): Promise<Outcome> {
  const { course, learner, sheet = 0, idempotencyKey } = submission
  try {
    const answer = await fetch(`${at}/v1/courses/${course}/assignments/lab/attempts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${fleet.key}`,
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify({ learner, answers: SHEETS[sheet % SHEETS.length] }),
    })
    const text = await answer.text()
    return { status: answer.status, text, replayed: answer.headers.get('idempotent-replayed') === 'true' }
  } catch (error) {
    return { status: 0, text: `${String(error)}: ${String((error as Error).cause)}`, replayed: false }
  }
}

export function acknowledged(outcome: Outcome): Acknowledged {
  if (outcome.status !== 201) throw new Error(`not acknowledged: ${String(outcome.status)} ${outcome.text}`)
  return JSON.parse(outcome.text) as Acknowledged
}

export type Stored = { readonly id: string; readonly learner: string; readonly number: number }

/** What is in the table, by learner and number. */
export function storedAttempts({ database }: Fleet, course: string): Promise<Stored[]> {
  return onServer<Stored>(
    database,
    `SELECT attempts.id, attempts.learner, attempts.number FROM attempts
     JOIN courses ON courses.id = attempts.course_id WHERE courses.key = $1 ORDER BY 2, 3`,
    [course],
  )
}

/** The learners whose attempts are not numbered 1..n without a gap, or whose progress does not count them. */
export async function miscounted(fleet: Fleet, course: string): Promise<string[]> {
  const rows = await onServer<{ learner: string }>(
    fleet.database,
    `SELECT coalesce(counted.learner, progress.learner) AS learner
     FROM (SELECT course_id, learner, count(*) AS attempts, min(number) AS first, max(number) AS last,
             sum(earned_millionths) AS earned, max(earned_millionths) AS best
           FROM attempts GROUP BY course_id, learner) AS counted
     FULL JOIN progress ON progress.course_id = counted.course_id AND progress.learner = counted.learner
     JOIN courses ON courses.id = coalesce(counted.course_id, progress.course_id)
     WHERE courses.key = $1 AND (counted.first, counted.last, counted.attempts, counted.earned, counted.best)
       IS DISTINCT FROM (1, counted.attempts, progress.attempts, progress.sum_millionths, progress.best_millionths)`,
    [course],
  )
  return rows.map(({ learner }) => learner)
}
