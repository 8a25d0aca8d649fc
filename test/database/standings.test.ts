import { afterAll, expect, test } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import { createDatabase } from '../../src/database/client.js'
import { createStandingRepository } from '../../src/database/standings.js'
import { hold, waiting } from '../support/hold.js'
import { createClassroom, RIGHT } from '../support/regrading.js'
import { eventually } from '../support/server.js'
import { countStandings, expectFolded, expectRead, foldAll, marked } from '../support/standings.js'
import { deadlocks } from '../support/writing.js'

const { service, teacher, regraded, close } = await createClassroom()
const { database, services } = service
/** A second replica, with connections of its own. */
const otherDatabase = createDatabase(service.url)
const otherStandings = createStandingRepository(otherDatabase)
const { id: courseId } = await database.course.findFirstOrThrow({ where: { key: 'algebra' } })
afterAll(async () => {
  await otherDatabase.$disconnect()
  await close()
})

const MEMBERS = '/v1/courses/algebra/members'
const put = (learner: string, role = 'learner') => teacher.call(`PUT ${MEMBERS}/${learner}`, { role })
const erase = (learner: string) => teacher.call(`DELETE ${MEMBERS}/${learner}`)
const submit = (url: string, learner: string, answers: object = RIGHT) =>
  teacher.call(`POST ${url}/attempts`, { learner, answers })

async function attemptsRead(learner: string): Promise<number | undefined> {
  const { body } = await teacher.call('GET /v1/courses/algebra/progress?orderBy=ATTEMPTS_DESC&limit=200')
  const { items } = body as { items: { learner: string; progress: { attempts: number }[] }[] }
  return items
    .find(item => item.learner === learner)
    ?.progress.reduce((sum, { attempts }) => sum + attempts, 0)
}

