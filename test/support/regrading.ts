/** A class whose attempts are graded again, and how tests look at what came of it. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { ChangeView, JobView } from '../../src/contracts/job.js'
import type { LearnerProgress } from '../../src/contracts/attempt.js'
import { createJobRunner, type JobRunner, type JobRunnerServices } from '../../src/services/job-runner.js'
import { createTestService, START, type TestService } from './service.js'

export const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const HOUR = 3_600_000

export type Submitted = { readonly learner: string; readonly answers: object; readonly hour: number }

/** Attempts on lab-network0: right, wrong, nearly right, wrong and consistent, blank; early and late; several a learner. */
export const CLASS: readonly Submitted[] = [
  { learner: 'ada', answers: { a: '11.004', J: '100' }, hour: 0 },
  { learner: 'bob', answers: RIGHT, hour: 1 },
  { learner: 'ada', answers: { ...RIGHT, dJ_dw: '67' }, hour: 2 },
  { learner: 'cyd', answers: { a: '12', J: '144', dJ_da: '24', da_dw: '3', dJ_dw: '72' }, hour: 2 },
  { learner: 'bob', answers: { a: '11' }, hour: 3 },
  { learner: 'ada', answers: { a: '11', J: '121.5' }, hour: 5 },
  { learner: 'dan', answers: { J: '120', dJ_dw: '-66' }, hour: 5 },
  { learner: 'bob', answers: { J: '121.2', a: '10.98', da_dw: '3.01' }, hour: 6 },
]

/** What teachers read of an attempt. */
export type ReadAttempt = {
  readonly id: string
  readonly learner: string
  readonly number: number
  readonly credit: number
  readonly points: number
  readonly maxPoints: number
  readonly late: boolean
  readonly boxes: readonly { readonly id: string; readonly status: string }[]
  readonly progress: object
}

