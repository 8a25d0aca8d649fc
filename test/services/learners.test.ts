import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import type { LearnersQuery } from '../../src/contracts/learners.js'
import { createAssignmentRepository } from '../../src/database/assignments.js'
import { createLearnerRepository } from '../../src/database/learners.js'
import { countLearners, learnersOf, type ClassLearner } from '../../src/services/learners.js'
import { createTestDatabase } from '../support/database.js'

const { database, drop } = await createTestDatabase()
const services = {
  learners: createLearnerRepository(() => database),
  assignments: createAssignmentRepository(database),
}
const tenantId = uuidv7()
await database.tenant.create({ data: { id: tenantId, key: 'owner', name: 'owner', createdAt: new Date(0) } })
afterAll(drop)

type Begun = {
  readonly credit: number
  readonly attempts: number
  readonly completed: boolean
  readonly minute: number
}

type Person = {
  readonly key: string
  readonly name: string | null
  readonly role: 'learner' | 'instructor'
  /** One an assignment. */
  readonly progress: readonly (Begun | null)[]
  /** Right for those who are not marked; of those who are, missing or whatever it was. */
  readonly standing: 'right' | 'marked' | 'marked and never counted' | 'marked and another'
}

const time = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute))
const ASSIGNMENTS = ['first', 'second', 'third']

/** A new course with these people; answers its id. */
async function classOf(people: readonly Person[], assignments = ASSIGNMENTS): Promise<string> {
  const times = { createdAt: time(0), updatedAt: time(0) }
  const courseId = uuidv7()
  await database.course.create({ data: { id: courseId, tenantId, key: courseId, title: 'Course', ...times } })
  const ids = assignments.map(() => uuidv7())
  await database.$executeRaw`
    INSERT INTO assignments (
      course_id, id, key, graph_id, graph_version, points, late_credit, keep, feedback, reveal, variants, follow_through,
      seed, revision, created_at, updated_at)
    SELECT ${courseId}::uuid, given.id, given.key, g.id, 1, 10, 1, 'best', 'full', 'never', 'fixed', 0.5, decode(repeat('00', 32), 'hex'), 1, now(), now()
    FROM unnest(${ids}::uuid[], ${assignments}::text[]) AS given (id, key), graphs g WHERE g.key = 'lab-network0'`
  await database.member.createMany({
    data: people.map(({ key: learner, name, role }) => ({ courseId, key: learner, name, role, ...times })),
  })
  await database.progress.createMany({
    data: people.flatMap(person =>
      person.progress.flatMap((begun, index) => {
        if (begun === null) return []
        const { credit, attempts, completed, minute } = begun
        return {
          courseId,
          assignmentId: ids[index]!,
          learner: person.key,
          attempts,
          creditMillionths: credit,
          bestMillionths: credit,
          firstMillionths: 0,
          lastMillionths: 0,
          sumMillionths: BigInt(credit),
          maxPoints: 10,
          completedAt: completed ? time(minute) : null,
          lastSubmittedAt: time(minute),
        }
      }),
    ),
  })
  await database.standing.createMany({
    data: people.flatMap(person => {
      if (person.standing === 'marked and never counted') return []
      const { sum, ...counted } = totalOf(person.progress)
      const { lastSubmittedAt, ...rest } = counted
      const right = { ...rest, creditMillionths: BigInt(sum), lastSubmittedAt }
      const another = { begun: 7, attempts: 77, completed: 7, creditMillionths: 777n, lastSubmittedAt: null }
      const standing = person.standing === 'marked and another' ? another : right
      return { courseId, learner: person.key, ...standing }
    }),
  })
  const marked = people.filter(({ standing }) => standing !== 'right').map(person => person.key)
  // In two marks, some of them in both.
  for (const learners of [marked, marked.slice(0, 2)]) {
    if (learners.length > 0)
      await database.standingMark.create({ data: { courseId, id: uuidv7(), learners } })
  }
  return courseId
}

function totalOf(progress: readonly (Begun | null)[]) {
  const begun = progress.filter(entry => entry !== null)
  const last = Math.max(...begun.map(({ minute }) => minute))
  return {
    begun: begun.length,
    attempts: begun.reduce((sum, { attempts }) => sum + attempts, 0),
    completed: begun.filter(({ completed }) => completed).length,
    sum: begun.reduce((sum, { credit }) => sum + credit, 0),
    lastSubmittedAt: begun.length === 0 ? null : time(last),
  }
}

