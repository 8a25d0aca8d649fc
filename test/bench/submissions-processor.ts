/** Who had the processor meanwhile, as far as the system tells (Linux): the machine is seldom ours alone. */
import { readdir, readFile } from 'node:fs/promises'
import process from 'node:process'

/** Seconds of the processor. */
export type ProcessorTimes = {
  readonly server: number
  readonly postgres: number
  /** This process and those of it that have ended, such as pgbench. */
  readonly bench: number
  /** Of all processes, ours or not. */
  readonly machine: number
}

/** Ticks of the processor a second, as Linux reports them everywhere. */
const TICKS = 100

/** What has been used since the machine was started; undefined where there is no /proc. */
export async function processorTimes(
  server: number | undefined,
  postmaster: number,
): Promise<ProcessorTimes | undefined> {
  try {
    const ofMachine = (await readFile('/proc/stat', 'utf8')).split('\n')[0]?.trim().split(/\s+/) ?? []
    const [, user, nice, system] = ofMachine.map(Number)
    return {
      server: server === undefined ? 0 : ((await readTimes(server))?.seconds ?? 0),
      postgres: await postgresSeconds(postmaster),
      bench: (await readTimes(process.pid))?.withEnded ?? 0,
      machine: ((user ?? 0) + (nice ?? 0) + (system ?? 0)) / TICKS,
    }
  } catch {
    return undefined
  }
}

async function postgresSeconds(postmaster: number): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
  const backends = (await Promise.all(pids.map(readTimes))).filter(times => times?.parent === postmaster)
  const running = backends.reduce((sum, times) => sum + (times?.withEnded ?? 0), 0)
  return running + ((await readTimes(postmaster))?.withEnded ?? 0)
}

/** A process's own seconds, and with those of its children that have ended; undefined where it is gone. */
async function readTimes(
  pid: number,
): Promise<{ readonly parent: number; readonly seconds: number; readonly withEnded: number } | undefined> {
  const line = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined)
  if (line === undefined) return undefined
  // The name before it, in parentheses, may hold anything.
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
  const seconds = (user + system) / TICKS
  return { parent: fields[1] ?? 0, seconds, withEnded: seconds + (endedUser + endedSystem) / TICKS }
}
