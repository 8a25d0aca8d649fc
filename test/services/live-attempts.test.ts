import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLiveAttempts } from '../../src/services/live-attempts.js'
import { createTestService, type TestService } from '../support/service.js'

const LEARNERS = ['ada', 'bob', 'cleo', 'dan']

let service: TestService
let courseId: string
const ids: string[] = []

beforeAll(async () => {
  service = await createTestService()
  const { id, key } = await service.tenant('one')
  await service.call('PUT /v1/courses/c', { key, body: { title: 'C' } })
  await service.call('PUT /v1/courses/c/assignments/a', { key, body: { graph: 'lab-network0' } })
  for (const learner of LEARNERS) {
    const { body } = await service.call('POST /v1/courses/c/assignments/a/attempts', {
      key,
      body: { learner, answers: { a: '11' } },
    })
    ids.push((body as { id: string }).id)
  }
  courseId = (await service.database.course.findFirstOrThrow({ where: { tenantId: id, key: 'c' } })).id
})
afterAll(() => service.close())

/** A reader that keeps so many, and how often it has read attempts. */
function reader(mostKept: number) {
  let reads = 0
  const { attempts } = service.services
  const counted: typeof attempts = {
    ...attempts,
    findMany: (...asked) => {
      reads += 1
      return attempts.findMany(...asked)
    },
  }
  const read = createLiveAttempts({ ...service.services, attempts: counted }, { mostKept })
  return {
    reads: () => reads,
    learners: async (...asked: number[]) => {
      const found = await read(
        courseId,
        asked.map(index => ids[index]!),
      )
      return found.map(({ attempt }) => attempt.learner)
    },
  }
}

test('who asks for the same attempts at once or a moment later has them read once', async () => {
  const { learners, reads } = reader(10)
  const answers = await Promise.all([learners(0, 1), learners(1, 0)])
  expect([...answers, await learners(0, 1)]).toEqual([
    ['ada', 'bob'],
    ['bob', 'ada'],
    ['ada', 'bob'],
  ])
  expect(reads()).toBe(1)
})

test('no attempt is left out because what is asked for beside it pushes it out of what is kept', async () => {
  const { learners } = reader(2)
  expect(await learners(0, 1)).toEqual(['ada', 'bob'])
  expect(await learners(0, 1, 2, 3)).toEqual(LEARNERS)
  expect(await reader(1).learners(0, 1, 2, 3)).toEqual(LEARNERS)
})
