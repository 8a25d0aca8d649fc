/** The whole application over a database of its own, with a clock that the test sets. */
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { randomBytes } from 'node:crypto'
import { buildApp } from '../../src/app.js'
import { SCOPES, type Scope } from '../../src/contracts/scopes.js'
import type { Database } from '../../src/database/client.js'
import { createKey, createTenant } from '../../src/services/api-keys.js'
import { createServices } from '../../src/compose.js'
import { createDatabase } from '../../src/database/client.js'
import { createHintListener } from '../../src/database/live-hints.js'
import { createFigureStore } from '../../src/services/draw-figure.js'
import { createFigurePool } from '../../src/services/figure-pool.js'
import type { Services } from '../../src/services/services.js'
import { createTestDatabase, type TestDatabase } from './database.js'

export type Answer = {
  readonly status: number
  readonly body: unknown
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

export type Call = {
  readonly key?: string | undefined
  readonly body?: unknown
  /** Sent as it is, as JSON unless the headers say otherwise. */
  readonly text?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type TestService = {
  readonly app: FastifyInstance
  readonly services: Services
  readonly database: Database
  readonly url: string
  /** All that was logged so far. */
  readonly logged: () => string
  readonly clock: { now: number }
  /** A new tenant with a key of all scopes. */
  readonly tenant: (name: string) => Promise<{ readonly id: string; readonly key: string }>
  readonly key: (
    tenantId: string,
    scopes: readonly Scope[],
    courses?: readonly string[],
  ) => Promise<{ id: string; key: string }>
  readonly call: (route: string, call?: Call) => Promise<Answer>
  readonly close: () => Promise<void>
}

export const START = Date.parse('2026-03-01T12:00:00Z')

/** Threads run what was compiled before the tests: plain Node reads no TypeScript. */
export const FIGURE_WORKER = new URL('../../dist/services/figure-worker.js', import.meta.url)

/** Over a database of the run's Postgres, or over the one given, which is then left as it is. */
export async function createTestService(
  given?: Pick<TestDatabase, 'url' | 'database'>,
): Promise<TestService> {
  const { url, database, drop } =
    given === undefined ? await createTestDatabase() : { ...given, drop: () => given.database.$disconnect() }
  const clock = { now: START }
  const effects = { now: () => clock.now, monotonic: () => clock.now, newId: uuidv7, randomBytes }
  const lines: string[] = []
  const pool = createFigurePool({
    workerFile: FIGURE_WORKER,
    // A machine that is busy with other tests is not what these are about.
    limitMilliseconds: 60_000,
    onError: error => lines.push(String(error)),
  })
  // Its statements are prepared, as those of the writer's own pool are; it waits for locks as long as a test holds them.
  const writerDatabase = given === undefined ? createDatabase(url, { looksUpKeys: true }) : database
  const services = createServices(database, {
    effects,
    maxNodes: 2000,
    figures: createFigureStore(pool),
    writerDatabase,
    listen: createHintListener(url),
  })
  const app = await buildApp(services, pino({ level: 'trace' }, { write: line => lines.push(line) }))
  const key: TestService['key'] = (tenantId, scopes, courses = []) =>
    createKey(services.keys, effects, { tenantId, name: 'test', scopes, courses })
  return {
    app,
    services,
    database,
    url,
    clock,
    key,
    logged: () => lines.join(''),
    tenant: async name => {
      const tenant = await createTenant(services.tenants, effects, { key: name, name })
      if (tenant === undefined) throw new Error(`the tenant ${name} exists`)
      return { id: tenant.id, key: (await key(tenant.id, SCOPES)).key }
    },
    call: (route, call) => inject(app, route, call),
    close: async () => {
      services.feeds.endAll()
      await app.close()
      await services.feeds.stop()
      await pool.close()
      await writerDatabase.$disconnect()
      await drop()
    },
  }
}

async function inject(
  app: FastifyInstance,
  route: string,
  { key, body, text, headers }: Call = {},
): Promise<Answer> {
  const [method, url] = route.split(' ') as [InjectOptions['method'], string]
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await app.inject({
    ...(method === undefined ? {} : { method }),
    url,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  })
  const isJson = /^application\/(problem\+)?json/.test(String(response.headers['content-type']))
  return {
    status: response.statusCode,
    body: isJson ? (JSON.parse(response.body) as unknown) : response.body,
    text: response.body,
    headers: response.headers,
  }
}