test('whoever is enrolled has a standing from then on, whatever enrols them', async () => {
  const url = await teacher.assign()
  await put('newly-put')
  await teacher.call(`PUT ${url}/overrides/newly-excused`, { extraAttempts: 1 })
  await teacher.call('PUT /v1/graphs/drawn', {
    title: 'Drawn',
    inputs: [{ name: 'w', role: 'parameter', value: 3, sample: { integer: [2, 9] } }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
  })
  const drawn = await teacher.assign({ graph: 'drawn', variants: 'per-learner' })
  await teacher.call(`GET ${drawn}/variants/newly-given`)
  expect(await database.standing.count({ where: { courseId, learner: { startsWith: 'newly-' } } })).toBe(3)
  expect(await marked(database, courseId)).toEqual([])
  await submit(url, 'newly-graded')
  expect(await marked(database, courseId)).toEqual(['newly-graded'])
  await expectRead(services, database, courseId)
  await expectFolded(services, database, courseId)
})

test('an attempt is read in the class from its commit on, before any fold and after', async () => {
  const url = await teacher.assign()
  for (const [index, answers] of [{ a: 12 }, { a: 11 }, RIGHT].entries()) {
    await submit(url, 'ada', answers)
    await expectRead(services, database, courseId)
    if (index === 1) await expectFolded(services, database, courseId)
    await expectRead(services, database, courseId)
  }
  const before = await database.standing.findFirstOrThrow({ where: { courseId, learner: 'ada' } })
  expect(before).toMatchObject({ attempts: 2, completed: 0 })
  await expectFolded(services, database, courseId)
  const after = await database.standing.findFirstOrThrow({ where: { courseId, learner: 'ada' } })
  expect(after).toMatchObject({ attempts: 3, completed: 1, begun: 1, creditMillionths: 1_000_000n })
})

test.each<[string, (url: string) => Promise<unknown>]>([
  ['stray-put', () => put('stray-put')],
  ['stray-excused', url => teacher.call(`PUT ${url}/overrides/stray-excused`, { extraAttempts: 1 })],
])(
  'whoever is enrolled begins with nothing, whatever standing was left of them: %s',
  async (learner, enrol) => {
    const url = await teacher.assign()
    await database.standing.create({
      data: { courseId, learner, begun: 3, attempts: 9, completed: 2, creditMillionths: 7n },
    })
    await enrol(url)
    await expectRead(services, database, courseId)
    await expectFolded(services, database, courseId)
    await erase(learner)
  },
)

test('whoever is enrolled while a standing without a member is taken away keeps the one they get', async () => {
  const stray = { courseId, learner: 'late', begun: 3, attempts: 9, completed: 2, creditMillionths: 7n }
  await database.standing.create({ data: stray })
  // As an enrolment does it that has come as far as to its end.
  const enrolment = await hold(
    service.url,
    `INSERT INTO members (course_id, key, role, created_at, updated_at) VALUES ($1, 'late', 'learner', now(), now())`,
    [courseId],
  )
  await enrolment.run(`UPDATE standings SET begun = 0, attempts = 0, completed = 0, credit_millionths = 0
    WHERE learner = 'late'`)
  const repaired = services.recount.repairStandings(courseId, ['late'])
  await eventually(async () => (await waiting(service.url)) === 1)
  await enrolment.letGo()
  await repaired
  await expectFolded(services, database, courseId)
  await erase('late')
})

test('a repair waits for no mark that mentions members alone, and leaves them in it', async () => {
  const url = await teacher.assign()
  await submit(url, 'ada')
  await foldAll(services, courseId)
  await database.standingMark.create({ data: { courseId, id: uuidv7(), learners: ['ada'] } })
  await database.standingMark.create({ data: { courseId, id: uuidv7(), learners: ['nobody', 'ada'] } })
  const holder = await hold(
    service.url,
    `SELECT FROM standing_marks WHERE course_id = $1 AND NOT learners ? 'nobody' FOR UPDATE`,
    [courseId],
  )
  await services.recount.repairStandings(courseId, ['ada', 'nobody'])
  expect(await marked(database, courseId)).toEqual(['ada', 'ada'])
  await holder.letGo()
  await expectFolded(services, database, courseId)
})

test('a regrading marks everybody whose progress it lets stand, and rings for whoever counts them', async () => {
  const url = await teacher.assign()
  await teacher.submitAll(url)
  await expectFolded(services, database, courseId)
  const credits = async () =>
    [...(await countStandings(database, courseId))].map(([, { creditMillionths }]) => creditMillionths)
  const before = await credits()
  await teacher.change(url, { weights: { J: 9 }, keep: 'last' })
  let rung = 0
  services.standingBell.onRing(() => (rung += 1))
  await regraded(url, { dryRun: true })
  expect(rung).toBe(0)
  await regraded(url)
  expect(rung).toBe(1)
  expect(await credits()).not.toEqual(before)
  expect((await marked(database, courseId)).toSorted()).toEqual(['ada', 'bob', 'cyd', 'dan'])
  await expectRead(services, database, courseId)
  await expectFolded(services, database, courseId)
})

test('a standing is kept of instructors too, and read once they are learners', async () => {
  const url = await teacher.assign()
  await submit(url, 'eve')
  await put('eve', 'instructor')
  await expectRead(services, database, courseId)
  await expectFolded(services, database, courseId)
  await submit(url, 'eve')
  await put('eve')
  await expectRead(services, database, courseId)
  expect(await attemptsRead('eve')).toBe(2)
  await expectFolded(services, database, courseId)
})

test('submissions, regradings, erasures, changes of role and two folders at once leave what a recount gives', async () => {
  const urls = [await teacher.assign(), await teacher.assign()]
  let working = true
  const folding = async (standings: typeof otherStandings) => {
    while (working) await standings.fold(courseId)
  }
  const submissions = async (learner: string) => {
    let last = 0
    for (let round = 0; round < 8; round += 1) {
      for (const url of urls) await submit(url, learner, round % 2 === 0 ? RIGHT : { a: round })
      const read = (await attemptsRead(learner)) ?? 0
      // Whatever is acknowledged is read, whoever is counting just then.
      expect(read).toBe((round + 1) * urls.length)
      expect(read).toBeGreaterThan(last)
      last = read
    }
  }
  const people = async () => {
    for (let round = 0; round < 5; round += 1) {
      await submit(urls[0]!, 'gus')
      await put('hal', round % 2 === 0 ? 'instructor' : 'learner')
      await submit(urls[1]!, 'hal')
      await erase('gus')
      await put('gus')
    }
  }
  const regradings = async () => {
    for (const points of [20, 30]) {
      await teacher.change(urls[0]!, { points, weights: { J: points } })
      await regraded(urls[0]!)
    }
  }
  const background = Promise.all([folding(services.standings), folding(otherStandings)])
  await Promise.all([...['ida', 'jon', 'kay'].map(submissions), people(), regradings()]).finally(
    () => (working = false),
  )
  await background
  await expectRead(services, database, courseId)
  await expectFolded(services, database, courseId)
  expect(await deadlocks(database)).toBe(0)
})

const traces = async (learner: string) => [
  await database.standing.count({ where: { courseId, learner } }),
  (await marked(database, courseId)).filter(key => key === learner).length,
]

test.each<[string, (url: string) => Promise<unknown>]>([
  ['marked', url => submit(url, 'leo')],
  [
    'folded',
    async url => {
      await submit(url, 'leo')
      await foldAll(services, courseId)
    },
  ],
  [
    'both',
    async url => {
      await submit(url, 'leo')
      await foldAll(services, courseId)
      await Promise.all([submit(url, 'leo'), submit(url, 'mia'), submit(url, 'leo')])
    },
  ],
])('an erasure leaves no trace in marks and standings: %s', async (_name, prepare) => {
  await put('leo')
  const url = await teacher.assign()
  await prepare(url)
  await erase('leo')
  expect(await traces('leo')).toEqual([0, 0])
  await foldAll(services, courseId)
  expect(await traces('leo')).toEqual([0, 0])
  await expectFolded(services, database, courseId)
})

test('an erasure waits for whoever is counting that person just then, and leaves no trace of it', async () => {
  await put('leo')
  const url = await teacher.assign()
  await submit(url, 'leo')
  // As a folder does it, which has come as far as to its end.
  const folding = await hold(service.url, 'SELECT FROM standing_marks WHERE course_id = $1 FOR UPDATE', [
    courseId,
  ])
  const erased = erase('leo')
  await eventually(async () => (await waiting(service.url)) === 1)
  await folding.run(
    `INSERT INTO standings VALUES ($1, 'leo', 1, 1, 1, 1000000, now()) ON CONFLICT (course_id, learner) DO NOTHING`,
    [courseId],
  )
  await folding.run('DELETE FROM standing_marks WHERE course_id = $1', [courseId])
  await folding.letGo()
  await erased
  expect(await traces('leo')).toEqual([0, 0])
})

test('several who are erased at once from the same marks wait for each other in no circle', async () => {
  const url = await teacher.assign()
  const names = Array.from({ length: 6 }, (_, index) => `one-of-many-${String(index)}`)
  for (const name of names) await put(name)
  for (let round = 0; round < 3; round += 1) await Promise.all(names.map(name => submit(url, name)))
  // In ever another order, and so in marks of everybody.
  for (let count = 0; count < 5; count += 1) {
    const learners = count % 2 === 0 ? names : names.toReversed()
    await database.standingMark.create({ data: { courseId, id: uuidv7(), learners } })
  }
  await Promise.all(names.map(erase))
  for (const name of names) expect(await traces(name)).toEqual([0, 0])
  expect(await deadlocks(database)).toBe(0)
  await expectFolded(services, database, courseId)
})

test('what one replica is folding, another leaves to it, and folds the rest', async () => {
  const url = await teacher.assign()
  await foldAll(services, courseId)
  await submit(url, 'ada')
  const [first] = await database.standingMark.findMany({ where: { courseId } })
  await submit(url, 'bob')
  const holder = await hold(
    service.url,
    'SELECT FROM standing_marks WHERE course_id = $2 AND id = $1 FOR UPDATE',
    [first!.id, courseId],
  )
  expect(await otherStandings.fold(courseId)).toBe(1)
  expect(await otherStandings.fold(courseId)).toBe(0)
  expect(await marked(database, courseId)).toEqual(['ada'])
  await holder.letGo()
  await expectFolded(services, database, courseId)
})

test('a fold that has waited for another sees what that one has seen, and never puts an older standing back', async () => {
  const url = await teacher.assign()
  await submit(url, 'ada', { a: 1 })
  await expectFolded(services, database, courseId)
  // As another folder does it, which comes to the standing first.
  const other = await hold(
    service.url,
    `SELECT FROM standings WHERE course_id = $1 AND learner = 'ada' FOR UPDATE`,
    [courseId],
  )
  await submit(url, 'ada', { a: 2 })
  const folded = services.standings.fold(courseId)
  await eventually(async () => (await waiting(service.url)) === 1)
  await submit(url, 'ada')
  const due = (await countStandings(database, courseId)).get('ada')!
  await other.run(
    `UPDATE standings SET attempts = $2, completed = $3, credit_millionths = $4, last_submitted_at = $5
     WHERE course_id = $1 AND learner = 'ada'`,
    [courseId, due.attempts, due.completed, due.creditMillionths.toString(), due.lastSubmittedAt],
  )
  const marks = await database.standingMark.findMany({ where: { courseId }, orderBy: { id: 'desc' } })
  await other.run('DELETE FROM standing_marks WHERE id = $1', [marks[0]!.id])
  await other.letGo()
  expect([marks.length, await folded]).toEqual([2, 1])
  await expectFolded(services, database, courseId)
})

test('a fold takes the oldest marks, of about two thousand learners and at most five hundred, and even one that has more', async () => {
  const { body } = await teacher.call('PUT /v1/courses/huge', { title: 'Huge' })
  expect(body).toMatchObject({ key: 'huge' })
  const { id } = await database.course.findFirstOrThrow({ where: { key: 'huge' } })
  const names = Array.from({ length: 3_000 }, (_, index) => `learner-${String(index)}`)
  await database.member.createMany({
    data: names.map(key => ({
      courseId: id,
      key,
      role: 'learner',
      createdAt: new Date(0),
      updatedAt: new Date(0),
    })),
  })
  const mark = (learners: readonly string[]) =>
    database.standingMark.create({ data: { courseId: id, id: uuidv7(), learners: [...learners] } })
  await mark(names)
  await mark(names.slice(0, 1_500))
  await mark(names.slice(0, 1_500))
  await mark(names.slice(0, 1_500))
  const folds = []
  for (let count = 0; count < 4; count += 1) folds.push(await services.standings.fold(id))
  expect(folds).toEqual([1, 2, 1, 0])
  expect(await database.standing.count({ where: { courseId: id } })).toBe(3_000)
  await database.standingMark.createMany({
    data: Array.from({ length: 501 }, () => ({ courseId: id, id: uuidv7(), learners: ['learner-1'] })),
  })
  expect(await services.standings.toFold('', 10)).toEqual([{ courseId: id, changes: 501 }])
  expect([await services.standings.fold(id), await services.standings.fold(id)]).toEqual([500, 1])
})

test('nothing is left of the standings and marks of a tenant that is deleted', async () => {
  const school = await service.tenant('school')
  const call = (route: string, body: object) => service.call(route, { key: school.key, body })
  await call('PUT /v1/courses/logic', { title: 'Logic' })
  await call('PUT /v1/courses/logic/assignments/net', { graph: 'lab-network0' })
  await call('POST /v1/courses/logic/assignments/net/attempts', { learner: 'eve', answers: RIGHT })
  const { id } = await database.course.findFirstOrThrow({ where: { key: 'logic' } })
  await foldAll(services, id)
  await call('POST /v1/courses/logic/assignments/net/attempts', { learner: 'eve', answers: RIGHT })
  await services.tenants.delete(school.id)
  expect(await database.standing.count({ where: { courseId: id } })).toBe(0)
  expect(await database.standingMark.count({ where: { courseId: id } })).toBe(0)
})
