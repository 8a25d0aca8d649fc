import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Prisma } from '../../src/database/generated/client.js'
import { createRecountRepository } from '../../src/database/recount.js'
import { createSummaryRepository } from '../../src/database/summaries.js'
import { readSummary } from '../../src/grading/attempt-summary-read.js'
import { foldChanges } from '../../src/grading/attempt-summary.js'
import { verifyAssignment } from '../../src/services/verify-assignment.js'
import { countMissing, verify, type PlacedDifference, type Verified } from '../../src/services/verify.js'
import { createClassroom, RIGHT } from '../support/regrading.js'
import { startProgram } from '../support/process.js'

const { service, tenant, teacher, regraded, close } = await createClassroom()
const { database } = service
const recount = createRecountRepository(database)
const summaries = createSummaryRepository(database)
afterAll(close)

beforeAll(async () => {
  // What they keep out is what is planted here.
  await database.$executeRaw`ALTER TABLE attempts DROP CONSTRAINT attempts_course_id_assignment_id_learner_fkey`
  await teacher.call('PUT /v1/courses/algebra/members/zoe', { role: 'learner' })
})

async function verifyAll(
  repair = false,
): Promise<{ readonly verified: Verified; readonly lines: PlacedDifference[] }> {
  const lines: PlacedDifference[] = []
  const verified = await verify(
    { ...service.services, recount },
    { tenant: undefined, repair, onDifference: difference => lines.push(difference) },
  )
  return { verified, lines }
}

/** What is found of one assignment, as the learner concerned and what is said. */
async function foundIn(url: string): Promise<string[]> {
  const found: string[] = []
  await recount.look(await idsOf(url), snapshot =>
    verifyAssignment(snapshot, {
      attempt: () => undefined,
      difference: ({ learner, text }) => {
        found.push(learner === undefined ? text : `${learner}: ${text}`)
      },
    }),
  )
  return found
}

async function idsOf(url: string): Promise<{ courseId: string; assignmentId: string }> {
  const key = url.split('/').at(-1)
  const [row] = await database.$queryRaw<{ courseId: string; assignmentId: string }[]>`
    SELECT course_id AS "courseId", id AS "assignmentId" FROM assignments WHERE key = ${key}`
  return row!
}

async function summaryOf(url: string) {
  const { courseId, assignmentId } = await idsOf(url)
  const stored = await summaries.read(courseId, assignmentId)
  return readSummary(stored?.totals, stored?.changes ?? [])
}

test('nothing differs after submissions, a regrading, an erasure, a change of role and folding', async () => {
  const url = await teacher.assign({ weights: { a: 3, J: 0.5 } })
  await teacher.submitAll(url)
  expect((await verifyAll()).verified).toEqual({
    courses: 1,
    assignments: 1,
    attempts: 8,
    differences: 0,
    repaired: 0,
  })
  expect((await summaryOf(url)).learners).toBe(4)

  await teacher.change(url, { weights: { a: 1, J: 2 }, tolerance: { decimals: 0 }, keep: 'mean' })
  await regraded(url)
  await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 9 })
  expect((await verifyAll()).lines).toEqual([])

  await teacher.call('DELETE /v1/courses/algebra/members/bob')
  await teacher.call('PUT /v1/courses/algebra/members/cyd', { role: 'instructor' })
  await teacher.submit(url, { learner: 'cyd', answers: RIGHT, hour: 10 })
  expect((await verifyAll()).lines).toEqual([])
  expect((await summaryOf(url)).learners).toBe(2)

  await teacher.call('PUT /v1/courses/algebra/members/cyd', { role: 'learner' })
  await teacher.call('PUT /v1/courses/algebra/members/bob', { role: 'learner' })
  const places = await summaries.toFold({ least: 1, before: new Date(0) })
  for (const place of places) await summaries.fold(place, foldChanges)
  expect(await database.summaryChange.count()).toBe(0)
  expect((await verifyAll()).lines).toEqual([])
  expect((await summaryOf(url)).learners).toBe(3)
})

