/** The server as a process of its own over a database of ours, with its demo: as somebody who tries it has it. */
import path from 'node:path'
import { expect } from 'vitest'
import { createBareDatabase, dropDatabase } from './database.js'
import { printed, startProgram, type Program } from './process.js'
import { temporaryFolder } from './server.js'

export type DemoServer = {
  readonly program: Program
  readonly url: string
  /** Sends a request with the demo's key, and answers what it is answered, which is no refusal. */
  readonly call: (method: string, route: string, body?: object) => Promise<unknown>
}

export type DemoStage = {
  readonly database: string
  readonly start: () => Promise<DemoServer>
  /** Kills what still runs and takes away all there is. */
  readonly clear: () => Promise<void>
}

/** A database on which servers are started, one after the other or beside each other. */
export async function createDemoStage(): Promise<DemoStage> {
  const folder = await temporaryFolder()
  const database = await createBareDatabase({ migrated: true })
  const running: Program[] = []
  return {
    database,
    start: async () => {
      const program = startProgram('server.js', {
        environment: { PORT: '0', CHAINMARK_DATA: path.join(folder.path, 'data'), DATABASE_URL: database },
      })
      running.push(program)
      await printed(program, /^curl /m)
      const [, url = ''] = /Chainmark is ready: (\S+)/.exec(program.stdout()) ?? []
      const [, key = ''] = /Demo key: (cm_\S+)/.exec(program.stdout()) ?? []
      const call = async (method: string, route: string, body?: object): Promise<unknown> => {
        const response = await fetch(url + route, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
        })
        expect(response.status, route).toBeLessThan(300)
        return response.json()
      }
      return { program, url, call }
    },
    clear: async () => {
      for (const { child, ended } of running) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
        await ended
      }
      await dropDatabase(database)
      await folder.remove()
    },
  }
}
