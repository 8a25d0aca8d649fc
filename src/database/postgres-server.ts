import { spawn, type ChildProcess } from 'node:child_process'
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from './postgres-cluster.js'
import { findPostmaster, processName, type Postmaster } from './postgres-process.js'
import { giveToOwnerOf, shellAs, spawnAs } from './postgres-user.js'

/** A Postgres that this process has started. */
export type Server = { port: number; stop: () => Promise<void> }

/**
 * The parent of Postgres, in a session of its own, so that Ctrl-C in our terminal does not reach either. It sends
 * Postgres the signals we write to its input, and SIGINT (the fast shutdown) when that input ends because we have
 * died. As the parent it signals a child that it has not yet waited for, never a stranger with a recycled id.
 */
const guardian = `
exec 3<&0 </dev/null
"$@" 3<&- &
postgres=$!
(
  while read -r signal; do kill -"$signal" $postgres; done
  kill -INT $postgres
  sleep 5
  kill -QUIT $postgres
) <&3 3<&- 2>/dev/null &
watcher=$!
exec 3<&-
wait $postgres
status=$?
kill $watcher 2>/dev/null
exit $status
`

/** Stopping a recovery would only make the next start begin it again. */
const recoveryLimit = 300_000

/** Starts Postgres and waits until it is ready; a string says why it is not. */
export async function launch(
  installation: Installation,
  settings: Record<string, string>,
  log: (message: string) => void,
  onEnd: () => void,
): Promise<Server | string> {
  const { user, binaries, cluster } = installation
  const owner = (await processName(process.pid)) ?? String(process.pid)
  const port = Number(settings['port'] ?? (await freePort()))
  const logged = await openLog(installation)
  const allSettings = {
    listen_addresses: '127.0.0.1',
    // No socket in the file system: paths to it may be too long, and TCP is enough.
    unix_socket_directories: '',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Errors in statements reach us anyway, and would carry learners' data into the log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...settings,
    port: String(port),
    'chainmark.owner': owner,
  }
  const args = Object.entries(allSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [path.join(binaries, 'postgres'), '-D', cluster, ...args]
  const child = spawn('/bin/sh', ['-c', guardian, 'chainmark-postgres', ...command], {
    ...spawnAs(user),
    detached: true,
    stdio: ['pipe', logged.handle.fd, logged.handle.fd],
  })
  let failure: Error | undefined
  child.on('error', error => (failure = error))
  child.stdin?.on('error', () => undefined)
  // Neither keeps this process alive: when it ends without stop(), the pipe closes and Postgres goes.
  child.unref()
  if (child.stdin instanceof net.Socket) child.stdin.unref()
  await logged.handle.close()

  const started = Date.now()
  let patient = false
  while (!hasEnded(child) && failure === undefined && Date.now() - started < recoveryLimit) {
    const running = await findPostmaster(cluster)
    if (typeof running === 'object' && running.owner === owner && running.port === port && running.ready) {
      return own(installation, child, running, log, onEnd)
    }
    if (!patient && Date.now() - started > 5_000) {
      log('Postgres is still starting; after a crash it has to read its log again.')
      patient = true
    }
    await sleep(10)
  }
  child.stdin?.end('QUIT\n')
  return failure?.message ?? (await readFrom(installation.logFile, logged.size))
}

function own(
  installation: Installation,
  child: ChildProcess,
  running: Postmaster,
  log: (message: string) => void,
  onEnd: () => void,
): Server {
  let stopping: Promise<void> | undefined
  child.on('exit', () => {
    if (stopping !== undefined) return
    log(`Postgres has ended by itself; ${installation.logFile} may say why.`)
    onEnd()
  })
  const stop = async () => {
    for (const [signal, patience] of [
      ['INT', 2500],
      ['QUIT', 900],
      ['KILL', 300],
    ] as const) {
      child.stdin?.write(`${signal}\n`)
      let sent = false
      const gone = async () => {
        if (!hasEnded(child)) return false
        if (!(await isSamePostmaster(installation, running.pid))) return true
        // Somebody has killed the guardian.
        if (!sent) await signalPostmaster(installation, running.pid, signal)
        sent = true
        return false
      }
      if (await waitFor(gone, patience)) return
    }
  }
  return { port: running.port, stop: () => (stopping ??= stop()) }
}

/** Whether the cluster's postmaster still is the one with that process id. */
export async function isSamePostmaster(installation: Installation, pid: number): Promise<boolean> {
  const running = await findPostmaster(installation.cluster)
  return typeof running === 'object' && running.pid === pid
}

/** Signals the cluster's postmaster, if it still is the one with that process id. */
export async function signalPostmaster(
  installation: Installation,
  pid: number,
  signal: string,
): Promise<void> {
  if (!(await isSamePostmaster(installation, pid))) return
  await shellAs(installation.user, 'kill -"$1" "$2"', signal, String(pid))
}

async function openLog(installation: Installation): Promise<{ handle: FileHandle; size: number }> {
  const { logFile } = installation
  const size = await stat(logFile).then(
    found => found.size,
    () => 0,
  )
  if (size > 5_000_000) await rename(logFile, `${logFile}.old`)
  const handle = await open(logFile, 'a', 0o600)
  await giveToOwnerOf(path.dirname(logFile), logFile)
  return { handle, size: size > 5_000_000 ? 0 : size }
}

async function readFrom(file: string, offset: number): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  return bytes.subarray(offset).subarray(-4000).toString()
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  })
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Waits until the condition holds; false when it does not within that many milliseconds. */
export async function waitFor(condition: () => Promise<boolean>, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience
  while (!(await condition())) {
    if (Date.now() >= deadline) return false
    await sleep(10)
  }
  return true
}
