/** What a flush leaves behind for others besides attempts: whose standing is another, and what webhooks are to be told. */
import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { NO_PROGRESS } from '../../src/grading/attempt-policy.js'
import type { AttemptDecision, LearnerBefore } from '../../src/database/attempt-flush.js'
import type { WriterOptions } from '../../src/database/attempt-writer.js'
import { createObservedWriter, createWritingRoom, newKey, type Desk } from '../support/writing.js'

const { service, database, desks, close } = await createWritingRoom()
let desk: Desk

beforeEach(async () => {
  await database.webhook.deleteMany()
  desk = (await desks(1))[0]!
})
afterAll(close)

async function tenantId(courseId: string): Promise<string> {
  return (await database.course.findUniqueOrThrow({ where: { id: courseId } })).tenantId
}

async function putHook(events: readonly string[], place: { tenant?: string; courseId?: string } = {}) {
  const id = uuidv7()
  const time = new Date(0)
  await database.webhook.create({
    data: {
      id,
      tenantId: place.tenant ?? (await tenantId(desk.courseId)),
      key: id,
      url: 'https://lms.example/hook',
      events: [...events],
      courseId: place.courseId ?? null,
      format: 'standard',
      secret: new Uint8Array(32),
      createdAt: time,
      updatedAt: time,
    },
  })
  return id
}

async function deliveries(webhookId: string): Promise<string[]> {
  const rows = await database.webhookDelivery.findMany({ where: { webhookId }, orderBy: { id: 'asc' } })
  return rows.map(
    ({ type, learner, number, state }) => `${type} ${String(learner)} ${String(number)} ${state}`,
  )
}

async function marked(courseId = desk.courseId): Promise<string[]> {
  const marks = await database.standingMark.findMany({ where: { courseId } })
  return marks.flatMap(({ learners }) => learners as string[]).sort()
}

/** All right from this attempt on, or never. */
function complete({ progress = NO_PROGRESS }: LearnerBefore): AttemptDecision<never> {
  const attempts = progress.attempts + 1
  return {
    kind: 'taken',
    earnedMillionths: 1_000_000,
    late: false,
    points: 10,
    maxPoints: 10,
    after: { ...progress, attempts, completed: true },
    shown: { attempts, credit: 1, points: 10, remaining: null, completed: true },
  }
}

const ALL = ['attempt.graded', 'assignment.completed', 'regrade.finished']

describe.for([
  ['at once', (learner: string) => [{ learner }]],
  // Twice the same learner in one flush: that one locks first.
  ['in a transaction', (learner: string) => [{ learner }, { learner }]],
] as const)('a flush %s', ([, of]) => {
  test('leaves a delivery for each webhook that is told of the course, and no other', async () => {
    const [other] = await desks(1)
    const stranger = await service.tenant(randomUUID())
    const hooks = {
      tenant: await putHook(ALL),
      course: await putHook(['attempt.graded'], { courseId: desk.courseId }),
      otherCourse: await putHook(ALL, { courseId: other!.courseId }),
      otherTenant: await putHook(ALL, { tenant: stranger.id }),
      regradesOnly: await putHook(['regrade.finished']),
    }
    const { submit } = createObservedWriter(database)
    const written = of('ada')
    await Promise.all(written.map(one => submit(desk, one)))
    const expected = written.map((_, index) => `attempt.graded ada ${String(index + 1)} pending`)
    expect(await deliveries(hooks.tenant)).toEqual(expected)
    expect(await deliveries(hooks.course)).toEqual(expected)
    for (const hook of [hooks.otherCourse, hooks.otherTenant, hooks.regradesOnly]) {
      expect(await deliveries(hook)).toEqual([])
    }
  })

  test('marks each learner once whose progress it changes', async () => {
    const { submit } = createObservedWriter(database)
    await Promise.all([...of('ada'), { learner: 'bob' }].map(one => submit(desk, one)))
    expect(await marked()).toEqual(['ada', 'bob'])
  })

  test('leaves nothing for those who are refused', async () => {
    const hook = await putHook(ALL)
    const { submit } = createObservedWriter(database)
    await Promise.all(of('ada').map(one => submit(desk, one, { most: 0 })))
    expect([await deliveries(hook), await marked()]).toEqual([[], []])
  })
})

test('the first attempt with all of the credit completes the assignment, and only that', async () => {
  const hook = await putHook(ALL)
  const { write, submit } = createObservedWriter(database)
  await submit(desk, { learner: 'ada' })
  const draft = {
    ...desk,
    learner: 'ada',
    credit: 1,
    variant: undefined,
    policyRevision: 1,
    feedback: 'full',
    reveal: 'never',
    submittedAt: new Date(),
    answers: {},
    boxes: [],
    idempotency: undefined,
  }
  await write({ ...draft, id: uuidv7() }, complete, 100)
  await write({ ...draft, id: uuidv7() }, complete, 100)
  expect(await deliveries(hook)).toEqual([
    'attempt.graded ada 1 pending',
    'attempt.graded ada 2 pending',
    'assignment.completed ada 2 pending',
    'attempt.graded ada 3 pending',
  ])
})

test('an instructor who tries an assignment is told to nobody', async () => {
  const hook = await putHook(ALL)
  const { courseId } = desk
  const time = new Date(0)
  await database.member.create({
    data: { courseId, key: 'ada', role: 'instructor', createdAt: time, updatedAt: time },
  })
  const { submit } = createObservedWriter(database)
  await submit(desk, { learner: 'ada' })
  expect(await deliveries(hook)).toEqual([])
  expect(await marked()).toEqual(['ada'])
})

test('a replayed idempotency key leaves nothing', async () => {
  const hook = await putHook(ALL)
  const key = newKey()
  const { submit } = createObservedWriter(database)
  await submit(desk, { learner: 'ada', key })
  await submit(desk, { learner: 'ada', key })
  expect(await deliveries(hook)).toEqual(['attempt.graded ada 1 pending'])
})

test('whoever wants to know is told of what was committed, and which courses have something for webhooks', async () => {
  const [other] = await desks(1)
  await putHook(ALL, { courseId: desk.courseId })
  const committed: string[] = []
  const courses: string[][] = []
  const told: Pick<WriterOptions, 'onCommitted' | 'onDeliveries'> = {
    onCommitted: attempts => committed.push(...attempts.map(({ id }) => id)),
    onDeliveries: ids => courses.push([...ids]),
  }
  const { submit } = createObservedWriter(database, told)
  await Promise.all([
    submit(desk, { learner: 'ada' }),
    submit(other!, { learner: 'ada' }),
    submit(desk, { learner: 'bob' }, { most: 0 }),
  ])
  const courseIds = [desk.courseId, other!.courseId]
  const stored = await database.attempt.findMany({ where: { courseId: { in: courseIds } } })
  expect(committed.sort()).toEqual(stored.map(({ id }) => id).sort())
  expect(courses).toEqual([[desk.courseId]])
})