/** What the service is to answer, by plain sorting and filtering. */
function expected(
  people: readonly Person[],
  query: Omit<LearnersQuery, 'limit' | 'cursor'>,
  assignments = ASSIGNMENTS,
): ClassLearner[] {
  const at = query.assignment === undefined ? undefined : assignments.indexOf(query.assignment)
  const looked = at === undefined ? Math.max(1, assignments.length) : 1
  const rows = people
    .filter(({ role }) => role === 'learner')
    .map(person => {
      const { sum, ...total } = totalOf(at === undefined ? person.progress : [person.progress[at] ?? null])
      const credit = Math.round(sum / looked) / 1e6
      return { person, ...total, sum, credit, onBegun: sum / Math.max(1, total.begun) }
    })
  const { struggling, search } = query
  const least = query.minAttempts ?? 3
  const most = query.maxCredit ?? 0.5
  const kept = rows.filter(row => {
    const isStruggling =
      row.completed < row.begun &&
      row.attempts >= least * row.begun &&
      Math.round(row.onBegun) <= Math.round(most * 1e6)
    const texts = [row.person.key, row.person.name ?? ''].map(text => text.toLowerCase())
    return (
      (query.notStarted === undefined || (row.begun === 0) === query.notStarted) &&
      (query.completed === undefined || row.completed >= looked === query.completed) &&
      (struggling === undefined
        ? (query.minAttempts === undefined || row.attempts >= query.minAttempts) &&
          (query.maxCredit === undefined || row.credit <= query.maxCredit)
        : isStruggling === struggling) &&
      (query.minCredit === undefined || row.credit >= query.minCredit) &&
      (query.inactiveSince === undefined ||
        (row.lastSubmittedAt !== null && row.lastSubmittedAt < new Date(query.inactiveSince))) &&
      (search === undefined || texts.some(text => text.includes(search.toLowerCase())))
    )
  })
  const [by] = query.orderBy.split(/_(?=ASC|DESC)/)
  const valueOf = (row: (typeof kept)[number]): Buffer | number =>
    ({
      KEY: 0,
      NAME: Buffer.from((row.person.name ?? row.person.key).toLowerCase()),
      CREDIT: row.sum,
      ATTEMPTS: row.attempts,
      LAST_SUBMITTED: row.lastSubmittedAt?.getTime() ?? -1,
    })[by as 'KEY']
  const sorted = kept.toSorted((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)]
    const byValue = typeof a === 'number' ? a - (b as number) : Buffer.compare(a, b as Buffer)
    return byValue === 0 ? (one.person.key < other.person.key ? -1 : 1) : byValue
  })
  const shown = sorted.map(({ person, credit, attempts, begun, completed, lastSubmittedAt }) => ({
    key: person.key,
    name: person.name,
    credit,
    attempts,
    begun,
    completed,
    lastSubmittedAt: lastSubmittedAt?.toISOString() ?? null,
  }))
  return query.orderBy.endsWith('_DESC') ? shown.toReversed() : shown
}

/** All pages of a list, one after another. */
async function listed(courseId: string, query: Omit<LearnersQuery, 'cursor'>): Promise<ClassLearner[]> {
  const all: ClassLearner[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await learnersOf(services, courseId, { ...query, cursor })
    expect(page.items.length).toBeLessThanOrEqual(query.limit)
    expect(page.cursors).toHaveLength(page.items.length)
    all.push(...page.items)
    if (!page.hasNextPage) return all
    cursor = page.cursors.at(-1)
  }
}

const ORDERS = ['KEY', 'NAME', 'CREDIT', 'ATTEMPTS', 'LAST_SUBMITTED'].flatMap(
  by => [`${by}_ASC`, `${by}_DESC`] as LearnersQuery['orderBy'][],
)

