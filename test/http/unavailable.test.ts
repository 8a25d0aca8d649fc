import { expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { migrate } from '../../src/database/migrate.js'
import { eventually, temporaryFolder } from '../support/server.js'
import { createTestService } from '../support/service.js'

const ANSWERS = { a: '11', J: 121 }

test('while the database is away every answer is 503 with Retry-After, and afterwards it goes on by itself', async () => {
  const folder = await temporaryFolder()
  const settings = { fsync: 'off' }
  let postgres = await startEmbeddedPostgres({ dataFolder: folder.path, settings })
  try {
    const { url } = postgres
    await migrate(url)
    const service = await createTestService({
      url,
      database: createDatabase(url, { connectionTimeout: 1_000 }),
    })
    const { key } = await service.tenant('owner')
    await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
    await service.call('PUT /v1/courses/algebra/assignments/week-1', { key, body: { graph: 'lab-network0' } })
    const submit = () =>
      service.call('POST /v1/courses/algebra/assignments/week-1/attempts', {
        key,
        body: { learner: 'ada', answers: ANSWERS },
        headers: { 'idempotency-key': 'through-the-outage' },
      })
    expect((await submit()).status).toBe(201)
    expect((await service.call('GET /readyz')).status).toBe(200)

    await postgres.stop()
    const answers = [
      await submit(),
      await service.call('GET /v1/courses', { key }),
      await service.call('GET /readyz'),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await service.call('GET /livez')).status).toBe(200)

    const port = new URL(url).port
    postgres = await startEmbeddedPostgres({ dataFolder: folder.path, settings: { ...settings, port } })
    await eventually(async () => (await service.call('GET /readyz')).status === 200)
    expect(await submit()).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
    await service.close()
  } finally {
    await postgres.stop()
    await folder.remove()
  }
})
