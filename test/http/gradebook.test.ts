import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildApp } from '../../src/app.js'
import type { LearnerProgress } from '../../src/contracts/attempt.js'
import { createProgressRepository } from '../../src/database/progress.js'
import { openGradebook } from '../../src/services/gradebook.js'
import type { Principal } from '../../src/services/principal.js'
import { readCsv } from '../support/csv-reader.js'
import { begin, placeOf, readAll } from '../support/downloads.js'
import { createTestService, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const HALF_RIGHT = { a: '11', J: 121 }
const ALL_WRONG = { a: '1000' }

let service: TestService
let owner: { id: string; key: string }
let key: string
let courses = 0
/** The course of a test. */
let course: string

beforeAll(async () => {
  service = await createTestService()
  owner = await service.tenant('owner')
  key = owner.key
})
afterAll(() => service.close())

beforeEach(async () => {
  courses += 1
  course = `course-${String(courses)}`
  await service.call(`PUT /v1/courses/${course}`, { key, body: { title: 'Course' } })
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function put(path: string, body: object): Promise<void> {
  const { status, text } = await service.call(`PUT /v1/courses/${course}/${path}`, { key, body })
  expect(status, text).toBeLessThan(300)
}

async function submit(assignment: string, learner: string, answers: object): Promise<void> {
  const url = `/v1/courses/${course}/assignments/${assignment}/attempts`
  const { status, text } = await service.call(`POST ${url}`, { key, body: { learner, answers } })
  expect(status, text).toBe(201)
}

async function gradebook(query = ''): Promise<string[][]> {
  const { status, text } = await service.call(`GET /v1/courses/${course}/gradebook.csv${query}`, { key })
  expect(status, text).toBe(200)
  return readCsv(text)
}

/** All that the course's progress says, over as many pages as it has. */
async function progress(): Promise<LearnerProgress[]> {
  const all: LearnerProgress[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await service.call(
      `GET /v1/courses/${course}/progress?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      { key },
    )
    const { items, nextCursor } = page.body as { items: LearnerProgress[]; nextCursor: string | null }
    all.push(...items)
    cursor = nextCursor
  }
  return all
}

/** Learners `learner-00001` and so on, enrolled without a request for each. */
async function enrolMany(count: number, name = 'Learner'): Promise<void> {
  await service.database.$executeRaw`
    INSERT INTO members (course_id, key, role, name, created_at, updated_at)
    SELECT c.id, 'learner-' || lpad(n::text, 5, '0'), 'learner', ${name}, now(), now()
    FROM courses c, generate_series(1, ${count}::int) n
    WHERE c.key = ${course}`
  await service.database.$executeRaw`
    INSERT INTO standings (course_id, learner, begun, attempts, completed, credit_millionths)
    SELECT m.course_id, m.key, 0, 0, 0, 0 FROM members m JOIN courses c ON c.id = m.course_id
    WHERE c.key = ${course}
    ON CONFLICT DO NOTHING`
}

const keysIn = (rows: readonly string[][]): string[] => rows.slice(1).map(([learner = '']) => learner)

describe('what it holds', () => {
  test('a row a learner, a column an assignment, and totals', async () => {
    await put('assignments/week-1', { graph: 'lab-network0' })
    await put('assignments/week-2', { graph: 'lab-network0', points: 2.5 })
    await put('members/ada', { role: 'learner', name: 'Ada Lovelace' })
    await put('members/bob', { role: 'learner' })
    await put('members/zoe', { role: 'instructor', name: 'Zoe' })
    await submit('week-1', 'ada', HALF_RIGHT)
    await submit('week-1', 'ada', RIGHT)
    await submit('week-2', 'ada', ALL_WRONG)
    await submit('week-1', 'zoe', RIGHT)
    const time = new Date(service.clock.now).toISOString()
    expect(await gradebook()).toEqual([
      [
        'learner',
        'name',
        'week-1 (10)',
        'week-2 (2.5)',
        'total points',
        'total max',
        'credit percent',
        'attempts',
        'last submitted',
      ],
      ['ada', 'Ada Lovelace', '10', '0', '10', '12.5', '50', '3', time],
      ['bob', '', '', '', '0', '12.5', '0', '0', ''],
    ])
    const credits = await gradebook('?value=credit')
    expect(credits.map(row => row.slice(2, 4))).toEqual([
      ['week-1 (1)', 'week-2 (1)'],
      ['1', '0'],
      ['', ''],
    ])
    const attempts = await gradebook('?value=attempts')
    expect(attempts.map(row => row.slice(2, 4))).toEqual([
      ['week-1 (attempts)', 'week-2 (attempts)'],
      ['2', '1'],
      ['', ''],
    ])
    // The totals are the same, whatever the columns hold.
    expect(attempts.map(row => row.slice(4))).toEqual((await gradebook()).map(row => row.slice(4)))
  })

  test('the numbers are those of the progress, learner by learner', async () => {
    await put('assignments/best', { graph: 'lab-network0', points: 7 })
    await put('assignments/late', { graph: 'lab-network0', dueAt: '2026-01-01T00:00:00Z', lateCredit: 0.7 })
    await put('assignments/mean', { graph: 'lab-network0', keep: 'mean', points: 3.3333 })
    for (const [at, learner] of ['ada', 'bob', 'cyd', 'dan'].entries()) {
      for (const [place, assignment] of ['best', 'late', 'mean'].entries()) {
        for (const answers of [ALL_WRONG, HALF_RIGHT, RIGHT].slice((at + place) % 4)) {
          service.clock.now += 1_000
          await submit(assignment, learner, answers)
        }
      }
    }
    // What was graded for 7 points stays so; the column says what is given now.
    await put('assignments/best', { graph: 'lab-network0', points: 9 })
    const rows = await gradebook()
    expect(rows[0]?.slice(2, 5)).toEqual(['best (9)', 'late (10)', 'mean (3.3333)'])
    const learners = await progress()
    expect(rows.slice(1)).toEqual(
      learners.map(({ learner, name, progress: entries }) => {
        const sum = (part: (of: (typeof entries)[number]) => number) =>
          entries.reduce((total, entry) => total + part(entry), 0)
        const submitted = entries.map(({ lastSubmittedAt }) => lastSubmittedAt ?? '')
        return [
          learner,
          name ?? '',
          ...entries.map(({ attempts, points }) => (attempts === 0 ? '' : String(points))),
          String(Number(sum(({ points }) => points).toFixed(4))),
          String(Number(sum(({ maxPoints }) => maxPoints).toFixed(4))),
          String(Number((sum(({ credit }) => credit * 100) / entries.length).toFixed(4))),
          String(sum(({ attempts }) => attempts)),
          submitted.toSorted().at(-1),
        ]
      }),
    )
    const credits = await gradebook('?value=credit')
    expect(credits.slice(1).map(row => row.slice(2, 5))).toEqual(
      learners.map(({ progress: entries }) =>
        entries.map(({ attempts, credit }) => (attempts === 0 ? '' : String(credit))),
      ),
    )
  })

  test('names are read back as they were given, and none calculates', async () => {
    const names = new Map([
      ['comma', 'Lovelace, Ada'],
      ['quote', 'Ada "the first" L.'],
      ['lines', 'Ada\r\nLovelace'],
      ['emoji', '🧑🏽‍🎓 Ada'],
      ['right-to-left', 'עדה, לאבלייס'],
    ])
    for (const [learner, name] of names) await put(`members/${learner}`, { role: 'learner', name })
    await put('members/formula', { role: 'learner', name: '=HYPERLINK("http://x","y")' })
    await put(`members/${encodeURIComponent('+49')}`, { role: 'learner', name: '@sum' })
    const found = new Map((await gradebook()).slice(1).map(([learner, name]) => [learner, name]))
    expect(found).toEqual(new Map([...names, ['formula', `'=HYPERLINK("http://x","y")`], ["'+49", "'@sum"]]))
  })

  test('a key of an assignment is a text like any other', async () => {
    await put(`assignments/${encodeURIComponent('-1')}`, { graph: 'lab-network0' })
    expect((await gradebook())[0]?.[2]).toBe("'-1 (10)")
  })

  test('without assignments there is no credit, and without learners only the head', async () => {
    const head = 'learner,name,total points,total max,credit percent,attempts,last submitted\r\n'
    const url = `GET /v1/courses/${course}/gradebook.csv`
    expect((await service.call(url, { key })).text).toBe(head)
    await put('members/ada', { role: 'learner' })
    expect((await service.call(url, { key })).text).toBe(`${head}ada,,0,0,,0,\r\n`)
  })
})

describe('how it is answered', () => {
  test('as a file, named after the course, that nobody keeps', async () => {
    const body = { title: 'Odd' }
    await service.call(`PUT /v1/courses/${encodeURIComponent('a:b|c@2')}`, { key, body })
    const { headers } = await service.call(`GET /v1/courses/${encodeURIComponent('a:b|c@2')}/gradebook.csv`, {
      key,
    })
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="gradebook-a_b_c_2.csv"',
      'cache-control': 'no-store',
    })
  })

  test('with a byte order mark where that is asked for', async () => {
    const url = `GET /v1/courses/${course}/gradebook.csv`
    const plain = (await service.call(url, { key })).text
    expect((await service.call(`${url}?bom=true`, { key })).text).toBe(`\uFEFF${plain}`)
    expect((await service.call(`${url}?bom=false`, { key })).text).toBe(plain)
  })

  test('what is not known is refused before anything is sent', async () => {
    const stranger = (await service.tenant('stranger')).key
    const { key: narrow } = await service.key(owner.id, ['courses:read'])
    const url = `/v1/courses/${course}/gradebook.csv`
    const codes: [string, string, number, string][] = [
      ['GET /v1/courses/nowhere/gradebook.csv', key, 404, 'not-found'],
      [`GET ${url}`, stranger, 404, 'not-found'],
      [`GET ${url}`, narrow, 403, 'missing-scope'],
      [`GET ${url}?value=grades`, key, 422, 'invalid-request'],
      [`GET ${url}?bom=maybe`, key, 422, 'invalid-request'],
      [`GET ${url}?page=2`, key, 422, 'invalid-request'],
      [`HEAD ${url}`, key, 404, ''],
    ]
    const list = vi.spyOn(service.services.members, 'list')
    for (const [route, by, status, code] of codes) {
      const answer = await service.call(route, { key: by })
      expect(answer.status, route).toBe(status)
      if (code !== '') expect(answer.body, route).toMatchObject({ code })
    }
    expect(list).not.toHaveBeenCalled()
  })

  test('what fails at the beginning is answered as a problem', async () => {
    vi.spyOn(service.services.members, 'list').mockRejectedValueOnce(new Error('no table'))
    const answer = await service.call(`GET /v1/courses/${course}/gradebook.csv`, { key })
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal-error' } })
    expect(answer.headers).not.toHaveProperty('content-disposition')
  })
})