// Few different values: ties are what goes wrong.
const begun = fc.record({
  credit: fc.constantFrom(0, 250_000, 333_333, 500_000, 1_000_000),
  attempts: fc.constantFrom(1, 2, 3, 7),
  completed: fc.boolean(),
  minute: fc.integer({ min: 0, max: 3 }),
})
const person = fc.record({
  name: fc.constantFrom(null, 'Ada', 'ada', 'Émile', 'Zoë 100%', 'a_b', 'Bob'),
  role: fc.constantFrom('learner' as const, 'learner' as const, 'learner' as const, 'instructor' as const),
  progress: fc.array(fc.option(begun), { minLength: 3, maxLength: 3 }),
  standing: fc.constantFrom(
    'right' as const,
    'right' as const,
    'marked' as const,
    'marked and never counted' as const,
    'marked and another' as const,
  ),
})
const people = fc.array(person, { maxLength: 25 }).chain(all =>
  fc
    .uniqueArray(
      fc.stringMatching(/^[A-Za-z0-9._~@:|+-]{1,4}$/).filter(text => !/^\.\.?$/.test(text)),
      {
        minLength: all.length,
        maxLength: all.length,
      },
    )
    .map(keys => all.map((one, index): Person => ({ ...one, key: keys[index]! }))),
)

const filters = fc.record(
  {
    assignment: fc.constantFrom(...ASSIGNMENTS),
    notStarted: fc.boolean(),
    completed: fc.boolean(),
    struggling: fc.boolean(),
    minAttempts: fc.integer({ min: 0, max: 8 }),
    minCredit: fc.constantFrom(0, 0.166667, 0.25, 1),
    maxCredit: fc.constantFrom(0, 0.166667, 0.333333, 0.5, 1),
    inactiveSince: fc.integer({ min: 0, max: 4 }).map(minute => time(minute).toISOString()),
    search: fc.constantFrom('a', 'ADA', '%', '_', '\\', 'É', '100%', "'", 'zoë', '|', '.'),
  },
  { requiredKeys: [] },
)

