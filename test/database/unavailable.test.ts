import process from 'node:process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type Database, type DatabaseOptions } from '../../src/database/client.js'
import { isDatabaseUnavailable } from '../../src/database/faults.js'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { migrate, pendingMigrations } from '../../src/database/migrate.js'
import { eventually, onServer, postmasterPid, temporaryFolder } from '../support/server.js'

// A Postgres of this file's own, that it can stop, kill and freeze. It keeps its port, as one that is restarted does.
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: EmbeddedPostgres
let port: string

async function start(): Promise<void> {
  server = await startEmbeddedPostgres({
    dataFolder: folder.path,
    settings: { fsync: 'off', max_connections: '12', ...(port ? { port } : {}) },
  })
  port = new URL(server.url).port
}

beforeAll(async () => {
  port = ''
  folder = await temporaryFolder()
  await start()
  await migrate(server.url)
})

afterAll(async () => {
  await server.stop()
  await folder.remove()
})

function connect(options: DatabaseOptions = {}): Database {
  const database = createDatabase(server.url, options)
  onTestFinished(() => database.$disconnect())
  return database
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )
}

/** Every way in which the services talk to the database. */
const ways: Record<string, (database: Database) => Promise<unknown>> = {
  'a model call': database => database.tenant.findFirst(),
  $queryRaw: database => database.$queryRaw`SELECT 1 AS one`,
  $executeRaw: database => database.$executeRaw`SELECT 1`,
  'an interactive transaction': database => database.$transaction(tx => tx.tenant.findFirst()),
  'a batch': database => database.$transaction([database.tenant.findFirst(), database.graph.findFirst()]),
}

async function expectUnavailable(database: Database): Promise<void> {
  for (const [name, way] of Object.entries(ways)) {
    const error = await errorOf(way(database))
    expect(isDatabaseUnavailable(error), `${name}: ${String(error)}`).toBe(true)
  }
}

/** Work that is under way, each on its own connection, until the server does something about it. */
async function workUnderWay(database: Database): Promise<Promise<unknown>[]> {
  let release = () => undefined as void
  const released = new Promise<void>(resolve => (release = resolve))
  const between = database.$transaction(async tx => {
    await tx.$executeRaw`SELECT set_config('application_name', 'between', false)`
    await released
    await tx.tenant.findFirst()
  })
  const beforeCommit = database.$transaction(async tx => {
    await tx.$executeRaw`SELECT set_config('application_name', 'between', false)`
    await released
  })
  const work = [
    errorOf(database.$queryRaw`SELECT pg_sleep(20)::text`),
    errorOf(database.$executeRaw`SELECT pg_sleep(20)`),
    errorOf(database.$transaction(tx => tx.$queryRaw`SELECT pg_sleep(20)::text`)),
    errorOf(between),
    errorOf(beforeCommit),
  ]
  await eventually(async () => {
    const rows = await onServer<{ count: number }>(
      server.url,
      `SELECT count(*)::int FROM pg_stat_activity
       WHERE (state = 'active' AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid())
         OR (state = 'idle in transaction' AND application_name = 'between')`,
    )
    return rows[0]?.count === 5
  })
  void Promise.all(work.slice(0, 3)).then(release)
  return work
}

describe('a server that is stopped', () => {
  test('is unavailable to work that is under way, and work after its restart succeeds', async () => {
    const database = connect()
    const work = await workUnderWay(database)

    await server.stop()

    for (const error of await Promise.all(work)) expect(error).toSatisfy(isDatabaseUnavailable)
    await expectUnavailable(database)
    await start()
    expect(await database.course.count()).toBe(0)
  })

  test('is unavailable to a client that has never connected, by address or by name', async () => {
    await server.stop()
    await expectUnavailable(connect())
    const byName = createDatabase(server.url.replace('127.0.0.1', 'localhost'))
    await expectUnavailable(byName)
    expect(await errorOf(migrate(server.url))).toSatisfy(isDatabaseUnavailable)
    expect(await errorOf(pendingMigrations(server.url))).toSatisfy(isDatabaseUnavailable)
    await start()
  })

  test('breaks idle connections without harm, and the log hears of it', async () => {
    const heard: string[] = []
    const database = connect({ log: message => heard.push(message) })
    await database.tenant.findFirst()

    await server.stop()

    await eventually(() => heard.some(message => message.startsWith('An idle database connection broke')))
    await start()
    expect(await database.course.count()).toBe(0)
  })
})

