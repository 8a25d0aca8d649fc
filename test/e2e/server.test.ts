import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { stat, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { processName } from '../../src/database/postgres-process.js'
import { printed, startProgram, type Program } from '../support/process.js'
import { eventually, postmasterPid, temporaryFolder } from '../support/server.js'

let folder: { path: string; remove: () => Promise<void> }
let data: string
let running: Program[] = []
/** A data folder that has been used before: a first start takes its time. */
let used: { path: string; remove: () => Promise<void> }

beforeAll(async () => {
  used = await temporaryFolder()
  data = path.join(used.path, 'data')
  const program = launch({})
  await printed(program, /Chainmark is ready/)
  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  running = []
})
afterAll(() => used.remove())

beforeEach(async () => {
  folder = await temporaryFolder()
  data = path.join(folder.path, 'data')
})
afterEach(async () => {
  for (const { child, ended } of running) {
    // A stop, not a kill: Postgres would still be writing while the folder is removed.
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  running = []
  await folder.remove()
})

type Started = { program: Program; url: string; key: string; curl: string }

function launch(environment: Record<string, string>): Program {
  const program = startProgram('server.js', {
    environment: { PORT: '0', CHAINMARK_DATA: data, ...environment },
  })
  running.push(program)
  return program
}

/** Starts it on a data folder that it has used before, unless it has one or is to make one. */
async function start(
  environment: Record<string, string> = {},
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<Started> {
  if (!anew && !existsSync(data)) await promisify(execFile)('cp', ['-a', path.join(used.path, 'data'), data])
  const program = launch(environment)
  const [, curl = ''] = await printed(program, /^(curl (?:.+\\\n)*.+)\n/m)
  const [, url = ''] = /Chainmark is ready: (\S+)/.exec(program.stdout()) ?? []
  const [, key = ''] = /Demo key: (cm_\S+)/.exec(program.stdout()) ?? []
  return { program, url, key, curl }
}

/** Resolves with the exit code. */
async function stop({ program }: Started, signal: NodeJS.Signals): Promise<number | null> {
  program.child.kill(signal)
  return program.ended
}

async function attempts({ url, key }: Started): Promise<{ learner: string; credit: number }[]> {
  const response = await fetch(`${url}/v1/courses/demo/assignments/lab-network0/attempts`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { items: { learner: string; credit: number }[] }).items
}

/** Runs the printed line in a shell, as it stands. */
async function paste(curl: string): Promise<{ credit: number; number: number }> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', curl])
  return JSON.parse(stdout) as { credit: number; number: number }
}

describe('without any configuration', () => {
  test('it starts, the printed curl earns credit 1, and a stop and a start later the attempt is still there', async () => {
    const first = await start({}, { anew: true })
    expect(await paste(first.curl)).toMatchObject({ credit: 1, number: 1 })
    const postmaster = await postmasterPid(data)
    expect(await stop(first, 'SIGINT')).toBe(0)
    expect(await processName(postmaster)).toBeUndefined()

    const second = await start()
    expect(second.key).toBe(first.key)
    expect(await attempts(second)).toMatchObject([{ learner: 'student-42', credit: 1 }])
    expect(await paste(second.curl)).toMatchObject({ number: 2 })
    expect(await stop(second, 'SIGTERM')).toBe(0)
  })

  test('the demo key is in a file that only its owner can read; a lost file makes a new key', async () => {
    const first = await start()
    const file = path.join(data, 'demo-key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).trim()).toBe(first.key)
    await stop(first, 'SIGTERM')
    await rm(file)
    const second = await start()
    expect(second.key).not.toBe(first.key)
    expect(await attempts(second)).toEqual([])
  })

  test('after kill -9 Postgres goes as well, and the next start has every acknowledged attempt', async () => {
    const first = await start()
    await paste(first.curl)
    const postmaster = await postmasterPid(data)
    first.program.child.kill('SIGKILL')
    await first.program.ended
    const second = await start()
    expect(await attempts(second)).toHaveLength(1)
    await eventually(async () => (await processName(postmaster)) === undefined)
  })

  test('a Postgres of its own that is killed is started again, and answers go on', async () => {
    const started = await start()
    await paste(started.curl)
    const postmaster = await postmasterPid(data)
    process.kill(postmaster, 'SIGKILL')
    await eventually(async () => (await processName(postmaster)) === undefined)
    await eventually(async () => (await fetch(`${started.url}/readyz`)).status === 200, 20_000)
    expect(await attempts(started)).toHaveLength(1)
    expect(await paste(started.curl)).toMatchObject({ number: 2 })
    expect(await stop(started, 'SIGTERM')).toBe(0)
  })

  test('a signal while it is still starting ends it and leaves nothing running', async () => {
    const program = startProgram('server.js', { environment: { PORT: '0', CHAINMARK_DATA: data } })
    running.push(program)
    await printed(program, /Creating the database/)
    program.child.kill('SIGINT')
    expect(await program.ended).toBe(0)
    const left = await postmasterPid(data).catch(() => undefined)
    if (left !== undefined) expect(await processName(left)).toBeUndefined()
  })

  test('a stop does not wait for ever for a connection that says nothing', async () => {
    const started = await start()
    const socket = connect(Number(new URL(started.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise(resolve => socket.once('connect', resolve))
    socket.write('POST /v1/evaluate HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    expect(await stop(started, 'SIGTERM')).toBe(0)
    socket.destroy()
  })
})

describe('a stop', () => {
  test('is seen by load balancers before anything is refused', async () => {
    const started = await start({ CHAINMARK_DRAIN_SECONDS: '2' })
    started.program.child.kill('SIGTERM')
    await eventually(async () => (await fetch(`${started.url}/readyz`)).status === 503)
    expect(await attempts(started)).toEqual([])
    expect(await paste(started.curl)).toMatchObject({ number: 1 })
    expect(await started.program.ended).toBe(0)
  })

  test('takes no more connections, and answers a submission that had begun to arrive', async () => {
    const started = await start()
    const { port } = new URL(started.url)
    const body = JSON.stringify({ learner: 'half-way', answers: { a: '11' } })
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await once(socket, 'connect')
    socket.write(
      [
        'POST /v1/courses/demo/assignments/lab-network0/attempts HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${started.key}`,
        'Content-Type: application/json',
        `Content-Length: ${String(body.length)}`,
        '',
        body.slice(0, 20),
      ].join('\r\n'),
    )
    // Sent after it and answered before: what was sent first has arrived.
    await attempts(started)
    started.program.child.kill('SIGTERM')
    await eventually(() =>
      fetch(`${started.url}/livez`).then(
        () => false,
        () => true,
      ),
    )
    socket.write(body.slice(20))
    await once(socket, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n')
    expect(await started.program.ended).toBe(0)
  })
})

describe('metrics', () => {
  test('are served on a port of their own, where one is named', async () => {
    const started = await start({ METRICS_PORT: '0' })
    await paste(started.curl)
    const [, url = ''] = await printed(started.program, /"url":"([^"]+\/metrics)"/)
    expect(new URL(url).port).not.toBe(new URL(started.url).port)
    expect(await (await fetch(url)).text()).toContain(
      'chainmark_http_request_duration_seconds_count{method="POST"',
    )
    expect(await stop(started, 'SIGTERM')).toBe(0)
  })

  test('a port that is taken is said in a sentence', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const program = startProgram('server.js', {
      environment: {
        PORT: '0',
        CHAINMARK_DATA: data,
        METRICS_PORT: String((taken.address() as AddressInfo).port),
      },
    })
    running.push(program)
    expect(await program.ended).toBe(1)
    expect(program.stderr()).toMatch(/^Chainmark cannot start: .*EADDRINUSE/)
    taken.close()
  })
})

describe('what it cannot start with is said in a sentence', () => {
  test.each([
    ['a port that is no number', { PORT: 'http' }, 'PORT'],
    ['a level that does not exist', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    ['a database URL of another kind', { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    ['production without a database', { NODE_ENV: 'production' }, 'DATABASE_URL'],
    ['trust in anyone', { TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
  ])('%s', async (_name, environment, variable) => {
    const program = startProgram('server.js', { environment: { CHAINMARK_DATA: data, ...environment } })
    running.push(program)
    expect(await program.ended).toBe(1)
    expect(program.stderr()).toContain(variable)
    expect(program.stderr()).not.toContain('    at ')
  })

  test('a data folder that is a file', async () => {
    await writeFile(data, '')
    const program = startProgram('server.js', { environment: { PORT: '0', CHAINMARK_DATA: data } })
    running.push(program)
    expect(await program.ended).toBe(1)
    expect(program.stderr()).toContain('Chainmark cannot start')
  })
})
