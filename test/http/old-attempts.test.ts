import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import type { Solution } from '../../src/contracts/graph.js'
import { createRunner, createTeacher, RIGHT, type Teacher } from '../support/regrading.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

let service: TestService
let key: string
let teacher: Teacher

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  teacher = createTeacher(service, key)
  await teacher.call('PUT /v1/courses/algebra', { title: 'Algebra' })
})
afterAll(() => service.close())

const REVEALING = { reveal: 'when-correct' }

function submit(url: string): Promise<Answer> {
  const headers = { 'idempotency-key': url }
  return service.call(`POST ${url}/attempts`, { key, headers, body: { learner: 'ada', answers: RIGHT } })
}

/** An attempt on a version 7 of some graph, from when attempts did not keep which; the assignment has another by now. */
async function oldAttempt(): Promise<string> {
  const url = await teacher.assign(REVEALING)
  const { body } = await submit(url)
  const { id } = body as AttemptRecord
  const { courseId } = (await service.database.attempt.findFirst({ where: { id } }))!
  await service.database.attempt.update({
    where: { courseId_id: { courseId, id } },
    data: { graphId: null, graphVersion: 7 },
  })
  return url
}

async function recordOf(url: string): Promise<AttemptRecord> {
  const { body } = await teacher.call(`GET ${url}/attempts`)
  return (body as { items: AttemptRecord[] }).items[0]!
}

function expectedIn({ boxes }: Pick<AttemptRecord, 'boxes'>): unknown[] {
  return boxes.map(({ expected }) => expected)
}

describe('an attempt whose graph is not known', () => {
  test('is read without right values, whatever is revealed', async () => {
    const url = await oldAttempt()
    const record = await recordOf(url)
    expect(record).toMatchObject({ credit: 1, number: 1 })
    expect(expectedIn(record)).toEqual(Array(5).fill(undefined))
    expect((await teacher.call(`GET ${url}/attempts/${record.id}`)).body).toEqual(record)
  })

  test('is replayed without right values', async () => {
    const replay = await submit(await oldAttempt())
    expect(replay).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
    expect(expectedIn(replay.body as AttemptRecord)).toEqual(Array(5).fill(undefined))
  })

  test('is solved and regraded by the graph that the assignment has, and known from then on', async () => {
    const url = await oldAttempt()
    const { body } = await teacher.call(`GET ${url}/solution?learner=ada&number=1`)
    expect((body as Solution).values).toEqual({ w: 3, a: 11, J: 121 })
    await teacher.change(url, { ...REVEALING, points: 20 })
    const { id } = await teacher.regrade(url)
    await createRunner(service.services).runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', changed: 1, skipped: 0 })
    const record = await recordOf(url)
    expect(record).toMatchObject({ credit: 1, points: 20 })
    expect(expectedIn(record)).toEqual([11, 121, 22, 3, 66])
  })

  test('keeps its result, and no right values, where it cannot be graded again', async () => {
    const url = await oldAttempt()
    // Of this logarithm there are too few samples to compare what was typed.
    await teacher.call('PUT /v1/graphs/narrow', {
      title: 'Narrow',
      inputs: [{ name: 'w', role: 'parameter', value: 100 }],
      nodes: [{ name: 'J', expression: 'ln(1 - 100*(w - 100)^2)' }],
      output: 'J',
      boxes: [{ id: 'J', answer: 'expression' }],
    })
    // The progress beside it is shown in other points, which is a result of its own.
    await teacher.change(url, { ...REVEALING, graph: 'narrow', points: 20 })
    const { id } = await teacher.regrade(url)
    await createRunner(service.services).runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', skipped: 1, changed: 0 })
    const record = await recordOf(url)
    expect(record).toMatchObject({ credit: 1, points: 10, progress: { points: 20 } })
    expect(expectedIn(record)).toEqual(Array(5).fill(undefined))
    const where = { attemptId: record.id }
    expect(await service.database.regradedAttempt.findMany({ where })).toMatchObject([{ graphId: null }])
  })
})
