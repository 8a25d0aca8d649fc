/** The load balancer of deploy/, run with the file that is committed there. */
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/server.js'

const CONFIGURATION = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url))

/** Where packages install it, which is not on the PATH of every user. */
const USUAL_PLACES = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']

export type Balancer = {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** The program, or undefined where it is not installed. */
export function findBalancer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...USUAL_PLACES]
  return folders.map(folder => path.join(folder, 'haproxy')).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts it before three replicas, each given as host:port, and waits until it passes requests on. */
export async function startBalancer(
  program: string,
  replicas: readonly [string, string, string],
): Promise<Balancer> {
  const address = `127.0.0.1:${String(await freePort())}`
  const child = spawn(program, ['-db', '-f', CONFIGURATION], {
    env: {
      PATH: process.env['PATH'],
      BALANCER_BIND: address,
      REPLICA_1: replicas[0],
      REPLICA_2: replicas[1],
      REPLICA_3: replicas[2],
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = `http://${address}`
  const complaints = collect(child)
  const ended = new Promise<void>(resolve => {
    child.on('close', () => {
      resolve()
    })
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the balancer ended:\n${complaints()}`)
    return fetch(`${url}/readyz`).then(
      answer => answer.ok,
      () => false,
    )
  }, 30_000)
  return {
    url,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  }
  return () => text
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