test('attempts from before weights were stored with them keep their results, and count by weights once regraded', async () => {
  const policy = { weights: { a: 3, J: 0.5 } }
  const url = await teacher.assign(policy)
  await teacher.submitAll(url)
  const weighted = await summaryOf(url)
  const { assignmentId } = await idsOf(url)
  await database.$executeRaw`
    UPDATE attempts SET boxes = (
      SELECT jsonb_agg(CASE jsonb_typeof(box) WHEN 'object' THEN box - 'weight' ELSE box END ORDER BY place)
      FROM jsonb_array_elements(boxes) WITH ORDINALITY AS b (box, place))
    WHERE assignment_id = ${assignmentId}::uuid`
  await verifyAll(true)
  expect((await summaryOf(url)).boxes.get('J')?.pairs).not.toEqual(weighted.boxes.get('J')?.pairs)
  expect(await foundIn(url)).toEqual([])
  const dryRun = await regraded(url, { dryRun: true })
  expect(dryRun).toMatchObject({ status: 'done', changed: 0 })
  expect(await teacher.changes(dryRun.id)).toEqual([])
  expect(await regraded(url)).toMatchObject({ status: 'done', changed: 0, skipped: 0 })
  expect(await foundIn(url)).toEqual([])
  expect((await summaryOf(url)).boxes.get('J')?.pairs).toEqual(weighted.boxes.get('J')?.pairs)
})

