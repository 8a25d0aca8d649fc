import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { Prisma } from '../../src/database/generated/client.js'
import { createRecountRepository } from '../../src/database/recount.js'
import { foldChanges } from '../../src/grading/attempt-summary.js'
import { verify } from '../../src/services/verify.js'
import { createClassroom, createRunner, RIGHT } from '../support/regrading.js'

const { service, tenant, teacher, runner, regraded, assignmentId, close } = await createClassroom()
const { database, services } = service
/** As the operator's command has it: with connections of its own. */
const ownDatabase = createDatabase(service.url, { poolSize: 2 })
const recount = createRecountRepository(ownDatabase)
afterAll(async () => {
  await ownDatabase.$disconnect()
  await close()
})

async function verifyAll(repair = false) {
  const lines: string[] = []
  const onDifference = ({ learner, text }: { learner: string | undefined; text: string }) => {
    lines.push(learner === undefined ? text : `${learner}: ${text}`)
  }
  const { differences, repaired } = await verify(
    { ...services, recount },
    { tenant: undefined, repair, onDifference },
  )
  expect(lines).toHaveLength(differences)
  return { lines, repaired }
}

const submit = (url: string, learner: string, hour = 1) =>
  teacher.submit(url, { learner, answers: RIGHT, hour })

test('other points, and another time at which it was first seen, than the attempts have', async () => {
  const url = await teacher.assign({ points: 7 })
  await teacher.submitAll(url)
  const where = Prisma.sql`WHERE learner = 'ada' AND assignment_id = ${await assignmentId(url)}::uuid`
  expect((await verifyAll()).lines).toEqual([])
  const [kept] = await database.$queryRaw<
    { first: Date }[]
  >`SELECT first_seen_at AS first FROM progress ${where}`
  const time = kept!.first.toISOString()

  await database.$executeRaw`UPDATE progress SET max_points = 8 ${where}`
  expect(await verifyAll(true)).toEqual({
    lines: ['ada: progress: full credit is 8 points, and 7 by the attempts'],
    repaired: 0,
  })
  await database.$executeRaw`UPDATE progress SET max_points = 7, first_seen_at = '2020-01-01Z' ${where}`
  expect((await verifyAll()).lines).toEqual([
    `ada: progress: first seen is 2020-01-01T00:00:00.000Z, and ${time} by the attempts`,
  ])
  await database.$executeRaw`UPDATE progress SET first_seen_at = NULL ${where}`
  expect((await verifyAll()).lines).toEqual([
    `ada: progress: first seen is never, and ${time} by the attempts`,
  ])
  await database.$executeRaw`UPDATE progress SET first_seen_at = first_submitted_at ${where}`
})

