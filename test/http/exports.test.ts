import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import { createAttemptRepository } from '../../src/database/attempts.js'
import { openAttemptExport } from '../../src/services/export-attempts.js'
import { begin, placeOf, readAll } from '../support/downloads.js'
import { createTestService, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
/** How long attempts are held back. */
const SETTLED = 120_000

let service: TestService
let key: string
let assignments = 0
/** The assignment of a test. */
let url: string

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
})
afterAll(() => service.close())

beforeEach(async () => {
  assignments += 1
  url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
  await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0' } })
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Stores so many attempts, of three learners by turns. Answers their ids, in the order of these. */
async function store(count: number): Promise<string[]> {
  const items = Array.from({ length: count }, (_, at) => ({
    learner: ['ada', 'bob', 'cyd'][at % 3],
    answers: at % 2 === 0 ? RIGHT : { a: '12' },
  }))
  const answer = await service.call(`POST ${url}/attempts/batch`, { key, body: { items } })
  const results = (answer.body as { items: { attempt: { id: string } }[] }).items
  return results.map(({ attempt }) => attempt.id).toSorted()
}

/** An attempt that gets its id now and is stored when that is asked for: another one, written again. */
function prepareLate(
  like: string,
  number = 1_000,
): { readonly id: string; readonly store: () => Promise<void> } {
  const id = uuidv7()
  return {
    id,
    store: async () => {
      await service.database.$executeRaw`
        INSERT INTO attempts
        SELECT (jsonb_populate_record(a, jsonb_build_object(
          'id', ${id}::text, 'number', ${number}::int, 'idempotency_key_hash', NULL))).*
        FROM attempts a WHERE a.id = ${like}::uuid`
    },
  }
}

async function exported(query = ''): Promise<AttemptRecord[]> {
  const { status, text } = await service.call(`GET ${url}/attempts.ndjson${query}`, { key })
  expect(status, text).toBe(200)
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as AttemptRecord)
}

const idsIn = (records: readonly AttemptRecord[]): string[] => records.map(({ id }) => id)

/** When an id was made. */
const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

/** Sets the clock so that all that is stored by now is settled. */
function settle(): void {
  service.clock.now = Date.now() + SETTLED + 1
}

test('every attempt is a line as the list has it, oldest first, over as many readings as it takes', async () => {
  const ids = await store(250)
  settle()
  const list = vi.spyOn(service.services.attempts, 'listBefore')
  const records = await exported()
  expect(list.mock.calls.length).toBeGreaterThan(2)
  expect(idsIn(records)).toEqual(ids)
  const page = await service.call(`GET ${url}/attempts?limit=200`, { key })
  expect(records.slice(0, 200)).toEqual((page.body as { items: AttemptRecord[] }).items)
})

test('of one learner, and of one who is not there', async () => {
  await store(7)
  settle()
  const all = await exported()
  expect(await exported('?learner=bob')).toEqual(all.filter(({ learner }) => learner === 'bob'))
  expect(await exported('?learner=nobody')).toEqual([])
})

test('after any line the rest follows', async () => {
  const ids = await store(130)
  settle()
  for (const at of [0, 63, 99, 100, 128, 129]) {
    expect(idsIn(await exported(`?after=${ids[at]!}`))).toEqual(ids.slice(at + 1))
  }
  expect(idsIn(await exported(`?after=${ids[0]!.toUpperCase()}`))).toEqual(ids.slice(1))
})

test('the latest attempts wait until they are settled, to the millisecond; a tail has them', async () => {
  const ids = await store(3)
  const last = timeOf(ids[2]!)
  service.clock.now = last + SETTLED
  expect(idsIn(await exported())).toEqual(ids.filter(id => timeOf(id) < last))
  expect(idsIn(await exported('?tail=true'))).toEqual(ids)
  service.clock.now = last + SETTLED + 1
  expect(idsIn(await exported())).toEqual(ids)
})

test('going on after the last id misses none that was stored late, which a tail does', async () => {
  const [first = ''] = await store(1)
  const late = prepareLate(first)
  const [later = ''] = (await store(1)).toSorted()
  expect(late.id < later).toBe(true)
  service.clock.now = Date.now()
  // What goes on after the tail's last id would never see the late one.
  expect(idsIn(await exported('?tail=true'))).toEqual([first, later])
  expect(await exported()).toEqual([])
  await late.store()
  settle()
  expect(idsIn(await exported(`?after=${later}`))).toEqual([])
  expect(idsIn(await exported())).toEqual([first, late.id, later])
})

test('exports that go on from each other are together what one is, whatever is stored between them', async () => {
  const [like = ''] = await store(1)
  const together: AttemptRecord[] = []
  const goOn = async (): Promise<void> => {
    const last = together.at(-1)
    together.push(...(await exported(last === undefined ? '' : `?after=${last.id}`)))
  }
  for (let round = 0; round < 4; round += 1) {
    const late = prepareLate(like, 1_000 + round)
    await store(2)
    // It goes on while one is under way that has a smaller id than those that are stored.
    service.clock.now = timeOf(late.id) + SETTLED
    await goOn()
    await late.store()
  }
  settle()
  await goOn()
  expect(together).toEqual(await exported())
  expect(together).toHaveLength(13)
})

test('an erased learner is in no line, and a position among their attempts stays one', async () => {
  const ids = await store(9)
  settle()
  const ofBob = idsIn(await exported('?learner=bob'))
  await service.call('DELETE /v1/courses/algebra/members/bob', { key })
  const left = ids.filter(id => !ofBob.includes(id))
  expect(idsIn(await exported())).toEqual(left)
  expect(idsIn(await exported(`?after=${ofBob[0]!}`))).toEqual(left.filter(id => id > ofBob[0]!))
  await service.call('PUT /v1/courses/algebra/members/bob', { key, body: { role: 'learner' } })
})

test('it is answered as a file that nobody keeps', async () => {
  const { headers, text } = await service.call(`GET ${url}/attempts.ndjson`, { key })
  expect(headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'content-disposition': `attachment; filename="attempts-algebra-${url.split('/').at(-1)!}.ndjson"`,
    'cache-control': 'no-store',
  })
  expect(text).toBe('')
})

