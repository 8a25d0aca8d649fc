import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LearnerProgress } from '../../src/contracts/attempt.js'
import { createClassroom, RIGHT } from '../support/regrading.js'

const { service, tenant, teacher, close } = await createClassroom()
afterAll(close)

const PROGRESS = '/v1/courses/algebra/progress'
const NETWORK = { graph: 'lab-network0' }

beforeAll(async () => {
  // ada has completed both, bob tries much and earns little, cyd has begun one long ago, dan nothing.
  for (const name of ['one', 'two'])
    await teacher.call(`PUT /v1/courses/algebra/assignments/${name}`, NETWORK)
  const url = (name: string) => `/v1/courses/algebra/assignments/${name}`
  await teacher.submit(url('one'), { learner: 'cyd', answers: RIGHT, hour: 0 })
  for (const name of ['one', 'two'])
    await teacher.submit(url(name), { learner: 'ada', answers: RIGHT, hour: 2 })
  for (const a of [1, 2, 11]) await teacher.submit(url('two'), { learner: 'bob', answers: { a }, hour: 3 })
  await teacher.submit(url('two'), { learner: 'tutor', answers: RIGHT, hour: 4 })
  const people = { ada: 'Zoë', bob: 'alan', cyd: 'Berta' }
  for (const [key, name] of Object.entries(people)) {
    await teacher.call(`PUT /v1/courses/algebra/members/${key}`, { role: 'learner', name })
  }
  await teacher.call('PUT /v1/courses/algebra/members/dan', { role: 'learner' })
  await teacher.call('PUT /v1/courses/algebra/members/tutor', { role: 'instructor' })
})

async function listed(query: string): Promise<string> {
  const { body } = await teacher.call(`GET ${PROGRESS}?${query}`)
  return (body as { items: LearnerProgress[] }).items.map(({ learner }) => learner).join(' ')
}

test.each([
  ['', 'ada bob cyd dan'],
  ['orderBy=KEY_ASC', 'ada bob cyd dan'],
  ['orderBy=KEY_DESC', 'dan cyd bob ada'],
  ['orderBy=NAME_ASC', 'bob cyd dan ada'],
  ['orderBy=NAME_DESC', 'ada dan cyd bob'],
  ['orderBy=CREDIT_ASC', 'dan bob cyd ada'],
  ['orderBy=CREDIT_DESC', 'ada cyd bob dan'],
  ['orderBy=CREDIT_ASC&assignment=two', 'cyd dan bob ada'],
  ['orderBy=ATTEMPTS_ASC', 'dan cyd ada bob'],
  ['orderBy=LAST_SUBMITTED_ASC', 'dan cyd ada bob'],
  ['orderBy=LAST_SUBMITTED_DESC', 'bob ada cyd dan'],
  ['notStarted=true', 'dan'],
  ['notStarted=false', 'ada bob cyd'],
  ['notStarted=true&assignment=two', 'cyd dan'],
  ['completed=true', 'ada'],
  ['completed=true&assignment=one', 'ada cyd'],
  ['completed=false', 'bob cyd dan'],
  ['struggling=true', 'bob'],
  ['struggling=false', 'ada cyd dan'],
  ['struggling=true&minAttempts=4', ''],
  ['struggling=true&minAttempts=1&maxCredit=1', 'bob'],
  ['minAttempts=2', 'ada bob'],
  ['minCredit=0.5', 'ada cyd'],
  ['maxCredit=.1', 'bob dan'],
  ['minCredit=0.5&maxCredit=0.5', 'cyd'],
  ['inactiveSince=2026-03-01T14:00:00Z', 'cyd'],
  ['inactiveSince=2026-03-01T14:00:00.001Z', 'ada cyd'],
  ['search=B', 'bob cyd'],
  ['search=ZO%C3%8B', 'ada'],
  ['search=%25', ''],
  ['search=dan&notStarted=true&maxCredit=0', 'dan'],
])('?%s lists: %s', async (query, expected) => {
  expect(await listed(query)).toBe(expected)
})

test('every learner who is listed comes with an entry for every assignment, however they are ordered', async () => {
  const plain = (await teacher.call(`GET ${PROGRESS}`)).body as { items: LearnerProgress[] }
  const ordered = (await teacher.call(`GET ${PROGRESS}?orderBy=CREDIT_DESC&assignment=one`)).body as {
    items: LearnerProgress[]
  }
  const byKey = (a: LearnerProgress, b: LearnerProgress) => (a.learner < b.learner ? -1 : 1)
  expect(ordered.items.toSorted(byKey)).toEqual(plain.items)
  for (const { progress } of plain.items) expect(progress).toHaveLength(2)
})

test('pages of any order follow each other', async () => {
  const found: string[] = []
  let cursor = ''
  for (;;) {
    const { body } = await teacher.call(`GET ${PROGRESS}?orderBy=LAST_SUBMITTED_DESC&limit=1${cursor}`)
    const { items, nextCursor } = body as { items: LearnerProgress[]; nextCursor: string | null }
    found.push(...items.map(({ learner }) => learner))
    if (nextCursor === null) break
    cursor = `&cursor=${nextCursor}`
  }
  expect(found).toEqual(['bob', 'ada', 'cyd', 'dan'])
})

describe('refused', () => {
  test.each([
    ['orderBy=credit', 422, '/query/orderBy', 'unknown-value'],
    ['notStarted=1', 422, '/query/notStarted', 'unknown-value'],
    ['minCredit=1.5', 422, '/query/minCredit', 'wrong-format'],
    ['maxCredit=-0', 422, '/query/maxCredit', 'wrong-format'],
    ['minAttempts=9999999999', 422, '/query/minAttempts', 'out-of-range'],
    ['inactiveSince=yesterday', 422, '/query/inactiveSince', 'wrong-format'],
    ['inactiveSince=0001-01-01T00:00:00Z', 422, '/query/inactiveSince', 'invalid'],
    [`search=${'x'.repeat(65)}`, 422, '/query/search', 'out-of-range'],
    ['search=', 422, '/query/search', 'invalid'],
    ['search=%00', 422, '/query/search', 'invalid'],
    ['assignment=..', 422, '/query/assignment', 'invalid'],
    ['by=name', 422, '/query/by', 'unknown-field'],
  ])('?%s: %i at %s, %s', async (query, status, path, code) => {
    const answer = await service.call(`GET ${PROGRESS}?${query}`, { key: tenant.key })
    expect(answer).toMatchObject({
      status,
      body: { errors: expect.arrayContaining([expect.objectContaining({ path, code })]) as unknown },
    })
  })

  test('an assignment that the course has not', async () => {
    const answer = await service.call(`GET ${PROGRESS}?assignment=three`, { key: tenant.key })
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })

  test('a cursor of another order', async () => {
    const { body } = await teacher.call(`GET ${PROGRESS}?limit=1&orderBy=NAME_ASC`)
    const { nextCursor } = body as { nextCursor: string }
    for (const query of ['orderBy=NAME_DESC', 'orderBy=NAME_ASC&completed=false', '']) {
      const answer = await service.call(`GET ${PROGRESS}?limit=1&cursor=${nextCursor}&${query}`, {
        key: tenant.key,
      })
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } })
    }
  })
})
