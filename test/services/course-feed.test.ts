import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createAttemptFeedRepository, type AttemptFeedRepository } from '../../src/database/attempt-feed.js'
import { createHintListener, notifyServers } from '../../src/database/live-hints.js'
import {
  createCourseFeeds,
  type FeedBatch,
  type FeedEvent,
  type Watching,
} from '../../src/services/course-feed.js'
import { pauseFor } from '../../src/services/live-clock.js'
import { eventually, onServer } from '../support/server.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { createObservedWriter, type Desk } from '../support/writing.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

let room: TestDatabase
beforeAll(async () => {
  room = await createTestDatabase()
})
const replicas: { readonly stop: () => Promise<void> }[] = []
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.stop()
})
afterAll(() => room.drop())

/** New assignments, each in a course of its own unless they are to be in one. */
async function createDesks(count: number, { together = false } = {}): Promise<Desk[]> {
  const courses = await onServer<{ id: string }>(
    room.url,
    `WITH tenant AS (
       INSERT INTO tenants (id, key, name, created_at) SELECT id, id, 'Owner', now() FROM gen_random_uuid() id RETURNING id)
     INSERT INTO courses (id, tenant_id, key, title, created_at, updated_at)
     SELECT gen_random_uuid(), tenant.id, 'course-' || n, 'Course', now(), now() FROM tenant, generate_series(1, $1::int) n
     RETURNING id`,
    [together ? 1 : count],
  )
  const desks: Desk[] = []
  for (let index = 0; index < count; index += 1) {
    const [desk] = await onServer<Desk>(
      room.url,
      `INSERT INTO assignments (course_id, id, key, graph_id, graph_version, points, late_credit, keep, feedback, reveal,
         variants, follow_through, seed, revision, created_at, updated_at)
       SELECT $1, gen_random_uuid(), $2, id, 1, 10, 1, 'best', 'full', 'never', 'fixed', 0, sha256('seed'), 1, now(), now()
       FROM graphs WHERE key = 'lab-network0' LIMIT 1
       RETURNING course_id AS "courseId", id AS "assignmentId", graph_id AS "graphId", graph_version AS "graphVersion"`,
      [courses[together ? 0 : index]!.id, `week-${String(index + 1)}`],
    )
    desks.push(desk!)
  }
  return desks
}

const KEY = 'a key'

/** So many times faster than the clock on the wall. */
const FASTER = 20

/** A server's feeds and its writer. Hints are sent where the test says so. */
function createReplica(
  options: {
    readonly looks?: boolean
    readonly mostWatchers?: number
    readonly mostWatchersPerKey?: number
    readonly repository?: Partial<AttemptFeedRepository>
  } = {},
) {
  const { looks = true, repository = {}, ...given } = options
  const errors: unknown[] = []
  const feeds = createCourseFeeds({
    ...given,
    repository: { ...createAttemptFeedRepository(room.database), ...repository },
    listen: createHintListener(room.url),
    notify: payload => notifyServers(room.database, payload),
    newId: uuidv7,
    now: () => performance.now() * FASTER,
    // Without looks it looks once when it begins and never again.
    pause: (milliseconds, signal) =>
      pauseFor(!looks && milliseconds >= 250 ? 1_000_000 : milliseconds / FASTER, signal),
    onError: error => errors.push(error),
  })
  replicas.push(feeds)
  const { submit } = createObservedWriter(room.database)
  const submitAs = async (desk: Desk, learner: string, id = uuidv7()): Promise<string> => {
    const { kind } = await submit(desk, { learner, id })
    expect(kind).toBe('stored')
    return id
  }
  const tell = (desk: Desk, ...ids: readonly string[]): void => {
    feeds.tell({ kind: 'attempts', attempts: ids.map(id => ({ courseId: desk.courseId, id })) })
  }
  return {
    feeds,
    errors,
    tell,
    /** Stores an attempt, and says nothing of it. */
    submit: submitAs,
    /** Stores an attempt and tells of it. */
    grade: async (desk: Desk, learner: string): Promise<string> => {
      const id = await submitAs(desk, learner)
      tell(desk, id)
      return id
    },
  }
}

