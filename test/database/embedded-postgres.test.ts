import { spawn, type ChildProcess } from 'node:child_process'
import {
  chmod,
  chown,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { randomInt } from 'node:crypto'
import process from 'node:process'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js'
import { processName } from '../../src/database/postgres-process.js'
import { eventually, onServer, postmasterPid, temporaryFolder } from '../support/server.js'

const asRoot = process.getuid?.() === 0
const nobody = 65_534

let shared: Awaited<ReturnType<typeof temporaryFolder>>
let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** A data folder that has been used before: a first start takes its time. Tests leave it in working order. */
let dataFolder: string
/** Not there yet, and each test's own. */
let freshFolder: string
/** What {@link remember} has stored. */
let memory: { answer: number }[]
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  shared = await temporaryFolder()
  dataFolder = shared.path
  await (await start()).stop()
})

afterAll(() => shared.remove())

beforeEach(async () => {
  folder = await temporaryFolder()
  freshFolder = path.join(folder.path, 'deep/fresh')
})

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await folder.remove()
})

async function start(where = dataFolder): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataFolder: where, settings: { fsync: 'off' } })
  stops.push(postgres.stop)
  return postgres
}

type Owner = {
  child: ChildProcess
  said: { url?: string; owned?: boolean; interrupted?: string; error?: string; code?: string }[]
  url: string
}

/** Another process that starts Postgres on a data folder. */
async function startOwner(where = dataFolder, user: { uid?: number; gid?: number } = {}): Promise<Owner> {
  const script = fileURLToPath(new URL('../support/postgres-owner.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, where], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    ...user,
  })
  const owner: Owner = { child, said: [], url: '' }
  stops.push(async () => {
    const pid = owner.said[0]?.owned ? await postmasterPid(where).catch(() => 0) : 0
    child.kill('SIGKILL')
    await eventually(() => child.exitCode !== null || child.signalCode !== null)
    // Its Postgres writes into the folder until it has ended too.
    await eventually(async () => !(await isAlive(pid)), 10_000)
  })
  readline.createInterface({ input: child.stdout }).on('line', line => {
    owner.said.push(JSON.parse(line) as Owner['said'][number])
  })
  await eventually(() => owner.said.length > 0, 20_000)
  return { ...owner, url: owner.said[0]?.url ?? '' }
}

/** A dead process that nobody has buried yet is not alive, though it can be sent signals. */
const isAlive = async (pid: number) => (await processName(pid)) !== undefined

async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}

async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const parents = await Promise.all(pids.map(child => parentOf(child).catch(() => 0)))
  return pids.filter((_, index) => parents[index] === pid)
}

/** Stores something that only this test can know. */
async function remember(url: string): Promise<void> {
  memory = [{ answer: randomInt(1_000_000_000) }]
  await onServer(
    url,
    `DROP TABLE IF EXISTS memory; CREATE TABLE memory AS SELECT ${String(memory[0]?.answer)} AS answer`,
  )
}

const recall = (url: string) => onServer(url, 'SELECT answer FROM memory')

