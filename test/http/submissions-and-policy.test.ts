import { afterAll, expect, test } from 'vitest'
import { hold, waiting } from '../support/hold.js'
import { createClassroom, RIGHT } from '../support/regrading.js'
import { eventually, onServer } from '../support/server.js'

const { service, teacher, runner, close } = await createClassroom()
afterAll(close)

const STORING = `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'attempts'::regclass`

test.each<[string, (url: string) => Promise<unknown>]>([
  ['a change of policy', url => teacher.change(url, { points: 20 })],
  ['a request for a regrading', url => teacher.regrade(url)],
])('%s waits for submissions under way, and later ones wait for it', async (_name, upheaval) => {
  const url = await teacher.assign()
  // Attempts can be read, and none can be stored.
  const holder = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
  const submit = (learner: string) => teacher.submit(url, { learner, answers: RIGHT, hour: 0 })
  const early = submit('early')
  await eventually(async () => (await onServer(service.url, STORING)).length === 1)
  const changed = upheaval(url)
  await eventually(async () => (await waiting(service.url)) === 2)
  const late = submit('late')
  await eventually(async () => (await waiting(service.url)) === 3)
  expect(await onServer(service.url, STORING)).toHaveLength(1)
  await holder.letGo()
  await Promise.all([early, changed, late])
  const points = new Map((await teacher.attempts(url)).map(({ learner, maxPoints }) => [learner, maxPoints]))
  const { points: now } = (await teacher.call(`GET ${url}`)).body as { points: number }
  expect(points).toEqual(
    new Map([
      ['early', 10],
      ['late', now],
    ]),
  )
  await runner().runUntilIdle()
})