/** Does something between the reading of learners and the next. */
function between(chunk: number, act: () => Promise<void>) {
  const { members } = service.services
  const list = members.list.bind(members)
  let calls = 0
  return vi.spyOn(members, 'list').mockImplementation(async (...asked) => {
    calls += 1
    if (calls === chunk + 1) await act()
    return list(...asked)
  })
}

describe('over many learners', () => {
  test('whoever is listed is listed with what they have earned, where read replicas lag behind', async () => {
    await put('assignments/week-1', { graph: 'lab-network0' })
    await submit('week-1', 'ada', RIGHT)
    const lagging = () => ({ $queryRaw: () => Promise.resolve([]) as never })
    const services = { ...service.services, progress: createProgressRepository(service.database, lagging) }
    const principal = { keyId: '', tenantId: owner.id, scopes: new Set([]), courses: [] }
    const { pieces } = await openGradebook(services, principal, course, { value: 'points' })
    let text = ''
    for await (const piece of pieces) text += piece
    expect(readCsv(text)[1]?.slice(0, 3)).toEqual(['ada', '', '10'])
  })

  test('every learner is listed once while submissions go on', async () => {
    await put('assignments/week-1', { graph: 'lab-network0' })
    await enrolMany(1_100)
    const before = (await progress()).map(({ learner }) => learner)
    expect(before).toHaveLength(1_100)
    const list = between(2, async () => {
      // One who was read, one who comes yet, and new ones on both sides.
      for (const learner of ['learner-00001', 'learner-01100', 'aaron', 'zed']) {
        await submit('week-1', learner, RIGHT)
      }
    })
    const rows = await gradebook()
    expect(list.mock.calls.length).toBeGreaterThan(3)
    expect(keysIn(rows)).toEqual([...before, 'zed'])
    const pointsOf = new Map(rows.map(([learner, , points]) => [learner, points]))
    expect(pointsOf.get('learner-00001')).toBe('')
    expect(pointsOf.get('learner-01100')).toBe('10')
  })

  test('who is erased before their row is read is in no row', async () => {
    await enrolMany(600)
    between(1, async () => {
      const url = `/v1/courses/${course}/members/learner-00400`
      expect((await service.call(`DELETE ${url}`, { key })).status).toBe(204)
    })
    const keys = keysIn(await gradebook())
    expect(keys).toHaveLength(599)
    expect(keys).not.toContain('learner-00400')
  })

  test('who becomes an instructor before their row is read is in no row', async () => {
    await enrolMany(300)
    between(1, () => put('members/learner-00300', { role: 'instructor' }))
    expect(keysIn(await gradebook())).toHaveLength(299)
  })
})