test('a server that is killed is unavailable to work that is under way, and after its recovery is not', async () => {
  const database = connect()
  const work = await workUnderWay(database)

  process.kill(await postmasterPid(folder.path), 'SIGKILL')

  for (const error of await Promise.all(work)) expect(error).toSatisfy(isDatabaseUnavailable)
  await expectUnavailable(database)
  await start()
  expect(await database.course.count()).toBe(0)
})

test('a server that is shutting down or starting up (57P03) is unavailable', async () => {
  const holdsItOpen = connect()
  await holdsItOpen.$transaction(async tx => {
    await tx.tenant.findFirst()
    // The smart shutdown: no new connections, but the old ones may finish.
    process.kill(await postmasterPid(folder.path), 'SIGTERM')
    const database = createDatabase(server.url)
    await eventually(async () => {
      const error = await errorOf(database.$queryRaw`SELECT pg_sleep(1)`)
      return String(error).includes('57P03')
    })
    await expectUnavailable(database)
    await database.$disconnect()
  })
  await server.stop()
  await start()
})

test('a server whose connections are all taken (53300) is unavailable', async () => {
  const crowd = connect({ poolSize: 12 })
  let release = () => undefined as void
  const released = new Promise<void>(resolve => (release = resolve))
  let inside = 0
  const taken = Array.from({ length: 12 }, () =>
    crowd.$transaction(async tx => {
      await tx.tenant.findFirst()
      inside++
      await released
    }),
  )
  await eventually(() => inside === 12)

  const database = connect()
  await expectUnavailable(database)

  release()
  await Promise.all(taken)
  await crowd.$disconnect()
  await eventually(() =>
    database.tenant.count().then(
      () => true,
      () => false,
    ),
  )
})

describe('a server that no longer answers', () => {
  let pid: number
  beforeEach(async () => {
    pid = await postmasterPid(folder.path)
  })
  afterEach(() => process.kill(pid, 'SIGCONT'))

  test('is unavailable to new connections once their time is over', async () => {
    process.kill(pid, 'SIGSTOP')
    const database = connect({ connectionTimeout: 500 })
    await Promise.all(
      Object.values(ways).map(async way => {
        expect(await errorOf(way(database))).toSatisfy(isDatabaseUnavailable)
      }),
    )
  })

  test('is unavailable to a query that is under way, once its time is over, and works again when it wakes', async () => {
    const database = connect({ poolSize: 1, statementTimeout: 100, connectionTimeout: 500 })
    const [row] = await database.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
    const backend = row?.pid ?? 0
    process.kill(backend, 'SIGSTOP')
    const error = await errorOf(database.$queryRaw`SELECT 2 AS two`)
    process.kill(backend, 'SIGCONT')
    expect(error).toSatisfy(isDatabaseUnavailable)
    expect(await database.$queryRaw`SELECT 3 AS three`).toEqual([{ three: 3 }])
  })
})

describe('a pool whose connections are all busy', () => {
  test('is unavailable once the time to wait is over, and works again when they are free', async () => {
    const database = connect({ poolSize: 1, connectionTimeout: 500 })
    let release = () => undefined as void
    const released = new Promise<void>(resolve => (release = resolve))
    let inside = false
    const busy = database.$transaction(async tx => {
      await tx.tenant.findFirst()
      inside = true
      await released
    })
    await eventually(() => inside)
    const errors = await Promise.all(Object.values(ways).map(way => errorOf(way(database))))
    release()
    await busy
    for (const error of errors) expect(error).toSatisfy(isDatabaseUnavailable)
    await Promise.all(Object.values(ways).map(way => way(database)))
  })
})