test('an assignment with variants is first seen when the variant is drawn', async () => {
  await teacher.call('PUT /v1/graphs/varied', {
    title: 'Varied',
    inputs: [{ name: 'w', role: 'parameter', value: 3, sample: { integer: [2, 9] } }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
  })
  const url = await teacher.assign({ graph: 'varied', variants: 'per-attempt' })
  service.clock.now += 1_000
  for (let round = 0; round < 2; round += 1) {
    const { variant } = (await teacher.call(`GET ${url}/variants/ada`)).body as { variant: string }
    service.clock.now += 60_000
    await teacher.call(`POST ${url}/attempts`, { learner: 'ada', answers: { J: '4' }, variant })
  }
  const where = Prisma.sql`WHERE assignment_id = ${await assignmentId(url)}::uuid`
  const [row] = await database.$queryRaw<{ waited: number }[]>`
    SELECT extract(epoch FROM first_submitted_at - first_seen_at)::int AS waited FROM progress ${where}`
  expect(row?.waited).toBe(60)
  expect((await verifyAll()).lines).toEqual([])
  // So it was for attempts from before it was kept.
  await database.$executeRaw`UPDATE progress SET first_seen_at = first_submitted_at ${where}`
  expect((await verifyAll()).lines).toEqual([])
  await database.$executeRaw`UPDATE progress SET first_seen_at = last_submitted_at ${where}`
  expect((await verifyAll()).lines).toEqual([expect.stringMatching(/^ada: progress: first seen is/)])
  await database.$executeRaw`UPDATE progress SET first_seen_at = first_submitted_at ${where}`
})

test('points are those of the regrading that stands, or of a later policy; also where it could not grade', async () => {
  const url = await teacher.assign({ points: 10 })
  for (const learner of ['ada', 'bob', 'cyd', 'dan']) await submit(url, learner)
  const where = Prisma.sql`WHERE assignment_id = ${await assignmentId(url)}::uuid`
  // Of these inputs the graph has no finite values.
  await database.$executeRaw`UPDATE attempts SET variant = 'x', inputs = '{"w": 1e308}' ${where} AND learner = 'bob'`
  await teacher.change(url, { points: 20 })
  const { id } = await teacher.regrade(url)
  await submit(url, 'cyd', 2)
  await teacher.change(url, { points: 30 })
  await submit(url, 'dan', 3)
  await runner().runUntilIdle()
  expect(await teacher.job(id)).toMatchObject({ status: 'done', skipped: 1 })
  const rows = await database.progress.findMany({
    where: { assignmentId: await assignmentId(url) },
    orderBy: { learner: 'asc' },
  })
  expect(rows.map(({ maxPoints }) => maxPoints)).toEqual([20, 20, 20, 30])
  expect((await verifyAll()).lines).toEqual([])
  await submit(url, 'ada', 4)
  await submit(url, 'bob', 5)
  expect((await verifyAll()).lines).toEqual([])
  await database.$executeRaw`UPDATE progress SET max_points = 20 ${where} AND learner IN ('ada', 'bob')`
  expect((await verifyAll()).lines).toEqual(
    ['ada', 'bob'].map(learner => `${learner}: progress: full credit is 20 points, and 30 by the attempts`),
  )
  await database.$executeRaw`UPDATE progress SET max_points = 30 ${where} AND learner IN ('ada', 'bob')`
})

test('summaries of results that do not stand are found and dropped; those that a job is building are not', async () => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  const id = await assignmentId(url)
  const { courseId } = await database.assignment.findFirstOrThrow({ where: { id } })
  await teacher.change(url, { points: 20 })
  const failed = await teacher.regrade(url)
  await database.$executeRaw`UPDATE jobs SET status = 'failed' WHERE id = ${failed.id}::uuid`
  await teacher.change(url, { points: 30 })
  const underWay = await teacher.regrade(url)
  const working = runner()
  await working.step()
  const [inTotals, nobodys] = [failed.id, randomUUID()]
  const place = { courseId, assignmentId: id }
  await database.summary.create({ data: { ...place, generation: inTotals, totals: { attempts: -1 } } })
  for (const generation of [inTotals, nobodys]) {
    await database.summaryChange.create({ data: { ...place, generation, id: randomUUID(), change: {} } })
  }
  const lines = [inTotals, nobodys]
    .toSorted()
    .map(generation => `summary: one is kept of results that do not stand (generation ${generation})`)
  expect(await verifyAll()).toEqual({ lines, repaired: 0 })
  expect(await verifyAll(true)).toEqual({ lines, repaired: 2 })
  expect((await verifyAll()).lines).toEqual([])
  await working.runUntilIdle()
  expect(await teacher.job(underWay.id)).toMatchObject({ status: 'done' })
  expect((await verifyAll()).lines).toEqual([])

  // What was stored before a regrading stood has none any more.
  const generation = '00000000-0000-0000-0000-000000000000'
  await database.summary.create({ data: { ...place, generation, totals: {} } })
  expect(await verifyAll(true)).toMatchObject({ lines: [expect.stringContaining(generation)], repaired: 1 })
  expect((await verifyAll()).lines).toEqual([])
})

test('nothing that is only under way differs: submissions, erasures, changes of role, regradings and folding', async () => {
  const urls = [await teacher.assign(), await teacher.assign()]
  for (const url of urls) await teacher.submitAll(url)
  let working = true
  const submissions = async (url: string) => {
    for (let round = 0; round < 10; round += 1) {
      const learners = ['ada', 'bob', 'cyd', `new-${String(round)}`]
      const statuses = await Promise.all(
        learners.map(learner =>
          service.call(`POST ${url}/attempts`, {
            key: tenant.key,
            headers: { 'idempotency-key': `${url}-${learner}-${String(round)}` },
            body: { learner, answers: { ...RIGHT, J: round } },
          }),
        ),
      )
      for (const { status, text } of statuses) expect([201, 410], text).toContain(status)
    }
  }
  const people = async () => {
    for (const role of ['instructor', 'learner', 'instructor', 'learner']) {
      await teacher.call('PUT /v1/courses/algebra/members/ada', { role })
      await teacher.call('DELETE /v1/courses/algebra/members/bob')
      await teacher.call('PUT /v1/courses/algebra/members/bob', { role: 'learner' })
    }
  }
  const regradings = async (url: string) => {
    for (const points of [20, 30, 40]) {
      await teacher.change(url, { points, weights: { J: points } })
      await regraded(url)
    }
  }
  const folding = async () => {
    while (working) {
      for (const place of await services.summaries.toFold({ least: 1, before: new Date(0) })) {
        await services.summaries.fold(place, foldChanges)
      }
      for (const { courseId } of await services.standings.toFold('', 10))
        await services.standings.fold(courseId)
    }
  }
  const verifying = async () => {
    let times = 0
    for (; working; times += 1) expect((await verifyAll()).lines).toEqual([])
    return times
  }
  const background = Promise.all([verifying(), folding()])
  const done = Promise.all([...urls.map(submissions), people(), ...urls.map(regradings)])
  await Promise.race([done, background]).finally(() => (working = false))
  await done
  const [times] = await background
  expect(times).toBeGreaterThan(0)
  await createRunner(services).runUntilIdle()
  expect((await verifyAll()).lines).toEqual([])
})
