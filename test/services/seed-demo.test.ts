import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDemoSession, seedDemo } from '../../src/services/seed-demo.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let key: string

/** Where a server that was started keeps its key. */
function keyStore() {
  let kept: string | undefined
  return {
    read: () => Promise.resolve(kept),
    write: (given: string) => {
      kept = given
      return Promise.resolve()
    },
  }
}
const store = keyStore()

beforeAll(async () => {
  service = await createTestService()
  key = await seedDemo(service.services, store)
})
afterAll(() => service.close())

test('a second start makes nothing anew', async () => {
  expect(await seedDemo(service.services, store)).toBe(key)
})

test('the demo is told with a link that opens an assignment for a learner', async () => {
  const url = await openDemoSession(service.services, key, 'http://127.0.0.1:3000')
  const token = /^http:\/\/127\.0\.0\.1:3000\/learn#(cl_\S+)$/.exec(url ?? '')?.[1]
  const answer = await service.call('GET /learn/session', { key: token ?? '' })
  expect(answer.body).toMatchObject({ learner: { key: 'student-42' }, graph: { key: 'lab-network1' } })
})

test('where its learner was erased there is no link, and the server starts all the same', async () => {
  await openDemoSession(service.services, key, 'http://127.0.0.1:3000')
  const erased = await service.call('DELETE /v1/courses/demo/members/student-42', { key })
  expect(erased.status).toBe(204)
  expect(await seedDemo(service.services, store)).toBe(key)
  expect(await openDemoSession(service.services, key, 'http://127.0.0.1:3000')).toBeUndefined()
})