describe('over a connection', () => {
  let app: FastifyInstance
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradebook-'))
    app = await buildApp(service.services, pino({ level: 'silent' }))
    // What the system keeps of a connection that is not read is bounded here, and grows with TCP.
    await app.listen({ path: join(folder, 'socket') })
    await service.app.listen({ port: 0 })
  })
  afterAll(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  const CHUNKS = 80

  test('a client that reads slowly is read for slowly, and one that leaves no more', async () => {
    await enrolMany(250 * CHUNKS, 'x'.repeat(200))
    const { members } = service.services
    const unobserved = { ...service.services, members: { ...members } }
    const list = vi.spyOn(members, 'list')
    /** Reads so much of the gradebook beside it, which takes at least as long as it would for the client. */
    const meanwhile = async (chunks: number): Promise<void> => {
      const download = await openGradebook(unobserved, await principalOf(), course, { value: 'points' })
      let left = chunks
      for await (const piece of download.pieces) {
        expect(piece).not.toBe('')
        left -= 1
        if (left === 0) break
      }
      expect(left).toBe(0)
    }
    const slow = await begin(placeOf(app), `/v1/courses/${course}/gradebook.csv`, key)
    await meanwhile(CHUNKS)
    expect(list.mock.calls.length).toBeLessThan(CHUNKS / 4)
    const { text, whole } = await readAll(slow)
    expect(whole).toBe(true)
    expect(new Set(keysIn(readCsv(text))).size).toBe(250 * CHUNKS)
    expect(list).toHaveBeenCalledTimes(CHUNKS + 1)

    const leaving = await begin(placeOf(app), `/v1/courses/${course}/gradebook.csv`, key)
    leaving.destroy()
    await meanwhile(CHUNKS / 2)
    expect(list.mock.calls.length).toBeLessThan(CHUNKS + 1 + CHUNKS / 4)
  }, 60_000)

  test('what fails on the way breaks the answer off, and is logged without a word of what it was about', async () => {
    await enrolMany(600, 'Grace Hopper')
    between(2, () => Promise.reject(Object.assign(new Error('row (Grace Hopper)'), { code: '22P02' })))
    const path = `/v1/courses/${course}/gradebook.csv`
    const { whole } = await readAll(await begin(placeOf(service.app), path, key))
    expect(whole).toBe(false)
    expect(service.logged()).toContain('an answer was broken off')
    expect(service.logged()).toContain('22P02')
    expect(service.logged()).not.toContain('Grace Hopper')
  })

  test('a stop does not wait for ever for a client that does not read', async () => {
    await enrolMany(5_000, 'x'.repeat(200))
    const other = await buildApp(service.services, pino({ level: 'silent' }))
    await other.listen({ path: join(folder, 'other') })
    const slow = await begin(placeOf(other), `/v1/courses/${course}/gradebook.csv`, key)
    const closed = other.close()
    // What server.ts does once its patience ends.
    other.server.closeAllConnections()
    await closed
    expect(await readAll(slow)).toMatchObject({ whole: false })
  })

  async function principalOf(): Promise<Principal> {
    const { id: keyId } = await service.database.apiKey.findFirstOrThrow({ where: { tenantId: owner.id } })
    return { tenantId: owner.id, keyId, scopes: new Set(), courses: [] }
  }
})
