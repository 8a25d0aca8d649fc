import { afterAll, expect, test } from 'vitest'
import { courseOverviewSchema, type CourseOverview } from '../../src/contracts/statistics.js'
import { createClassroom, hoursOn, RIGHT } from '../support/regrading.js'
import { START } from '../support/service.js'

const { service, teacher, close } = await createClassroom()
afterAll(close)

const WRONG = { ...RIGHT, a: '12', J: '100', dJ_da: '7', dJ_dw: '5' }
const DAY = 24
const at = (hours: number) => {
  service.clock.now = START + hours * 3_600_000
}
const read = async (): Promise<CourseOverview> =>
  courseOverviewSchema.parse((await teacher.call('GET /v1/courses/algebra/overview')).body)
const needy = ({ needHelp }: CourseOverview) =>
  needHelp.map(({ learner, reasons }) => [learner, ...reasons.map(({ code }) => code)])

test('a course without anybody or anything has nothing to tell', async () => {
  expect(await read()).toEqual({ learners: 0, assignments: [], needHelp: [], considered: 0 })
})

test('a course at a glance: a line for every assignment, and who needs help and why', async () => {
  const names = { ada: 'Ada', bob: 'Bob', cyd: 'Cyd', dan: null }
  for (const [key, name] of Object.entries(names)) {
    await teacher.call(`PUT /v1/courses/algebra/members/${key}`, {
      role: 'learner',
      ...(name === null ? {} : { name }),
    })
  }
  await teacher.call('PUT /v1/courses/algebra/members/prof', { role: 'instructor' })
  const first = await teacher.assign({ title: 'First', points: 5 })
  await teacher.assign({ dueAt: hoursOn(12 * DAY) })
  for (const hour of [0, 1, 2]) {
    await teacher.submit(first, { learner: 'ada', answers: WRONG, hour })
    await teacher.submit(first, { learner: 'prof', answers: WRONG, hour })
  }
  await teacher.submit(first, { learner: 'bob', answers: RIGHT, hour: 2 })

  at(3)
  const { assignments, needHelp, ...overview } = await read()
  expect(overview).toEqual({ learners: 4, considered: 4 })
  expect(assignments).toEqual([
    {
      key: 'week-1',
      title: 'First',
      points: 5,
      learners: 2,
      completed: 1,
      notStarted: 2,
      attempts: 4,
      meanCredit: 0.6,
      stumblingBox: 'a',
    },
    {
      key: 'week-2',
      title: expect.any(String) as string,
      points: 10,
      learners: 0,
      completed: 0,
      notStarted: 4,
      attempts: 0,
      meanCredit: null,
      stumblingBox: null,
    },
  ])
  expect(needHelp).toEqual([
    {
      learner: 'ada',
      name: 'Ada',
      reasons: [
        { code: 'struggling', assignment: 'week-1', attempts: 3, credit: 0.2, lastSubmittedAt: hoursOn(2) },
      ],
    },
  ])

  // Bob and Ada could go on with the second, which is due two days later.
  at(10 * DAY)
  expect(needy(await read())).toEqual([
    ['ada', 'struggling', 'not-started', 'inactive'],
    ['bob', 'not-started', 'inactive'],
    ['cyd', 'not-started'],
    ['dan', 'not-started'],
  ])

  // An override wins: who is due later has time, and for whom it is closed nothing can be done.
  const overrides = '/v1/courses/algebra/assignments/week-2/overrides'
  await teacher.call(`PUT ${overrides}/cyd`, { dueAt: hoursOn(20 * DAY) })
  await teacher.call(`PUT ${overrides}/bob`, { closesAt: hoursOn(9 * DAY) })
  await teacher.call('DELETE /v1/courses/algebra/members/ada')
  const later = await read()
  expect(needy(later)).toEqual([['dan', 'not-started']])
  expect(later.learners).toBe(3)
})

test('of a large class fifty are named, those with the least credit being looked at', async () => {
  const { id: courseId } = await service.database.course.findFirstOrThrow()
  const createdAt = new Date(START)
  const key = (index: number) => `many-${String(index).padStart(3, '0')}`
  const keys = Array.from({ length: 600 }, (_, index) => key(index))
  await service.database.member.createMany({
    data: keys.map(one => ({ courseId, key: one, role: 'learner', createdAt, updatedAt: createdAt })),
  })
  await service.database.standing.createMany({
    data: keys.map(learner => ({
      courseId,
      learner,
      begun: 0,
      attempts: 0,
      completed: 0,
      creditMillionths: 0,
    })),
  })
  at(10 * DAY)
  const overview = await read()
  expect(overview).toMatchObject({ learners: 603, considered: 500 })
  expect(needy(overview)).toEqual([
    ['dan', 'not-started'],
    ...keys.slice(0, 49).map(learner => [learner, 'not-started']),
  ])
})

test('who struggles or has stopped is looked at in a class where ever so many never began', async () => {
  const { id: courseId } = await service.database.course.findFirstOrThrow()
  // More than those of the test before who come before all others by credit.
  const assignments = '/v1/courses/algebra/assignments'
  for (const answers of [RIGHT, { a: '1' }]) {
    await teacher.submit(`${assignments}/week-1`, { learner: 'zac', answers, hour: 0 })
  }
  for (const hour of [9 * DAY, 9 * DAY + 1, 9 * DAY + 2]) {
    await teacher.submit(`${assignments}/week-2`, { learner: 'yve', answers: WRONG, hour })
  }
  while ((await service.services.standings.fold(courseId)) > 0);
  at(10 * DAY)
  const overview = await read()
  expect(overview).toMatchObject({ learners: 605, considered: 500 })
  expect(needy(overview).slice(0, 4)).toEqual([
    ['yve', 'struggling'],
    ['zac', 'not-started', 'inactive'],
    ['dan', 'not-started'],
    ['many-000', 'not-started'],
  ])
})
