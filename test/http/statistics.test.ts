import { afterAll, describe, expect, test } from 'vitest'
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import { assignmentStatisticsSchema, type AssignmentStatistics } from '../../src/contracts/statistics.js'
import { readOverview } from '../../src/services/course-overview.js'
import { readStatistics } from '../../src/services/statistics.js'
import { createClassroom, RIGHT } from '../support/regrading.js'
import { START } from '../support/service.js'
import { statementsOf } from '../support/statements.js'
import { recountStatistics } from '../support/statistics.js'

const { service, teacher, regraded, close } = await createClassroom()
afterAll(close)

const ASKED = Object.keys(RIGHT)
const MEMBERS = '/v1/courses/algebra/members'
const HOUR = 3_600_000

const read = async (url: string): Promise<AssignmentStatistics> =>
  assignmentStatisticsSchema.parse((await teacher.call(`GET ${url}/statistics`)).body)

/** Doubles to ten digits: two ways of adding them up differ in the last. */
const rounded = (statistics: AssignmentStatistics) =>
  JSON.parse(
    JSON.stringify(statistics, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(10)) : value,
    ),
  ) as AssignmentStatistics

/** Expects statistics to be what a recount of attempts and progress says, instructors left out; answers them. */
async function expectRecount(url: string): Promise<AssignmentStatistics> {
  const statistics = await read(url)
  const { courseId } = await service.database.assignment.findFirstOrThrow()
  const instructors = await service.services.members.list(courseId, 'instructor', '', 100)
  const left = new Set(instructors.map(({ key }) => key))
  const attempts = (await teacher.attempts(url)) as unknown as AttemptRecord[] // All of what teachers read.
  const progress = [...(await teacher.progress(url))].flatMap(([learner, shown]) =>
    shown.attempts === 0 || left.has(learner) ? [] : [shown],
  )
  const counted = recountStatistics(
    attempts.filter(({ learner }) => !left.has(learner)),
    progress,
    ASKED,
  )
  expect(rounded(statistics)).toEqual(rounded(counted))
  return statistics
}

const SHEETS: readonly object[] = [
  RIGHT,
  { ...RIGHT, dJ_dw: '3' },
  { a: '12', J: '144', dJ_da: '24', da_dw: '3', dJ_dw: '72' },
  { ...RIGHT, J: '120', dJ_dw: '-66' },
  { a: '11', J: '121.4', dJ_dw: '22' },
  { da_dw: '2', dJ_dw: '7' },
  { ...RIGHT, dJ_da: '-22' },
]

/** Fourteen learners and an instructor, who try up to three times at different hours. */
async function submitAll(url: string): Promise<void> {
  await teacher.call(`PUT ${MEMBERS}/prof`, { role: 'instructor' })
  const learners = [...Array.from({ length: 14 }, (_, index) => `learner-${String(index + 1)}`), 'prof']
  for (const tries of [0, 1, 2]) {
    for (const [index, learner] of learners.entries()) {
      if (tries > index % 4) continue
      const answers = SHEETS[(index * 3 + tries * 5) % SHEETS.length]!
      await teacher.submit(url, { learner, answers, hour: tries * (index + 1) })
    }
  }
}

test('before any attempt there is nothing to tell, and every asked box says so', async () => {
  const url = await teacher.assign()
  const statistics = await expectRecount(url)
  expect(statistics).toMatchObject({
    learners: 0,
    meanCredit: null,
    medianCredit: null,
    timeToCompletion: { learners: 0, median: null, lowerQuartile: null, upperQuartile: null },
    firstWrongBox: null,
  })
  expect(statistics.boxes.map(({ id, difficulty }) => [id, difficulty])).toEqual(ASKED.map(id => [id, null]))
})

