import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createServices } from '../../src/compose.js'
import { createDatabase, type Database } from '../../src/database/client.js'
import { isDatabaseUnavailable } from '../../src/database/faults.js'
import { createWriterDatabase } from '../../src/database/writer-database.js'
import { onServer } from '../support/server.js'
import { createTestService } from '../support/service.js'

const service = await createTestService()
afterAll(() => service.close())

function closing(database: Database): Database {
  onTestFinished(() => database.$disconnect())
  return database
}

/** Promises that are kept when a test says so. */
function gate() {
  let open = (): void => undefined
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

const settings = async (database: Database) =>
  (
    await database.$queryRaw<object[]>`
      SELECT current_setting('lock_timeout') AS locks, current_setting('timezone') AS timezone,
        current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('search_path') AS path,
        current_setting('transaction_isolation') AS isolation`
  )[0]

test('its sessions wait for nobody for long, and options in the URL still hold and win', async () => {
  const plain = closing(createWriterDatabase(service.url))
  expect(await settings(plain)).toMatchObject({ locks: '2s', idle: '5s', timezone: 'UTC' })
  const url = new URL(service.url)
  url.searchParams.set('options', '-c search_path=public,pg_temp -c lock_timeout=7s')
  const given = closing(createWriterDatabase(url.href))
  expect(await settings(given)).toMatchObject({
    locks: '7s',
    idle: '5s',
    timezone: 'UTC',
    path: 'public,pg_temp',
  })
  const { pathname } = new URL(service.url)
  await onServer(
    service.url,
    `ALTER DATABASE "${pathname.slice(1)}" SET default_transaction_isolation = 'serializable'`,
  )
  const others = closing(createDatabase(service.url))
  expect(await settings(others)).toMatchObject({
    locks: '0',
    idle: '1min',
    isolation: 'read committed',
  })
})

test('a transaction that does nothing is ended by the server, and what it has locked is free', async () => {
  const { id } = await service.tenant('locked')
  const database = closing(createDatabase(service.url, { idleTimeout: 200 }))
  const { opened, open } = gate()
  const { opened: isLocked, open: locked } = gate()
  const stuck = database
    .$transaction(async transaction => {
      await transaction.$queryRaw`SELECT id FROM tenants WHERE id = ${id}::uuid FOR UPDATE`
      locked()
      await opened
      await transaction.$executeRaw`UPDATE tenants SET name = 'never' WHERE id = ${id}::uuid`
    })
    .catch((error: unknown) => error)
  await isLocked
  await onServer(service.url, `UPDATE tenants SET name = 'free' WHERE id = '${id}'`)
  open()
  expect(await stuck).toSatisfy(isDatabaseUnavailable)
  expect(await service.database.tenant.findUniqueOrThrow({ where: { id } })).toMatchObject({ name: 'free' })
})

test('whether the database is there is answered while queries have all other connections', async () => {
  const crowded = closing(createDatabase(service.url, { poolSize: 1 }))
  const writerDatabase = closing(createWriterDatabase(service.url))
  const services = createServices(crowded, { ...service.services, writerDatabase })
  const { opened, open } = gate()
  const { opened: isInside, open: inside } = gate()
  const dashboard = crowded.$transaction(async transaction => {
    await transaction.tenant.count()
    inside()
    await opened
  })
  await isInside
  await services.ping()
  open()
  await dashboard
})
