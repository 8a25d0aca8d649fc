import { afterAll, beforeEach, expect, test } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import { Prisma } from '../../src/database/generated/client.js'
import { verify, type PlacedDifference } from '../../src/services/verify.js'
import { createClassroom, RIGHT } from '../support/regrading.js'
import { expectFolded, expectRead, foldAll, marked } from '../support/standings.js'

const { service, teacher, close } = await createClassroom()
const { database, services } = service
const { id: courseId } = await database.course.findFirstOrThrow({ where: { key: 'algebra' } })
afterAll(close)

const url = await teacher.assign()
await teacher.submitAll(url)

beforeEach(async () => {
  await foldAll(services, courseId)
})

async function verifyAll(repair = false) {
  const found: PlacedDifference[] = []
  const { repaired, differences } = await verify(services, {
    tenant: undefined,
    repair,
    onDifference: difference => found.push(difference),
  })
  expect(found).toHaveLength(differences)
  for (const { course, assignment } of found) expect([course, assignment]).toEqual(['algebra', undefined])
  return { lines: found.map(({ learner, text }) => `${String(learner)}: ${text}`), repaired }
}

const plantMark = (learners: readonly string[]) =>
  database.standingMark.create({ data: { courseId, id: uuidv7(), learners: [...learners] } })

test.each<[string, () => Promise<unknown>, readonly string[]]>([
  [
    'another number of everything',
    () => database.$executeRaw`
      UPDATE standings SET begun = 5, completed = 6, attempts = 7, credit_millionths = 8, last_submitted_at = NULL
      WHERE learner = 'bob'`,
    [
      'bob: standing: the number of assignments begun is 5, and 1 by the progress',
      'bob: standing: the number of assignments completed is 6, and 1 by the progress',
      'bob: standing: the number of attempts is 7, and 3 by the progress',
      'bob: standing: the sum of credits is 8 millionths, and 1000000 millionths by the progress',
      'bob: standing: last submitted is never, and 2026-03-01T18:00:00.000Z by the progress',
    ],
  ],
  [
    'none at all',
    () => database.$executeRaw`DELETE FROM standings WHERE learner IN ('ada', 'dan')`,
    ['ada: standing: none is kept', 'dan: standing: none is kept'],
  ],
  [
    'one of nobody',
    () => database.$executeRaw`
      INSERT INTO standings (course_id, learner, begun, attempts, completed, credit_millionths)
      VALUES (${courseId}::uuid, 'nobody', 1, 1, 1, 1)`,
    ['nobody: standing: one is kept of somebody who is no member'],
  ],
  [
    'a mark of nobody, beside one of somebody',
    () => plantMark(['nobody', 'cyd', 'nobody']),
    ['nobody: standing: somebody is marked who is no member'],
  ],
])('found, and put right where that is asked for: %s', async (_name, plant, lines) => {
  expect((await verifyAll()).lines).toEqual([])
  await plant()
  expect(await verifyAll()).toEqual({ lines, repaired: 0 })
  expect(await verifyAll(true)).toEqual({ lines, repaired: lines.length })
  expect(await verifyAll()).toEqual({ lines: [], repaired: 0 })
  await expectRead(services, database, courseId)
  await expectFolded(services, database, courseId)
})

test('whoever is marked differs in nothing, whatever the standing is', async () => {
  await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 9 })
  expect(await marked(database, courseId)).toEqual(['ada'])
  await database.$executeRaw(Prisma.sql`UPDATE standings SET attempts = 99 WHERE learner = 'ada'`)
  expect((await verifyAll()).lines).toEqual([])
  await database.$executeRaw`DELETE FROM standings WHERE learner = 'ada'`
  expect((await verifyAll(true)).lines).toEqual([])
  await expectFolded(services, database, courseId)
})

test('a class larger than one look is gone through to its end', async () => {
  const times = { createdAt: new Date(0), updatedAt: new Date(0) }
  await database.member.createMany({
    data: Array.from({ length: 4_100 }, (_, index) => ({
      courseId,
      key: `l-${String(index)}`,
      role: 'learner',
      ...times,
    })),
  })
  const { lines, repaired } = await verifyAll(true)
  expect([lines.length, repaired]).toEqual([4_100, 4_100])
  expect((await verifyAll()).lines).toEqual([])
})