test('statistics are what a recount of the attempts says, whatever happens to a class', async () => {
  const url = await teacher.assign()
  await submitAll(url)
  const first = await expectRecount(url)
  expect(first).toMatchObject({ learners: 14, attempts: 30 })
  // The class is such that there is something of everything.
  expect(first.timeToCompletion.median).toBeGreaterThan(0)
  const sum = (of: (box: AssignmentStatistics['boxes'][number]) => number) =>
    first.boxes.reduce((all, box) => all + of(box), 0)
  expect(sum(({ follows }) => follows)).toBeGreaterThan(0)
  expect(sum(({ misconceptions }) => misconceptions.length)).toBeGreaterThan(3)
  expect(first.boxes.filter(({ discrimination }) => discrimination !== null).length).toBeGreaterThan(3)

  await teacher.change(url, { tolerance: { decimals: 0 }, keep: 'last', followThrough: 0.2 })
  expect((await regraded(url)).status).toBe('done')
  const second = await expectRecount(url)
  expect(second.boxes).not.toEqual(first.boxes)

  await teacher.call(`DELETE ${MEMBERS}/learner-3`)
  expect(await expectRecount(url)).toMatchObject({ learners: 13 })
  for (const role of ['instructor', 'learner']) {
    await teacher.call(`PUT ${MEMBERS}/learner-4`, { role })
    expect(await expectRecount(url)).toMatchObject({ learners: role === 'learner' ? 13 : 12 })
  }
  for (const learner of ['5', '6', '7', '8']) await teacher.call(`DELETE ${MEMBERS}/learner-${learner}`)
  const few = await expectRecount(url)
  expect(few.learners).toBe(9)
  expect(few.boxes.map(({ discrimination }) => discrimination)).toEqual(ASKED.map(() => null))
})

test('time to completion begins when the learner first saw the variant, not with the first attempt', async () => {
  const url = await teacher.assign({ variants: 'per-learner' })
  const seenFor = async (learner: string, hours: number) => {
    service.clock.now = START
    const { variant } = (await teacher.call(`GET ${url}/variants/${learner}`)).body as { variant: string }
    const solution = (await teacher.call(`GET ${url}/solution?learner=${learner}`)).body
    const { boxes } = solution as { boxes: { id: string; value: number }[] }
    service.clock.now = START + hours * HOUR
    await teacher.call(`POST ${url}/attempts`, {
      learner,
      variant,
      answers: Object.fromEntries(boxes.map(({ id, value }) => [id, value])),
    })
  }
  for (const [index, hours] of [1, 2, 4, 8, 100].entries()) await seenFor(`timed-${String(index)}`, hours)
  const { timeToCompletion } = await read(url)
  expect(timeToCompletion).toEqual({
    learners: 5,
    median: 14_400,
    lowerQuartile: 7_200,
    upperQuartile: 28_800,
  })
})

test('boxes that only an earlier version of the graph asked come after those that are asked now', async () => {
  const graph = (boxes: readonly string[]) => ({
    title: 'Square',
    inputs: [{ name: 'w', role: 'parameter', value: 3 }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
    boxes,
  })
  await teacher.call('PUT /v1/graphs/square', graph(['dJ_dw', 'J']))
  const url = await teacher.assign({ graph: 'square' })
  await teacher.submit(url, { learner: 'zoe', answers: { J: '9', dJ_dw: '5' }, hour: 0 })
  await teacher.call('PUT /v1/graphs/square', graph(['J']))
  await teacher.change(url, { graph: 'square', graphVersion: 2 })
  const { boxes } = await read(url)
  expect(boxes.map(({ id, attempts, correct }) => [id, attempts, correct])).toEqual([
    ['J', 1, 1],
    ['dJ_dw', 1, 0],
  ])
})

describe('the number of statements', () => {
  const { services } = service
  const countOf = async (work: () => Promise<unknown>): Promise<number> =>
    (await statementsOf(work)).statements.length
  const courseOf = async (key: string, assignments: number) => {
    await teacher.call(`PUT /v1/courses/${key}`, { title: key })
    for (let index = 0; index < assignments; index += 1) {
      const url = `/v1/courses/${key}/assignments/week-${String(index)}`
      await teacher.change(url)
      await teacher.submit(url, { learner: `learner-${String(index)}`, answers: SHEETS[2]!, hour: 0 })
    }
    const { id } = await service.database.course.findFirstOrThrow({ where: { key } })
    return { id, assignments: await services.assignments.list(id, '', null) }
  }

  test('is the same for 1 assignment and for 20: a graph that is known is not read again', async () => {
    const [small, large] = [await courseOf('small', 1), await courseOf('large', 20)]
    await readOverview(services, small.id)
    for (const { id, assignments } of [small, large]) {
      const statistics = (distribution: boolean) => () =>
        readStatistics(services, id, assignments, { distribution })
      expect(await countOf(statistics(false))).toBe(1)
      expect(await countOf(statistics(true))).toBe(2)
      expect(await countOf(() => readOverview(services, id))).toBe(6)
    }
    const all = await readStatistics(services, large.id, large.assignments, { distribution: true })
    expect(all.map(({ learners, medianCredit }) => [learners, medianCredit])).toEqual(
      large.assignments.map(() => [1, 0.5]),
    )
    expect(await readStatistics(services, large.id, [], { distribution: true })).toEqual([])
  })
})
