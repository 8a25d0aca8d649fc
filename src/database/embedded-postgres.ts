import { setTimeout as sleep } from 'node:timers/promises'
import { install, type Installation } from './postgres-cluster.js'
import { faultOf } from './postgres-error.js'
import { findPostmaster, isRunning, removeStaleLock, type Postmaster } from './postgres-process.js'
import { isSamePostmaster, launch, signalPostmaster, waitFor } from './postgres-server.js'
import { shellAs } from './postgres-user.js'

export type EmbeddedPostgres = {
  /** For as long as this Postgres runs; the port is another one after the next start. */
  url: string
  /** False when another live process started it: then it ends with that one, and stop() does nothing. */
  owned: boolean
  /** Ends Postgres within four seconds. Safe to call again. */
  stop: () => Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** Absolute. Deleting it, while nothing runs, gives an empty database. */
  dataFolder: string
  log?: (message: string) => void
  /** Told when the Postgres that this call started has ended without stop(). */
  onEnd?: () => void
  /**
   * Whether to use a Postgres that another process has started, as a command may while a server runs. Otherwise the
   * start waits for that process to end, and fails when it does not.
   */
  attach?: boolean
  /** More settings, for instance `fsync: 'off'` where the data may be lost, or a fixed `port`. */
  settings?: Record<string, string>
}

/**
 * Starts a Postgres of our own with a database `chainmark`, or attaches to the one that another live process has
 * started on this data folder. It listens on 127.0.0.1 only, behind a random password. It never outlives this
 * process: when we die without stop(), however suddenly, it shuts down by itself. A start recovers from whatever an
 * earlier crash has left. Rejects with an {@link EmbeddedPostgresError}.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataFolder, log = () => undefined, onEnd = () => undefined, attach = true, settings = {} } = options
  const installation = await install(dataFolder, settings['fsync'] !== 'off', log)
  const deadline = Date.now() + 30_000
  let complaint = ''
  while (Date.now() < deadline) {
    const running = await findPostmaster(installation.cluster)
    if (running === 'stale') {
      await removeStaleLock(installation.cluster)
    } else if (running === 'none') {
      const launched = await launch(installation, settings, log, onEnd)
      if (typeof launched !== 'string') {
        return { url: urlOf(installation, launched.port), owned: true, stop: launched.stop }
      }
      complaint = launched
      await clearObstacle(installation, complaint)
    } else if (await isRunning(running.owner)) {
      const stop = () => Promise.resolve()
      if (running.ready && attach) return { url: urlOf(installation, running.port), owned: false, stop }
      complaint = `The process ${String(Number.parseInt(running.owner, 10))} uses it.`
    } else {
      complaint = 'The process that had started it is gone, and it does not end.'
      await outlive(installation, running)
    }
    await sleep(25)
  }
  throw faultOf('start', `Postgres in ${installation.home} did not get ready in 30 seconds. ${complaint}`)
}

function urlOf(installation: Installation, port: number): string {
  return `postgresql://chainmark:${installation.password}@127.0.0.1:${String(port)}/chainmark`
}

/** Waits for a Postgres whose owner has died; its guardian is ending it. If that died too, we end it. */
async function outlive(installation: Installation, running: Postmaster): Promise<void> {
  const gone = async () => !(await isSamePostmaster(installation, running.pid))
  if (await waitFor(gone, 500)) return
  for (const [signal, patience] of [
    ['INT', 5000],
    ['QUIT', 2000],
    ['KILL', 2000],
  ] as const) {
    await signalPostmaster(installation, running.pid, signal)
    if (await waitFor(gone, patience)) return
  }
}

/**
 * Backends can outlive a postmaster that was killed, and keep the next one from starting. They are known by their
 * working folder, which only their own user can see.
 */
async function clearObstacle(installation: Installation, complaint: string): Promise<void> {
  if (complaint.includes('shared memory block')) {
    const script = `
      for process in /proc/[0-9]*; do
        if [ "$process/cwd" -ef "$1" ] && read -r name <"$process/comm" && [ "$name" = postgres ]; then
          kill -KILL "\${process#/proc/}"
        fi
      done`
    await shellAs(installation.user, script, installation.cluster)
  } else if (!/lock file|could not create any TCP\/IP sockets/.test(complaint)) {
    throw faultOf('start', `Postgres did not start: ${complaint.trim()}`)
  }
}