describe('what fails for other reasons is not taken for an unavailable database', () => {
  const id = 'aaaaaaaa-0000-7000-8000-000000000001'
  const tenant = (key: string) => ({ id, key, name: 'N', createdAt: new Date() })

  test('broken constraints', async () => {
    const database = connect()
    await database.tenant.create({ data: tenant('taken') })

    const byModel = await errorOf(
      database.tenant.create({ data: { ...tenant('taken'), id: id.replace(/1$/, '2') } }),
    )
    const byPrimaryKey = await errorOf(database.tenant.create({ data: tenant('free') }))
    const byRaw = await errorOf(
      database.$executeRaw`INSERT INTO tenants VALUES (gen_random_uuid(), 'taken', 'N', now())`,
    )
    const byPg = await errorOf(
      onServer(server.url, `INSERT INTO tenants VALUES (gen_random_uuid(), 'taken', 'N', now())`),
    )
    const foreign = await errorOf(
      database.$executeRaw`INSERT INTO graphs VALUES (gen_random_uuid(), gen_random_uuid(), 'g', 1, now(), now())`,
    )
    const check = await errorOf(
      database.$executeRaw`INSERT INTO graphs VALUES (gen_random_uuid(), ${id}::uuid, 'g', 0, now(), now())`,
    )

    for (const error of [byModel, byPrimaryKey, byRaw, byPg, foreign, check]) {
      expect(isDatabaseUnavailable(error), String(error)).toBe(false)
    }
  })

  test('mistakes of ours', async () => {
    const database = connect()
    let closed: Parameters<Parameters<Database['$transaction']>[0]>[0] | undefined
    await database.$transaction(async tx => {
      closed = tx
      await tx.tenant.count()
    })
    const mistakes = [
      await errorOf(database.$queryRaw`SELEC 1`),
      await errorOf(database.$queryRaw`SELECT * FROM nothing_there`),
      await errorOf(database.tenant.findUniqueOrThrow({ where: { key: 'nobody' } })),
      await errorOf(closed?.tenant.count() ?? Promise.resolve()),
      await errorOf(onServer(server.url.replace(/\/chainmark$/, '/nothing_there'), 'SELECT 1')),
      new TypeError('x is not a function'),
      'a string',
      undefined,
    ]
    for (const error of mistakes) expect(isDatabaseUnavailable(error), String(error)).toBe(false)
  })

  test('a wrong password', async () => {
    const wrong = new URL(server.url)
    wrong.password = 'wrong'
    const database = createDatabase(wrong.href)
    expect(await errorOf(database.tenant.count())).not.toSatisfy(isDatabaseUnavailable)
  })
})

test('timestamps come back as they went, whatever the zone of the server or the options in the URL', async () => {
  await onServer(server.url, `ALTER ROLE chainmark SET timezone = 'Asia/Kathmandu'`)
  const url = new URL(server.url)
  url.searchParams.set('options', '-c search_path=public')
  for (const connection of [server.url, url.href]) {
    const database = createDatabase(connection)
    const createdAt = new Date('2026-03-29T01:30:00.123Z')
    const id = 'aaaaaaaa-0000-7000-8000-00000000000f'
    await database.tenant.create({ data: { id, key: 'zone', name: 'Z', createdAt } })
    expect((await database.tenant.findUniqueOrThrow({ where: { id } })).createdAt).toEqual(createdAt)
    const rows = await database.$queryRaw<
      { at: Date }[]
    >`SELECT created_at AS at FROM tenants WHERE id = ${id}::uuid`
    expect(rows).toEqual([{ at: createdAt }])
    await database.tenant.delete({ where: { id } })
    await database.$disconnect()
  }
})