describe('every kind of difference is found', () => {
  const ofLearner = Prisma.sql`learner = 'ada' AND assignment_id`
  test.each<[string, (assignment: string) => Prisma.Sql, (string | RegExp)[]]>([
    [
      'an attempt is gone',
      id => Prisma.sql`DELETE FROM attempts WHERE number = 2 AND ${ofLearner} = ${id}::uuid`,
      [
        /^ada: attempt 2 is missing$/,
        /^ada: progress: the number of attempts is 3, and 2 by/,
        /^summary: attempts is 8, and 7/,
      ],
    ],
    [
      'all attempts of a learner are gone',
      id => Prisma.sql`DELETE FROM attempts WHERE ${ofLearner} = ${id}::uuid`,
      ['ada: there is progress, and no attempt', /^summary: attempts is 8, and 5/],
    ],
    [
      'progress is gone',
      id => Prisma.sql`DELETE FROM progress WHERE ${ofLearner} = ${id}::uuid`,
      ['ada: there are attempts, and no progress', /^summary: learners is 4, and 3/],
    ],
    [
      'the progress of the last learner is gone',
      id => Prisma.sql`DELETE FROM progress WHERE learner = 'dan' AND assignment_id = ${id}::uuid`,
      ['dan: there are attempts, and no progress'],
    ],
    [
      'progress without an attempt',
      id => Prisma.sql`
        INSERT INTO progress (
          course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
          last_millionths, sum_millionths, max_points)
        SELECT course_id, assignment_id, 'zoe', 0, 0, 0, 0, 0, 0, 10 FROM progress
        WHERE ${ofLearner} = ${id}::uuid`,
      ['zoe: there is progress, and no attempt'],
    ],
    ...(
      ['attempts', 'best_millionths', 'first_millionths', 'last_millionths', 'sum_millionths'] as const
    ).map((column): [string, (id: string) => Prisma.Sql, RegExp[]] => [
      `another ${column}`,
      id => Prisma.sql`
          UPDATE progress SET ${Prisma.raw(column)} = ${Prisma.raw(column)} + 1 WHERE ${ofLearner} = ${id}::uuid`,
      [/^ada: progress: the (number of attempts|best|first|last|sum) is \d+, and \d+ by the attempts$/],
    ]),
    [
      'another credit than the policy keeps',
      id => Prisma.sql`
        UPDATE progress SET credit_millionths = first_millionths WHERE ${ofLearner} = ${id}::uuid`,
      [/^ada: progress: credit is \d+ millionths, and \d+ by the attempts$/, /^summary: the sum of credits/],
    ],
    ...(['completed_at', 'first_submitted_at', 'last_submitted_at'] as const).map(
      (column): [string, (id: string) => Prisma.Sql, RegExp[]] => [
        `another ${column}`,
        id => Prisma.sql`
          UPDATE progress SET ${Prisma.raw(column)} = '2020-01-01Z' WHERE ${ofLearner} = ${id}::uuid`,
        [
          /^ada: progress: (completed|first submitted|last submitted) is 2020-01-01T00:00:00.000Z, and \S+ by the attempts$/,
        ],
      ],
    ),
    [
      'another result of an attempt',
      id => Prisma.sql`
        UPDATE attempts SET earned_millionths = 1 WHERE number = 1 AND ${ofLearner} = ${id}::uuid`,
      [/^ada: progress: the first is \d+, and 1 by/, /^ada: progress: the sum is/],
    ],
    [
      'a change of the summary is gone',
      id => Prisma.sql`DELETE FROM summary_changes WHERE assignment_id = ${id}::uuid`,
      ['summary: attempts is 0, and 8 when counted again', /^summary: box J: the sum of y² is 0, and/],
    ],
    [
      'a change of the summary is there twice',
      id => Prisma.sql`
        INSERT INTO summary_changes (course_id, assignment_id, generation, id, change)
        SELECT course_id, assignment_id, generation, gen_random_uuid(), change FROM summary_changes
        WHERE assignment_id = ${id}::uuid LIMIT 1`,
      ['summary: attempts is 9, and 8 when counted again'],
    ],
    [
      'somebody became an instructor behind our back',
      () => Prisma.sql`UPDATE members SET role = 'instructor' WHERE key = 'dan'`,
      ['summary: learners is 4, and 3 when counted again'],
    ],
  ])('%s', async (_name, plant, expected) => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    expect(await foundIn(url)).toEqual([])
    await database.$executeRaw(plant((await idsOf(url)).assignmentId))
    const found = await foundIn(url)
    for (const line of expected) {
      expect(found).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line))
    }
    await database.$executeRaw`UPDATE members SET role = 'learner' WHERE key = 'dan'`
  })

  test('progress that keeps something else than the present policy, and what no policy keeps', async () => {
    const url = await teacher.assign({ keep: 'best' })
    await teacher.submitAll(url)
    const { assignmentId } = await idsOf(url)
    const keep = (column: string) => database.$executeRaw`
      UPDATE progress SET credit_millionths = ${Prisma.raw(column)} WHERE learner = 'ada' AND assignment_id = ${assignmentId}::uuid`
    await keep('first_millionths')
    expect(await foundIn(url)).toContainEqual(
      expect.stringMatching(/^ada: progress: credit is \d+ millionths, and \d+ by/),
    )
    // Under another policy it is the one before, whichever that was, that decided.
    await teacher.change(url, { keep: 'last' })
    expect((await foundIn(url)).filter(line => line.startsWith('ada'))).toEqual([])
    await keep('first_millionths + 1')
    expect(await foundIn(url)).toContainEqual(
      expect.stringMatching(/^ada: progress: credit is \d+ millionths, and \d+ or \d+/),
    )
  })

  test.each<[string, Prisma.Sql, string | undefined, RegExp]>([
    [
      'a key is gone',
      Prisma.sql`DELETE FROM idempotency_keys`,
      'eve',
      /^attempt 1: its idempotency key is not stored$/,
    ],
    [
      'a key leads elsewhere',
      Prisma.sql`UPDATE idempotency_keys SET attempt_id = (SELECT id FROM attempts WHERE learner = 'ada' LIMIT 1)`,
      undefined,
      /^the idempotency key of hash [0-9a-f]{16}… leads to an attempt that has another$/,
    ],
    [
      'a key that leads elsewhere, seen from its attempt',
      Prisma.sql`UPDATE idempotency_keys SET attempt_id = (SELECT id FROM attempts WHERE learner = 'ada' LIMIT 1)`,
      'eve',
      /^attempt 1: its idempotency key does not lead to it$/,
    ],
    [
      'a key leads nowhere',
      Prisma.sql`UPDATE idempotency_keys SET attempt_id = gen_random_uuid()`,
      undefined,
      /^the idempotency key of hash [0-9a-f]{16}… leads to no attempt$/,
    ],
  ])('%s', async (name, plant, learner, expected) => {
    const url = await teacher.assign()
    await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour: 1 })
    const { status } = await service.call(`POST ${url}/attempts`, {
      key: tenant.key,
      body: { learner: 'eve', answers: RIGHT },
      headers: { 'idempotency-key': name.replaceAll(' ', '-') },
    })
    expect(status).toBe(201)
    await database.$executeRaw(plant)
    const { lines } = await verifyAll()
    const found = lines.filter(line => line.learner === learner).map(({ text }) => text)
    expect(found).toContainEqual(expect.stringMatching(expected))
    await database.$executeRaw`DELETE FROM idempotency_keys`
    await database.$executeRaw`UPDATE attempts SET idempotency_key_hash = NULL`
  })
})