test('every order of any class is that of a plain sort, page by page, whoever is marked; and so is every filter', async () => {
  const asked = fc.array(fc.tuple(fc.constantFrom(...ORDERS), filters), { minLength: 12, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(people, asked, fc.integer({ min: 1, max: 7 }), async (all, queries, limit) => {
      const courseId = await classOf(all)
      for (const orderBy of ORDERS) {
        expect(await listed(courseId, { orderBy, limit })).toEqual(expected(all, { orderBy }))
      }
      for (const [orderBy, filter] of queries) {
        const due = expected(all, { ...filter, orderBy })
        expect(await listed(courseId, { ...filter, orderBy, limit: 200 })).toEqual(due)
        expect(await listed(courseId, { ...filter, orderBy, limit })).toEqual(due)
        expect(await countLearners(services, courseId, filter)).toBe(due.length)
      }
    }),
    { numRuns: 15 },
  )
})

describe('a class with all ties', () => {
  const all = Array.from({ length: 9 }, (_, index): Person => {
    const same = { credit: 500_000, attempts: 2, completed: false, minute: 1 }
    const name = index % 2 === 0 ? 'Same' : 'same'
    const standing = index % 3 === 0 ? 'marked and another' : 'right'
    return { key: `k${String(index)}`, name, role: 'learner', progress: [same, null, same], standing }
  })

  test.each(ORDERS)('lists everyone exactly once, in pages of any size: %s', async orderBy => {
    const courseId = await classOf(all)
    for (const limit of [1, 2, 4, 9, 10]) {
      const keys = (await listed(courseId, { orderBy, limit })).map(learner => learner.key)
      expect(keys).toEqual(
        all.map(learner => learner.key).sort((a, b) => (a < b ? -1 : 1) * (orderBy.endsWith('ASC') ? 1 : -1)),
      )
    }
  })
})

test('credit is the mean over all assignments, to six decimals, and 0 where there is none', async () => {
  const third = { credit: 1_000_000, attempts: 1, completed: true, minute: 0 }
  const ada: Person = {
    key: 'ada',
    name: null,
    role: 'learner',
    progress: [third, null, null],
    standing: 'right',
  }
  const courseId = await classOf([ada])
  const query = { orderBy: 'CREDIT_ASC', limit: 5 } as const
  expect(await listed(courseId, query)).toMatchObject([{ credit: 0.333333, begun: 1, completed: 1 }])
  expect(await listed(courseId, { ...query, assignment: 'first' })).toMatchObject([{ credit: 1 }])
  // As it is shown, it is found.
  expect(await listed(courseId, { ...query, minCredit: 0.333333, maxCredit: 0.333333 })).toHaveLength(1)
  const empty = await classOf([{ ...ada, progress: [] }], [])
  expect(await listed(empty, query)).toMatchObject([{ credit: 0, completed: 0 }])
  expect(await listed(empty, { ...query, completed: true })).toEqual([])
})

test('one list takes the cursors of no other order, filter or course', async () => {
  const same = { credit: 1, attempts: 1, completed: false, minute: 0 }
  const all = ['a', 'b', 'c'].map((name): Person => ({
    key: name,
    name,
    role: 'learner',
    progress: [same, null, null],
    standing: 'right',
  }))
  const [one, other] = [await classOf(all), await classOf(all)]
  const asked = { orderBy: 'CREDIT_ASC', limit: 1 } as const
  const { cursors } = await learnersOf(services, one, asked)
  const cursor = cursors[0]!
  const next = await learnersOf(services, one, { ...asked, cursor })
  expect(next.items).toMatchObject([{ key: 'b' }])
  const refused = { code: 'invalid-cursor' }
  for (const query of [
    { ...asked, orderBy: 'CREDIT_DESC' as const },
    { ...asked, orderBy: 'ATTEMPTS_ASC' as const },
    { ...asked, orderBy: 'KEY_ASC' as const },
    { ...asked, notStarted: false },
    { ...asked, assignment: 'first' },
    { ...asked, minCredit: 0 },
  ]) {
    await expect(learnersOf(services, one, { ...query, cursor })).rejects.toMatchObject(refused)
  }
  await expect(learnersOf(services, other, { ...asked, cursor })).rejects.toMatchObject(refused)
})

test('a cursor that was tampered with is refused before the database sees it', async () => {
  // What a client could make of any cursor: digest and position are not secret.
  const forged = async (orderBy: LearnersQuery['orderBy'], position: string) => {
    const some = await classOfOne(orderBy)
    const digest = Buffer.from(some.cursor, 'base64url').toString().split('.')[0]!
    const cursor = Buffer.from(`${digest}.${position}`).toString('base64url')
    return learnersOf(services, some.courseId, { orderBy, limit: 1, cursor })
  }
  const classOfOne = async (orderBy: LearnersQuery['orderBy']) => {
    const ada: Person = { key: 'ada', name: null, role: 'learner', progress: [], standing: 'right' }
    const id = await classOf([ada])
    const { cursors } = await learnersOf(services, id, { orderBy, limit: 1 })
    return { courseId: id, cursor: cursors[0]! }
  }
  expect((await forged('CREDIT_ASC', '[0,"ada"]')).items).toEqual([])
  for (const [orderBy, position] of [
    ['CREDIT_ASC', '["x","ada"]'],
    ['CREDIT_ASC', '[1e300,"ada"]'],
    ['CREDIT_ASC', '[0.5,"ada"]'],
    ['ATTEMPTS_ASC', '[2147483648,"ada"]'],
    ['LAST_SUBMITTED_ASC', '["0000-01-01T00:00:00Z","ada"]'],
    ['LAST_SUBMITTED_ASC', '["infinity","ada"]'],
    ['NAME_ASC', '["\\u0000","ada"]'],
    ['NAME_ASC', '["\\ud800","ada"]'],
    ['NAME_ASC', '["x","not a key"]'],
    ['NAME_ASC', '["x"'],
    ['NAME_ASC', 'null'],
  ] as const) {
    await expect(forged(orderBy, position), position).rejects.toMatchObject({ code: 'invalid-cursor' })
  }
})

test('a search is bounded, and an assignment that is not there is not found', async () => {
  const courseId = await classOf([])
  const query = { orderBy: 'KEY_ASC', limit: 1 } as const
  const long = { ...query, search: 'x'.repeat(65) }
  await expect(learnersOf(services, courseId, long)).rejects.toMatchObject({
    code: 'invalid-request',
  })
  const unknown = { ...query, assignment: 'fourth' }
  await expect(learnersOf(services, courseId, unknown)).rejects.toMatchObject({ code: 'not-found' })
  await expect(countLearners(services, courseId, unknown)).rejects.toMatchObject({
    code: 'not-found',
  })
})
