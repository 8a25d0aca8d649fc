/** Attempts put before the attempt writer itself, without anybody's grading. */
import { NO_PROGRESS } from '../../src/grading/attempt-policy.js'
import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { AttemptDecision, AttemptDraft, LearnerBefore } from '../../src/database/attempt-flush.js'
import { createAttemptWriter, type WriterOptions } from '../../src/database/attempt-writer.js'
import type { Database } from '../../src/database/client.js'
import type { FlushedBatch } from '../../src/database/writer-observer.js'
import { countAttempts } from '../../src/services/count-attempts.js'
import { memberHash } from '../../src/services/courses.js'
import { createTestService, START } from './service.js'

/** Where attempts are written to. */
export type Desk = Pick<AttemptDraft, 'courseId' | 'assignmentId' | 'graphId' | 'graphVersion'>

/** An attempt on a desk; its key where it has one is a digit or letter or more. */
export type Written = { readonly learner: string; readonly key?: string } & Partial<AttemptDraft>

/** A service whose courses have an assignment each, and writers of their attempts. To be closed. */
export async function createWritingRoom() {
  const service = await createTestService()
  const { key } = await service.tenant('owner')
  let courses = 0

  return {
    service,
    key,
    database: service.database,
    close: () => service.close(),

    /** New assignments, each in a course of its own unless they are to be in one. */
    desks: async (count: number, { together = false } = {}): Promise<Desk[]> => {
      const desks: Desk[] = []
      for (let index = 0; index < count; index += 1) {
        if (index === 0 || !together) {
          courses += 1
          await service.call(`PUT /v1/courses/room-${String(courses)}`, { key, body: { title: 'Room' } })
        }
        const url = `/v1/courses/room-${String(courses)}/assignments/week-${String(index + 1)}`
        await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0' } })
        const { courseId, id, graphId, graphVersion } = await service.database.assignment.findFirstOrThrow({
          where: { key: `week-${String(index + 1)}`, course: { key: `room-${String(courses)}` } },
        })
        desks.push({ courseId, assignmentId: id, graphId, graphVersion })
      }
      return desks
    },
  }
}

/** A writer, and what it tells of its flushes. */
export function createObservedWriter(
  database: Database,
  options: Pick<WriterOptions, 'limits' | 'now' | 'onCommitted' | 'onDeliveries'> = {},
) {
  const flushes: FlushedBatch[] = []
  const writer = createAttemptWriter(database, {
    memberHash: (courseId, learner) => Buffer.from(memberHash(courseId, learner)).toString('hex'),
    summarise: countAttempts,
    newId: uuidv7,
    observer: { flushed: batch => flushes.push(batch) },
    ...options,
  })
  const write: typeof writer.write = (...given) => writer.write(...given)
  return {
    write,
    load: writer.load,
    drain: writer.drain,
    flushes,
    /** Writes an attempt worth nothing, unless the learner has so many already. */
    submit: (desk: Desk, written: Written, { most = Infinity, size = 100 } = {}) =>
      writer.write(draftOf(desk, written), takeUpTo(most), size),
  }
}

function draftOf(desk: Desk, { key, ...written }: Written): AttemptDraft {
  return {
    ...desk,
    id: uuidv7(),
    credit: 0,
    variant: undefined,
    policyRevision: 1,
    feedback: 'full',
    reveal: 'never',
    submittedAt: new Date(START),
    answers: {},
    boxes: [{ id: 'a', status: 'blank', credit: 0, feedback: [] }],
    idempotency:
      key === undefined ? undefined : { keyHash: Buffer.from(key).toString('hex'), fingerprint: '00' },
    ...written,
  }
}

function takeUpTo(most: number): (before: LearnerBefore) => AttemptDecision<'no-attempts-left'> {
  return ({ progress = NO_PROGRESS }) => {
    if (progress.attempts >= most) return { kind: 'refused', refusal: 'no-attempts-left' }
    const attempts = progress.attempts + 1
    return {
      kind: 'taken',
      earnedMillionths: 0,
      late: false,
      points: 0,
      maxPoints: 10,
      after: { ...progress, attempts },
      shown: { attempts, credit: 0, points: 0, remaining: null, completed: false },
    }
  }
}

/** A key that nobody has used. */
export const newKey = (): string => randomUUID()

/** The same database, and how many statements were sent, BEGIN and COMMIT not counted. */
export function countStatements(database: Database): {
  readonly database: Database
  readonly sent: () => number
} {
  let sent = 0
  const counting = <Target extends object>(
    target: Target,
    more: Readonly<Record<string, unknown>> = {},
  ): Target =>
    new Proxy(target, {
      get: (_, name) => {
        if (name === '$queryRaw' || name === '$executeRaw') sent += 1
        return more[String(name)] ?? (Reflect.get(target, name) as unknown)
      },
    })
  const $transaction = (work: (transaction: object) => Promise<unknown>, options?: object) =>
    database.$transaction(transaction => work(counting(transaction)), options)
  return { database: counting(database, { $transaction }), sent: () => sent }
}

/** Deadlocks that Postgres has ended in this database. */
export async function deadlocks(database: Database): Promise<number> {
  const [row] = await database.$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
  return row!.deadlocks
}