describe('summaries are put right', () => {
  test('and nothing else is touched', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const right = await summaryOf(url)
    const { courseId, assignmentId } = await idsOf(url)
    await database.$executeRaw`DELETE FROM summary_changes WHERE assignment_id = ${assignmentId}::uuid`
    await database.$executeRaw`UPDATE progress SET sum_millionths = 1 WHERE assignment_id = ${assignmentId}::uuid`
    await verifyAll(true)
    expect(await summaryOf(url)).toEqual(right)
    expect((await foundIn(url)).every(line => line.includes('progress: the sum is 1,'))).toBe(true)
    expect(
      await summaries.fold(
        { courseId, assignmentId, generation: '00000000-0000-0000-0000-000000000000' },
        foldChanges,
      ),
    ).toBe(0)
  })

  test('those that were never kept are counted, once', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const right = await summaryOf(url)
    const { assignmentId } = await idsOf(url)
    await countMissing({ recount })
    await database.$executeRaw`DELETE FROM summary_changes WHERE assignment_id = ${assignmentId}::uuid`
    expect(await countMissing({ recount })).toBe(1)
    expect(await summaryOf(url)).toEqual(right)
    expect(await countMissing({ recount })).toBe(0)
    await teacher.submit(url, { learner: 'eve', answers: RIGHT, hour: 11 })
    expect(await foundIn(url)).toEqual([])
  })
})

test('an operator verifies and repairs at the terminal', async () => {
  const chainmark = async (...args: readonly string[]) => {
    const environment = { DATABASE_URL: service.url, NODE_ENV: 'production' }
    const program = startProgram('cli.js', { args, environment })
    const code = await program.ended
    return { code, stdout: program.stdout(), stderr: program.stderr() }
  }
  const school = await service.tenant('school')
  const call = (route: string, body: object) => service.call(route, { key: school.key, body })
  await call('PUT /v1/courses/logic', { title: 'Logic' })
  await call('PUT /v1/courses/logic/assignments/net', { graph: 'lab-network0' })
  await call('POST /v1/courses/logic/assignments/net/attempts', { learner: 'eve', answers: RIGHT })
  expect(await chainmark('verify', '--tenant', 'school')).toEqual({
    code: 0,
    stdout: 'verified 1 courses, 1 assignments, 1 attempts: no difference\n',
    stderr: '',
  })
  await database.$executeRaw`
    UPDATE progress SET sum_millionths = 1 WHERE assignment_id IN (SELECT id FROM assignments WHERE key = 'net')`
  await database.$executeRaw`
    DELETE FROM summary_changes WHERE assignment_id IN (SELECT id FROM assignments WHERE key = 'net')`
  const { code, stdout } = await chainmark('verify', '--tenant', 'school', '--repair')
  expect(code).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toBe('school/logic/net "eve": progress: the sum is 1, and 1000000 by the attempts')
  expect(lines[1]).toBe('school/logic/net: summary: attempts is 0, and 1 when counted again')
  const count = lines.length - 1
  expect(lines.at(-1)).toBe(
    `verified 1 courses, 1 assignments, 1 attempts: ${String(count)} differences, ${String(count - 1)} of them put right`,
  )
  await database.$executeRaw`UPDATE progress SET sum_millionths = 1000000 WHERE sum_millionths = 1 AND learner = 'eve'`
  expect((await chainmark('verify', '--tenant', 'school')).code).toBe(0)
  expect(await chainmark('verify', '--tenant', 'nobody')).toMatchObject({ code: 1, stdout: '' })
})
