/**
 * What a process of ours is made of, for the server and the command line alike: a database that is there, services
 * over it, and a way to close both.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from './config.js'
import { createDatabase } from './database/client.js'
import { startEmbeddedPostgres } from './database/embedded-postgres.js'
import { createServices, type Services } from './services/create-services.js'
import type { Effects } from './services/effects.js'
import type { KeyStore } from './services/seed-demo.js'

/** The real clock, ids and randomness. */
const systemEffects: Effects = { now: Date.now, newId: uuidv7, randomBytes }

export type Runtime = {
  readonly databaseUrl: string
  readonly services: Services
  readonly close: () => Promise<void>
}

export type RuntimeOptions = {
  readonly log: (message: string) => void
  /** Whether a Postgres that another process of ours runs in the data folder will do; it ends with that process. */
  readonly attach: boolean
}

/** Finds or starts the database that the configuration names and builds the services over it. */
export async function openRuntime(config: Config, { log, attach }: RuntimeOptions): Promise<Runtime> {
  const postgres =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log, attach })
      : undefined
  const databaseUrl = config.databaseUrl ?? postgres?.url ?? ''
  const database = createDatabase(databaseUrl, { log })
  return {
    databaseUrl,
    services: createServices(database, { effects: systemEffects, maxNodes: config.maxNodes }),
    close: async () => {
      await database.$disconnect()
      await postgres?.stop()
    },
  }
}

/** The demo's key in a file of the data folder that only its owner can read. */
export function demoKeyFile(dataFolder: string): KeyStore {
  const file = path.join(dataFolder, 'demo-key')
  return {
    read: async () => {
      try {
        return (await readFile(file, 'utf8')).trim()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    write: async key => {
      await mkdir(dataFolder, { recursive: true, mode: 0o700 })
      // Written aside and renamed: whoever reads it finds the whole key, and the mode holds from the first byte.
      await writeFile(`${file}.new`, `${key}\n`, { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}