/** The short ways of a teacher with a key of all scopes in the course `algebra`. */
export function createTeacher(service: TestService, key: string) {
  let assignments = 0
  const call = async (route: string, body?: object) => {
    const answer = await service.call(route, { key, ...(body === undefined ? {} : { body }) })
    expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300)
    return answer
  }
  const pages = async <Item>(url: string): Promise<Item[]> => {
    const items: Item[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await call(`GET ${url}?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      const { items: more, nextCursor } = page.body as { items: Item[]; nextCursor: string | null }
      items.push(...more)
      cursor = nextCursor
    }
    return items
  }
  const teacher = {
    call,
    /** A new assignment; answers its URL. */
    assign: async (policy: object = {}): Promise<string> => {
      assignments += 1
      const url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
      await teacher.change(url, policy)
      return url
    },
    change: (url: string, policy: object = {}) => call(`PUT ${url}`, { graph: 'lab-network0', ...policy }),
    submit: async (url: string, { learner, answers, hour }: Submitted) => {
      service.clock.now = START + hour * HOUR
      return (await call(`POST ${url}/attempts`, { learner, answers })).body as ReadAttempt
    },
    submitAll: async (url: string, submitted: readonly Submitted[] = CLASS) => {
      for (const one of submitted) await teacher.submit(url, one)
    },
    /** Asks for a regrading. */
    regrade: async (url: string, body: object = {}) =>
      (await call(`POST ${url}/regrade`, body)).body as JobView,
    job: async (id: string) => (await call(`GET /v1/jobs/${id}`)).body as JobView,
    changes: (id: string) => pages<ChangeView>(`/v1/jobs/${id}/changes`),
    attempts: (url: string) => pages<ReadAttempt>(`${url}/attempts`),
    /** The progress of all learners on one assignment, by learner. */
    progress: async (url: string) => {
      const rows = await pages<LearnerProgress>('/v1/courses/algebra/progress')
      const name = url.slice(url.lastIndexOf('/') + 1)
      return new Map(
        rows.flatMap(({ learner, progress }) =>
          progress.filter(entry => entry.assignment === name).map(entry => [learner, entry] as const),
        ),
      )
    },
  }
  return teacher
}

export type Teacher = ReturnType<typeof createTeacher>

/** A runner of two attempts a step, whose failures fail the test unless they are collected. */
export function createRunner(
  services: JobRunnerServices,
  options: { readonly failures?: unknown[]; readonly pageAttempts?: number } = {},
): JobRunner {
  const { failures, pageAttempts = 2 } = options
  return createJobRunner(services, {
    ownerId: randomUUID(),
    pageAttempts,
    onError: error => {
      if (failures === undefined) throw error
      failures.push(error)
    },
  })
}

/** What no two runs share, taken off. */
export function withoutId(attempt: ReadAttempt): ReadAttempt {
  return { ...attempt, id: '' }
}

export type Counting = { readonly keep?: string; readonly lateCredit?: number; readonly points?: number }

/** Recounts a learner's progress from the attempts as they are read, with no code of the service. */
export function recount(attempts: readonly ReadAttempt[], policy: Counting) {
  const { keep = 'best', lateCredit = 1, points = 10 } = policy
  const earned = attempts.map(({ credit, late }) => Math.round(credit * (late ? lateCredit : 1) * 1e6))
  const kept = {
    best: Math.max(...earned),
    first: earned[0]!,
    last: earned.at(-1)!,
    mean: Math.round(earned.reduce((sum, one) => sum + one, 0) / earned.length),
  }[keep]!
  return {
    attempts: attempts.length,
    credit: kept / 1e6,
    points: Math.round((kept / 1e6) * points * 1e4) / 1e4,
    completed: attempts.some(({ credit }) => credit === 1),
  }
}

/** The time so many hours after a test's clock has started, as it is sent. */
export function hoursOn(hours: number): string {
  return new Date(START + hours * HOUR).toISOString()
}

/** A service with a teacher of a course, and short ways to regradings and what comes of them. To be closed. */
export async function createClassroom() {
  const service = await createTestService()
  const tenant = await service.tenant('owner')
  const teacher = createTeacher(service, tenant.key)
  await teacher.call('PUT /v1/courses/algebra', { title: 'Algebra' })
  const runner = () => createRunner(service.services)
  return {
    service,
    tenant,
    teacher,
    runner,
    close: () => service.close(),

    /** The id of an assignment. */
    assignmentId: async (url: string): Promise<string> => {
      const where = { key: url.slice(url.lastIndexOf('/') + 1) }
      return (await service.database.assignment.findFirstOrThrow({ where })).id
    },

    /** Asks for a regrading and sees it through. */
    regraded: async (url: string, body: object = {}): Promise<JobView> => {
      const { id } = await teacher.regrade(url, body)
      for (;;) {
        await runner().runUntilIdle()
        const job = await teacher.job(id)
        if (job.status === 'done' || job.status === 'failed') return job
        // Put off for a moment, since others were in the way: this is what the clock would do.
        await service.database.$executeRaw`
          UPDATE jobs SET lease_until = now() - interval '1 second'
          WHERE status = 'running' AND lease_owner IS NULL`
      }
    },

    /** Ends the lease of whoever has a job, as time would. */
    endLease: (id: string) =>
      service.database
        .$executeRaw`UPDATE jobs SET lease_until = now() - interval '1 second' WHERE id = ${id}::uuid`,

    /** Expects progress, and each learner's latest attempt, to be what a recount of the attempts says. */
    expectRecount: async (url: string, policy: Counting): Promise<void> => {
      const attempts = await teacher.attempts(url)
      const progress = await teacher.progress(url)
      for (const learner of new Set(attempts.map(attempt => attempt.learner))) {
        const own = attempts.filter(attempt => attempt.learner === learner)
        const counted = recount(own, policy)
        expect(progress.get(learner), learner).toMatchObject(counted)
        expect(own.at(-1)?.progress, learner).toMatchObject(counted)
      }
    },
  }
}