test.each([
  ['?after=7', 422, 'invalid-request'],
  ['?after=', 422, 'invalid-request'],
  ['?cursor=x', 400, 'invalid-cursor'],
  ['?tail=1', 422, 'invalid-request'],
  ['?learner=a/b', 422, 'invalid-request'],
])('%s is refused', async (query, status, code) => {
  expect(await service.call(`GET ${url}/attempts.ndjson${query}`, { key })).toMatchObject({
    status,
    body: { code },
  })
})

test('an assignment that is not there, or is not for this key, is not found', async () => {
  const path = '/v1/courses/algebra/assignments/nowhere/attempts.ndjson'
  expect(await service.call(`GET ${path}`, { key })).toMatchObject({
    status: 404,
    body: { code: 'not-found' },
  })
  const stranger = await service.tenant('stranger')
  expect(await service.call(`GET ${url}/attempts.ndjson`, { key: stranger.key })).toMatchObject({
    status: 404,
    body: { code: 'not-found' },
  })
  expect((await service.call(`HEAD ${url}/attempts.ndjson`, { key })).status).toBe(404)
})

test('what fails on the way breaks the answer off, and the whole lines before it can be gone on from', async () => {
  const ids = await store(250)
  settle()
  await service.app.listen({ port: 0 })
  const { attempts } = service.services
  const list = attempts.listBefore.bind(attempts)
  let calls = 0
  vi.spyOn(attempts, 'listBefore').mockImplementation(async (...asked) => {
    calls += 1
    if (calls === 3) throw new Error('the connection is gone')
    return list(...asked)
  })
  const { text, whole } = await readAll(await begin(placeOf(service.app), `${url}/attempts.ndjson`, key))
  expect(whole).toBe(false)
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as AttemptRecord)
  const last = lines.at(-1)
  const rest = await exported(last === undefined ? '' : `?after=${last.id}`)
  expect([...idsIn(lines), ...idsIn(rest)]).toEqual(ids)
})

test('none is missing where read replicas lag behind, however far', async () => {
  const ids = await store(3)
  settle()
  const lagging = () => ({ $queryRaw: () => Promise.resolve([]) as never })
  const services = { ...service.services, attempts: createAttemptRepository(service.database, lagging) }
  const { tenantId } = await service.database.course.findFirstOrThrow({ where: { key: 'algebra' } })
  const principal = { keyId: '', tenantId, scopes: new Set([]), courses: [] }
  const path = { course: 'algebra', assignment: url.slice(url.lastIndexOf('/') + 1) }
  const { pieces } = await openAttemptExport(services, principal, path, {})
  let text = ''
  for await (const piece of pieces) text += piece
  expect(ids.filter(id => !text.includes(id))).toEqual([])
})
