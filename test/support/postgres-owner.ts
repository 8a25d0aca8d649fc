// A process that owns a Postgres, for tests that kill it: node --import tsx postgres-owner.ts <data folder>.
// Prints what it got as a line of JSON. Stops Postgres on a line "stop"; on SIGINT it first shows that it still runs.
import process from 'node:process'
import readline from 'node:readline'
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { onServer } from './server.js'

const dataFolder = process.argv[2] ?? ''
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)

try {
  const postgres = await startEmbeddedPostgres({ dataFolder })
  const stop = async () => {
    await postgres.stop()
    process.exit(0)
  }
  process.on('SIGINT', () => {
    void onServer(postgres.url, 'SELECT 1').then(
      () => say({ interrupted: 'Postgres still runs' }),
      (error: unknown) => say({ interrupted: String(error) }),
    )
  })
  readline.createInterface({ input: process.stdin }).on('line', () => void stop())
  say({ url: postgres.url, owned: postgres.owned })
} catch (error) {
  say({ error: String(error), code: (error as { code?: unknown }).code })
  process.exit(1)
}