describe('a start', () => {
  test('gives a durable UTF-8 database in UTC that only 127.0.0.1 reaches, with a password', async () => {
    const postgres = await startEmbeddedPostgres({ dataFolder: freshFolder })
    stops.push(postgres.stop)
    const [settings] = await onServer(
      postgres.url,
      `SELECT current_database() AS database, current_setting('server_encoding') AS encoding,
         current_setting('timezone') AS zone, current_setting('fsync') AS fsync,
         current_setting('synchronous_commit') AS commit, current_setting('listen_addresses') AS addresses,
         current_setting('unix_socket_directories') AS sockets, current_setting('max_connections') AS connections,
         ARRAY(SELECT x FROM unnest(ARRAY['b', 'B', 'a', 'ä', '_']) AS x ORDER BY x) AS sorted, upper('ä') AS upper`,
    )
    expect(settings).toEqual({
      database: 'chainmark',
      encoding: 'UTF8',
      zone: 'UTC',
      fsync: 'on',
      commit: 'on',
      addresses: '127.0.0.1',
      sockets: '',
      connections: '100',
      sorted: ['B', '_', 'a', 'b', 'ä'],
      upper: 'Ä',
    })
    const wrong = new URL(postgres.url)
    wrong.password = 'wrong'
    await expect(onServer(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
  })

  test('keeps the password and the data from other users', async () => {
    await start()
    const modeOf = async (file: string) => (await stat(path.join(dataFolder, file))).mode & 0o777
    expect(await modeOf('postgres-password')).toBe(0o600)
    expect(await modeOf('postgres.log')).toBe(0o600)
    expect(await modeOf('postgres')).toBe(0o700)
    expect((await readdir(dataFolder)).sort()).toEqual([
      'postgres',
      'postgres-home',
      'postgres-password',
      'postgres.log',
    ])
    expect(await readdir(path.join(dataFolder, 'postgres'))).toEqual(['cluster'])
  })

  test('after a stop finds the data again', async () => {
    const first = await start()
    await remember(first.url)
    await first.stop()
    expect(await recall((await start()).url)).toEqual(memory)
  })

  test('without the data folder begins with an empty database', async () => {
    const first = await start(freshFolder)
    await remember(first.url)
    await first.stop()
    await rm(freshFolder, { recursive: true })
    await expect(recall((await start(freshFolder)).url)).rejects.toThrow('does not exist')
  })

  test('while another process runs it attaches, and stop() then stops nothing', async () => {
    const owner = await startOwner()
    await remember(owner.url)

    const attached = await start()

    expect(attached).toMatchObject({ owned: false, url: owner.url })
    await attached.stop()
    expect(await recall(owner.url)).toEqual(memory)
  })

  test('that may not attach waits for the other process to end', async () => {
    const owner = await startOwner()
    await remember(owner.url)
    const waiting = startEmbeddedPostgres({ dataFolder, attach: false })
    owner.child.stdin?.write('stop\n')
    const next = await waiting
    stops.push(next.stop)
    expect(next.owned).toBe(true)
    expect(await recall(next.url)).toEqual(memory)
  })

  test('through another path to the same folder attaches as well', async () => {
    const first = await start()
    const link = path.join(folder.path, 'link')
    await symlink(dataFolder, link)
    expect(await start(link)).toMatchObject({ owned: false, url: first.url })
  })

  test('several at once on an empty folder make one database', async () => {
    const owner = startOwner(freshFolder)
    const [first, second] = await Promise.all([start(freshFolder), start(freshFolder)])
    const { said, url } = await owner

    expect(new Set([first.url, second.url, url]).size).toBe(1)
    expect([first.owned, second.owned, said[0]?.owned].filter(Boolean)).toHaveLength(1)
    expect(await readdir(path.join(freshFolder, 'postgres'))).toEqual(['cluster'])
  })
})

describe('a stop', () => {
  test('ends every process, though clients are connected and busy', async () => {
    const postgres = await start()
    const pid = await postmasterPid(dataFolder)
    const guardian = await parentOf(pid)
    const busy = onServer(postgres.url, 'SELECT pg_sleep(30)').catch(() => undefined)

    await Promise.all([postgres.stop(), postgres.stop()])

    expect(await isAlive(pid)).toBe(false)
    expect(await isAlive(guardian)).toBe(false)
    await busy
    await postgres.stop()
  })

  test('ends a Postgres that ignores the fast shutdown', async () => {
    const postgres = await start()
    const pid = await postmasterPid(dataFolder)
    process.kill(pid, 'SIGSTOP')

    await postgres.stop()

    expect(await isAlive(pid)).toBe(false)
    expect((await start()).owned).toBe(true)
  })

  test('works though the guardian has been killed', async () => {
    const postgres = await start()
    const pid = await postmasterPid(dataFolder)
    const guardian = await parentOf(pid)
    const watchers = (await childrenOf(guardian)).filter(child => child !== pid)
    for (const process_ of [guardian, ...watchers]) process.kill(process_, 'SIGKILL')

    await postgres.stop()

    await eventually(async () => !(await isAlive(pid)), 1_000)
  })

  test('is left to us: Ctrl-C in the terminal does not reach Postgres', async () => {
    const owner = await startOwner()
    // What a terminal does: a signal to the whole process group.
    process.kill(-(owner.child.pid ?? 0), 'SIGINT')
    await eventually(() => owner.said.length === 2)
    expect(owner.said[1]).toEqual({ interrupted: 'Postgres still runs' })

    owner.child.stdin?.write('stop\n')
    await eventually(() => owner.child.exitCode !== null)
    await expect(onServer(owner.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('after a crash', () => {
  test('of our process Postgres goes too, and the next start has all data', async () => {
    const owner = await startOwner()
    await remember(owner.url)
    const pid = await postmasterPid(dataFolder)

    owner.child.kill('SIGKILL')
    await eventually(async () => !(await isAlive(pid)), 5_000)

    const next = await start()
    expect(next.owned).toBe(true)
    expect(await recall(next.url)).toEqual(memory)
  })

  test('of our process a start right behind it does not take the dying Postgres for a running one', async () => {
    const owner = await startOwner()
    await remember(owner.url)
    owner.child.kill('SIGKILL')
    await eventually(() => owner.child.signalCode !== null)

    const next = await start()

    expect(next.owned).toBe(true)
    expect(await recall(next.url)).toEqual(memory)
  })

  test('of our process and the guardian the next start ends the Postgres they left', async () => {
    const owner = await startOwner()
    await remember(owner.url)
    const pid = await postmasterPid(dataFolder)
    const guardian = await parentOf(pid)
    const watchers = (await childrenOf(guardian)).filter(child => child !== pid)
    for (const process_ of [guardian, ...watchers, owner.child.pid ?? 0]) process.kill(process_, 'SIGKILL')
    await eventually(() => owner.child.signalCode !== null)
    expect(await isAlive(pid)).toBe(true)

    const next = await start()

    expect(next.owned).toBe(true)
    expect(await isAlive(pid)).toBe(false)
    expect(await recall(next.url)).toEqual(memory)
  })

  test('of everything the next start recovers, and spares a stranger with the process id of before', async () => {
    const first = await start()
    await remember(first.url)
    process.kill(await postmasterPid(dataFolder), 'SIGKILL')
    await first.stop()
    const lock = path.join(dataFolder, 'postgres/cluster/postmaster.pid')
    const owner = await stat(lock)
    const stranger = spawn('sleep', ['60'], asRoot ? { uid: owner.uid, gid: owner.gid } : {})
    onTestFinished(() => void stranger.kill())
    const lines = (await readFile(lock, 'utf8')).split('\n')
    await writeFile(lock, [String(stranger.pid), ...lines.slice(1)].join('\n'))

    const next = await start()

    expect(await recall(next.url)).toEqual(memory)
    expect(stranger.exitCode).toBe(null)
    expect(await isAlive(stranger.pid ?? 0)).toBe(true)
  })

  test.runIf(process.platform === 'linux')(
    'of the postmaster a backend that lives on is no obstacle',
    async () => {
      const first = await start()
      await remember(first.url)
      const [row] = await onServer<{ pid: number }>(first.url, 'SELECT pg_backend_pid() AS pid')
      expect(row).toBeDefined()
      const work = onServer(first.url, `SELECT 'stubborn', count(*) FROM generate_series(1, 1000000000000)`)
      work.catch(() => undefined)
      const find = () =>
        onServer<{ pid: number }>(
          first.url,
          `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT ''stubborn%' AND state = 'active'`,
        )
      await eventually(async () => (await find()).length === 1)
      const backend = (await find())[0]?.pid ?? 0
      // Frozen, it cannot notice that its postmaster is gone.
      process.kill(backend, 'SIGSTOP')
      process.kill(await postmasterPid(dataFolder), 'SIGKILL')
      await first.stop()
      expect(await isAlive(backend)).toBe(true)

      const next = await start()

      expect(await recall(next.url)).toEqual(memory)
      expect(await isAlive(backend)).toBe(false)
    },
  )

  test.for([
    ['an empty', ''],
    ['a garbled', '\0\0\0\0'],
  ] as const)('of the machine %s lock file is no obstacle', async ([, content]) => {
    const lock = path.join(dataFolder, 'postgres/cluster/postmaster.pid')
    await writeFile(lock, content)
    const { uid, gid } = await stat(path.dirname(lock))
    if (asRoot) await chown(lock, uid, gid)
    const before = new Date(Date.now() - 60_000)
    await utimes(lock, before, before)

    expect((await start()).owned).toBe(true)
  })

  test('in the middle of the first start the next one begins afresh', async () => {
    // What a killed first start leaves: a folder named after a process that is no more.
    const home = path.join(freshFolder, 'postgres')
    await mkdir(path.join(home, 'making-999999-1-00'), { recursive: true })
    await writeFile(path.join(home, 'making-999999-1-00/PG_VERSION'), '18')

    const postgres = await start(freshFolder)

    expect(await onServer(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await readdir(home)).toEqual(['cluster'])
  })
})

describe('what cannot work is said clearly:', () => {
  test('a data folder that cannot be written', async () => {
    const file = path.join(folder.path, 'file')
    await writeFile(file, '')
    await expect(start(path.join(file, 'data'))).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      code: 'data-folder',
      message: expect.stringContaining(`The data folder ${file}/data cannot be written`) as string,
    })
  })

  test('a lost password', async () => {
    const file = path.join(dataFolder, 'postgres-password')
    const password = await readFile(file)
    await rm(file)
    await expect(start()).rejects.toMatchObject({ code: 'data-folder' })
    await writeFile(file, password, { mode: 0o600 })
  })

  test('a broken cluster', async () => {
    const file = path.join(dataFolder, 'postgres/cluster/global/pg_control')
    await rename(file, `${file}.away`)
    await expect(start()).rejects.toMatchObject({
      code: 'start',
      message: expect.stringContaining('pg_control') as string,
    })
    await rename(`${file}.away`, file)
  })
})

describe.runIf(asRoot)('as root', () => {
  test('Postgres runs as another user', async () => {
    await start()
    expect((await stat(`/proc/${String(await postmasterPid(dataFolder))}`)).uid).not.toBe(0)
  })

  test('a data folder that only root can enter has its database elsewhere, and loses it when deleted', async () => {
    await chmod(folder.path, 0o700)
    const hidden = freshFolder
    const homeOf = async () => (await readFile(path.join(hidden, 'postgres-home'), 'utf8')).trim()
    const first = await start(hidden)
    const home = await homeOf()
    onTestFinished(() => rm(home, { recursive: true, force: true }))
    expect(home).not.toContain(folder.path)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    await remember(first.url)
    await first.stop()
    const second = await start(hidden)
    expect(await recall(second.url)).toEqual(memory)
    await second.stop()

    await rm(hidden, { recursive: true })
    const third = await start(hidden)
    const thirdHome = await homeOf()
    onTestFinished(() => rm(thirdHome, { recursive: true, force: true }))
    await expect(recall(third.url)).rejects.toThrow('does not exist')
  })

  test('a data folder of an ordinary user stays usable by that user', async context => {
    await mkdir(freshFolder, { recursive: true })
    await chown(freshFolder, nobody, nobody)
    const first = await start(freshFolder)
    await remember(first.url)
    await first.stop()

    const owner = await startAsNobody(context)

    expect(await recall(owner.url)).toEqual(memory)
  })

  test('an ordinary user can do all this as well', async context => {
    await mkdir(freshFolder, { recursive: true })
    await chown(freshFolder, nobody, nobody)
    const first = await startAsNobody(context)
    await remember(first.url)
    expect((await stat(`/proc/${String(await postmasterPid(freshFolder))}`)).uid).toBe(nobody)
    first.child.stdin?.write('stop\n')
    await eventually(() => first.child.exitCode === 0)

    const second = await startAsNobody(context)
    expect(await recall(second.url)).toEqual(memory)
    const pid = await postmasterPid(freshFolder)
    second.child.kill('SIGKILL')
    await eventually(async () => !(await isAlive(pid)), 5_000)
  })

  async function startAsNobody(context: { skip: (note: string) => void }): Promise<Owner> {
    const user = { uid: nobody, gid: nobody }
    const probe = spawn(
      process.execPath,
      ['-e', `require('fs').readFileSync(process.argv[1])`, import.meta.filename],
      user,
    )
    await eventually(() => probe.exitCode !== null)
    if (probe.exitCode !== 0) context.skip('this checkout can be read by root only')
    const owner = await startOwner(freshFolder, user)
    expect(owner.said[0]).toMatchObject({ owned: true })
    return owner
  }
})