type Replica = ReturnType<typeof createReplica>

/** A watcher that is ready, and what it was given; resolves once that is so many events. */
async function watch({ feeds }: Replica, { courseId }: Desk, assignmentId?: string) {
  const leaving = new AbortController()
  const watching = feeds.watch(courseId, { keyId: KEY, assignmentId }, leaving.signal)
  await watching.ready
  const events: FeedEvent[] = []
  let missed = 0
  return {
    events,
    missed: () => missed,
    leave: () => {
      leaving.abort()
    },
    atLeast: async (count: number): Promise<FeedEvent[]> => {
      while (events.length < count) {
        const { value } = await watching.next()
        if (value === undefined) throw new Error('the watching is over')
        events.push(...value.events)
        missed += value.missed
      }
      return events
    },
  }
}

/** The connections that listen in this database. */
async function listeners(): Promise<number[]> {
  const rows = await onServer<{ pid: number }>(
    room.url,
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'chainmark live' AND query LIKE 'LISTEN%'`,
  )
  return rows.map(({ pid }) => pid)
}

const attemptIds = (events: readonly FeedEvent[]): string[] => events.map(({ attemptId }) => attemptId)

/** Each learner's numbers, in the order in which they came. */
function numbersOf(events: readonly FeedEvent[]): Map<string, number[]> {
  const numbers = new Map<string, number[]>()
  for (const { assignmentId, learner, number } of events) {
    const lane = `${assignmentId} ${learner}`
    numbers.set(lane, [...(numbers.get(lane) ?? []), number])
  }
  return numbers
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

test('every attempt reaches every watcher of every server once, and a learner’s in order', async () => {
  const servers = [createReplica(), createReplica()]
  const desks = await createDesks(2, { together: true })
  await servers[0]!.submit(desks[0]!, 'early')
  const watchers = await Promise.all(
    servers.flatMap(server => [watch(server, desks[0]!), watch(server, desks[0]!)]),
  )
  const narrow = await watch(servers[1]!, desks[0]!, desks[1]!.assignmentId)
  const sent: Promise<string>[] = []
  for (let round = 0; round < 8; round += 1) {
    for (let learner = 0; learner < 25; learner += 1) {
      const server = servers[(round + learner) % 2]!
      for (const desk of desks) sent.push(server.grade(desk, `learner-${String(learner)}`))
    }
  }
  const ids = await Promise.all(sent)
  for (const watcher of watchers) {
    await watcher.atLeast(400)
    expect(attemptIds(watcher.events).toSorted()).toEqual(ids.toSorted())
    expect(watcher.missed()).toBe(0)
    for (const numbers of numbersOf(watcher.events).values()) expect(numbers).toEqual(upTo(8))
  }
  await narrow.atLeast(200)
  expect(new Set(narrow.events.map(({ assignmentId }) => assignmentId))).toEqual(
    new Set([desks[1]!.assignmentId]),
  )
  // Had anything come twice, or from before, it would have come before this.
  const last = await servers[0]!.grade(desks[0]!, 'last')
  for (const watcher of watchers) expect((await watcher.atLeast(401)).at(-1)!.attemptId).toBe(last)
})

test('twenty watchers of one course are each given all of a burst', async () => {
  const server = createReplica()
  const [desk] = await createDesks(1)
  const watchers = await Promise.all(Array.from({ length: 20 }, () => watch(server, desk!)))
  const ids = await Promise.all(
    Array.from({ length: 300 }, (_, index) => server.grade(desk!, `learner-${String(index)}`)),
  )
  for (const watcher of watchers) {
    expect(attemptIds(await watcher.atLeast(300)).toSorted()).toEqual(ids.toSorted())
  }
  expect(server.feeds.load()).toEqual({ watchers: 20, courses: 1 })
})

test('more than can be told is counted: of all, or of the one assignment that is watched', async () => {
  const server = createReplica()
  const [desk, other] = await createDesks(2, { together: true })
  const wide = server.feeds.watch(desk!.courseId, { keyId: KEY })
  const narrow = server.feeds.watch(desk!.courseId, { keyId: KEY, assignmentId: other!.assignmentId })
  // So many watch that 60 attempts are more than one server tells at once.
  const crowd = Array.from({ length: 1_500 }, () => server.feeds.watch(desk!.courseId, { keyId: KEY }))
  await Promise.all([wide.ready, narrow.ready])
  const learners = Array.from({ length: 30 }, (_, index) => `learner-${String(index)}`)
  const ids = await Promise.all(
    learners.flatMap(learner => [server.submit(desk!, learner), server.submit(other!, learner)]),
  )
  server.tell(desk!, ...ids)
  const read = async (watching: Watching<FeedBatch>, all: number) => {
    const events: FeedEvent[] = []
    let missed = 0
    while (events.length + missed < all) {
      const { value } = await watching.next()
      events.push(...(value?.events ?? []))
      missed += value?.missed ?? 0
    }
    expect(events.length + missed).toBe(all)
    expect(new Set(attemptIds(events)).size).toBe(events.length)
    return { events, missed }
  }
  expect((await read(wide, 60)).missed).toBeGreaterThan(0)
  const ofOne = await read(narrow, 30)
  expect(ofOne.missed).toBeGreaterThan(0)
  expect(new Set(ofOne.events.map(({ assignmentId }) => assignmentId)).size).toBeLessThanOrEqual(1)
  expect(ofOne.events.every(({ assignmentId }) => assignmentId === other!.assignmentId)).toBe(true)
  for (const watching of crowd) await watching.return?.()
})

test('a hint reaches another server, which reads by it alone', async () => {
  const [here, there] = [createReplica({ looks: false }), createReplica({ looks: false })]
  const [desk] = await createDesks(1)
  const watcher = await watch(there, desk!)
  await eventually(async () => (await listeners()).length === 1)
  const first = await here.submit(desk!, 'mila')
  const second = await here.submit(desk!, 'mila')
  const third = await here.grade(desk!, 'mila')
  // The hint names the third alone.
  expect(attemptIds(await watcher.atLeast(3))).toEqual([first, second, third])
})

test('hints that are lost altogether lose nothing', async () => {
  const [here, there] = [createReplica(), createReplica()]
  const [desk] = await createDesks(1)
  const watcher = await watch(there, desk!)
  const ids = await Promise.all(upTo(30).map(index => here.submit(desk!, `learner-${String(index % 10)}`)))
  expect(attemptIds(await watcher.atLeast(30)).toSorted()).toEqual(ids.toSorted())
  for (const numbers of numbersOf(watcher.events).values()) expect(numbers).toEqual([1, 2, 3])
})

test('a connection that is cut off while it listens loses nothing, and listens again', async () => {
  const [here, there] = [createReplica(), createReplica()]
  const [desk] = await createDesks(1)
  const watcher = await watch(there, desk!)
  await eventually(async () => (await listeners()).length === 1)
  const ids = [await here.grade(desk!, 'mila')]
  await watcher.atLeast(1)
  const [before] = await listeners()
  await onServer(room.url, 'SELECT pg_terminate_backend($1::int)', [before])
  ids.push(await here.grade(desk!, 'mila'), await here.grade(desk!, 'noor'))
  await watcher.atLeast(3)
  await eventually(async () => (await listeners()).some(pid => pid !== before))
  ids.push(await here.grade(desk!, 'mila'))
  expect(attemptIds(await watcher.atLeast(4)).toSorted()).toEqual(ids.toSorted())
  expect(there.errors).toHaveLength(1)
})

test('what is committed late, with an id older than what was told of, is told of', async () => {
  const server = createReplica()
  const [desk] = await createDesks(1)
  const watcher = await watch(server, desk!)
  const late = [uuidv7(), uuidv7()]
  const first = await server.grade(desk!, 'mila')
  await watcher.atLeast(1)
  await server.submit(desk!, 'mila', late[0])
  await watcher.atLeast(2)
  await server.submit(desk!, 'noor', late[1])
  expect(attemptIds(await watcher.atLeast(3))).toEqual([first, ...late])
})

test('a database that fails for a while loses nothing', async () => {
  const stored = createAttemptFeedRepository(room.database)
  let isAway = true
  const unlessAway =
    <Given extends unknown[], Result>(read: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> =>
      isAway ? Promise.reject(new Error('away')) : read(...given)
  const server = createReplica({
    repository: {
      count: unlessAway(stored.count),
      page: unlessAway(stored.page),
      find: unlessAway(stored.find),
    },
  })
  const [desk] = await createDesks(1)
  const leaving = new AbortController()
  const watching = server.feeds.watch(desk!.courseId, { keyId: KEY }, leaving.signal)
  await eventually(() => server.errors.length >= 2)
  isAway = false
  await watching.ready
  isAway = true
  const id = await server.grade(desk!, 'mila')
  const tries = server.errors.length
  await eventually(() => server.errors.length > tries + 1)
  isAway = false
  expect((await watching.next()).value).toMatchObject({ events: [{ attemptId: id }], missed: 0 })
})

test('who goes away leaves nothing: no reader, no timer, and after a while no connection', async () => {
  const server = createReplica()
  const desks = await createDesks(2)
  const watchers = await Promise.all(desks.map(desk => watch(server, desk)))
  const signal = new AbortController().signal
  const progress = server.feeds.watchProgress(desks[0]!.courseId, { keyId: KEY }, signal)
  const ended: Watching<unknown>[] = [progress]
  await progress.ready
  expect(server.feeds.load()).toEqual({ watchers: 3, courses: 2 })
  await eventually(async () => (await listeners()).length === 1)
  for (const watcher of watchers) watcher.leave()
  for (const watching of ended) await watching.return!()
  expect(server.feeds.load()).toEqual({ watchers: 0, courses: 0 })
  await eventually(async () => (await listeners()).length === 0)
  // And who comes later finds all as it was.
  const again = await watch(server, desks[0]!)
  const id = await server.grade(desks[0]!, 'mila')
  expect(attemptIds(await again.atLeast(1))).toEqual([id])
})

test('who was gone before watching, and who breaks off a loop, is not kept', async () => {
  const server = createReplica()
  const [desk] = await createDesks(1)
  const gone = server.feeds.watch(desk!.courseId, { keyId: KEY }, AbortSignal.abort())
  expect(await gone.next()).toEqual({ done: true, value: undefined })
  const watching = server.feeds.watch(desk!.courseId, { keyId: KEY }, new AbortController().signal)
  await watching.ready
  await server.grade(desk!, 'mila')
  for await (const { events } of watching) {
    expect(events).toHaveLength(1)
    break
  }
  expect(server.feeds.load()).toEqual({ watchers: 0, courses: 0 })
})

test('more watchers than a server takes are refused, until one goes', async () => {
  const server = createReplica({ mostWatchers: 2 })
  const desks = await createDesks(2)
  const first = await watch(server, desks[0]!)
  await watch(server, desks[0]!)
  const third = (): Watching<unknown> =>
    server.feeds.watchProgress(desks[1]!.courseId, { keyId: KEY }, new AbortController().signal)
  expect(third).toThrow(expect.objectContaining({ code: 'too-many-subscriptions', status: 429 }) as Error)
  expect(server.feeds.load()).toEqual({ watchers: 2, courses: 1 })
  first.leave()
  await third().ready
})

test('one key takes no room from others', async () => {
  const server = createReplica({ mostWatchersPerKey: 1 })
  const [desk] = await createDesks(1)
  const watchAs = (keyId: string) => server.feeds.watch(desk!.courseId, { keyId })
  const first = watchAs('mila')
  const refused = expect.objectContaining({ code: 'too-many-subscriptions', status: 429 }) as Error
  expect(() => watchAs('mila')).toThrow(refused)
  await watchAs('noor').ready
  await first.return?.()
  await watchAs('mila').ready
  expect(() => watchAs('mila')).toThrow(refused)
})

test('progress: learners by name, and all where something else changed, hint or no hint', async () => {
  const [here, there] = [createReplica(), createReplica()]
  const [desk] = await createDesks(1)
  await here.submit(desk!, 'mila')
  const watching = there.feeds.watchProgress(desk!.courseId, { keyId: KEY }, new AbortController().signal)
  await watching.ready
  await here.grade(desk!, 'mila')
  expect((await watching.next()).value).toEqual({ learners: ['mila'], all: false, missed: 0 })
  const changes = [
    `INSERT INTO members (course_id, key, role, created_at, updated_at) VALUES ($1, 'noor', 'learner', now(), now())`,
    `UPDATE members SET name = 'Noor' WHERE course_id = $1 AND key = 'noor'`,
    `UPDATE members SET role = 'instructor' WHERE course_id = $1 AND key = 'mila'`,
    `UPDATE members SET created_at = now() WHERE course_id = $1 AND key = 'noor'`,
    `DELETE FROM members WHERE course_id = $1 AND key = 'noor'`,
    `INSERT INTO overrides (course_id, assignment_id, learner, extra_attempts, created_at, updated_at)
     SELECT course_id, id, 'mila', 1, now(), now() FROM assignments WHERE course_id = $1`,
    'UPDATE overrides SET extra_attempts = 2, updated_at = now() WHERE course_id = $1',
    'DELETE FROM overrides WHERE course_id = $1',
    `UPDATE assignments SET regrade_id = '${uuidv7()}' WHERE course_id = $1`,
    'UPDATE assignments SET revision = revision + 1 WHERE course_id = $1',
  ]
  for (const change of changes) {
    await onServer(room.url, change, [desk!.courseId])
    expect((await watching.next()).value, change).toEqual({ learners: [], all: true, missed: 0 })
  }
  here.feeds.tell({ kind: 'progress', courseId: desk!.courseId })
  expect((await watching.next()).value).toEqual({ learners: [], all: true, missed: 0 })
})

test('of who came and went before the tables were looked at, nothing is kept', async () => {
  const server = createReplica()
  const [desk] = await createDesks(1)
  await watch(server, desk!)
  /** What is resolved once a watcher of progress is ready, seen without being kept. */
  const comeAndGo = (): WeakRef<Promise<void>> => {
    const leaving = new AbortController()
    const { ready } = server.feeds.watchProgress(desk!.courseId, { keyId: KEY }, leaving.signal)
    leaving.abort()
    return new WeakRef(ready)
  }
  const gone = Array.from({ length: 10 }, comeAndGo)
  await eventually(() => {
    collectGarbage()
    return gone.every(ready => ready.deref() === undefined)
  })
})

test('a server that stops ends who watches, and takes nobody any more', async () => {
  const server = createReplica()
  const [desk] = await createDesks(1)
  const watching = server.feeds.watch(desk!.courseId, { keyId: KEY }, new AbortController().signal)
  const next = watching.next()
  await server.feeds.stop()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(await listeners()).toEqual([])
  expect(() => server.feeds.watch(desk!.courseId, { keyId: KEY }, new AbortController().signal)).toThrow(
    expect.objectContaining({ code: 'unavailable' }) as Error,
  )
})
