import { execFile } from 'node:child_process'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

/** A postmaster as its lock file and the process table show it. */
export type Postmaster = { pid: number; port: number; ready: boolean; owner: string }

/**
 * The postmaster of a cluster; `none` without a lock file, or with one that Postgres clears away by itself because its
 * process has gone. `stale` when Postgres would not: because the process id is that of another program by now, or of a
 * dead process that nobody has buried (as in a container whose first process does not), or the file was lost to a power
 * cut.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | 'none' | 'stale'> {
  return describeLock(cluster, lockOf(cluster))
}

/** Removes a stale lock file, and no other: somebody may have put a new one there just now. */
export async function removeStaleLock(cluster: string): Promise<void> {
  const aside = `${cluster}.lock-${String(process.pid)}`
  try {
    await rename(lockOf(cluster), aside)
    if ((await describeLock(cluster, aside)) !== 'stale') await link(aside, lockOf(cluster))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function lockOf(cluster: string): string {
  return path.join(cluster, 'postmaster.pid')
}

async function describeLock(cluster: string, lock: string): Promise<Postmaster | 'none' | 'stale'> {
  const lines = await readFile(lock, 'utf8').then(
    text => text.split('\n'),
    () => undefined,
  )
  if (lines === undefined) return 'none'
  const pid = Number(lines[0])
  // Postgres writes it right after it has made it.
  if (!Number.isSafeInteger(pid) || pid <= 0) return (await ageOf(lock)) > 3_000 ? 'stale' : 'none'
  const command = await commandLine(pid)
  if (command === undefined) return 'none'
  const [, folder, owner] = /\s-D\s(.*?)\s-c\s.*chainmark\.owner=(\S+)/.exec(command) ?? []
  if (folder === undefined || owner === undefined || !(await isSameFolder(folder, cluster))) return 'stale'
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready', owner }
}

async function ageOf(file: string): Promise<number> {
  return stat(file).then(
    found => Date.now() - found.mtimeMs,
    () => 0,
  )
}

/** Whatever the paths: there are links and mounts. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(folder => stat(folder).catch(() => undefined)))
  if (a === undefined || b === undefined) return false
  return a.ino === b.ino && a.dev === b.dev
}

/** A name for a process that no later process with the same id shares; undefined when there is none. */
export async function processName(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
    // The second field is the program's name, which may hold spaces and parentheses. The third is the state
    // (Z: dead, waiting to be buried), the 22nd the time of its start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${String(pid)}-${String(fields[19])}`
  } catch {
    const started = process.platform === 'linux' ? undefined : await ps(pid, 'lstart=')
    return started && `${String(pid)}-${started.replace(/\W+/g, '.')}`
  }
}

/** Whether the process with that name still runs. */
export async function isRunning(name: string): Promise<boolean> {
  return (await processName(Number.parseInt(name, 10))) === name
}

/** Empty for a dead process that has not been buried; undefined when there is none. */
async function commandLine(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')).replaceAll('\0', ' ')
  } catch {
    return process.platform === 'linux' ? undefined : ps(pid, 'args=')
  }
}

async function ps(pid: number, column: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', column, '-p', String(pid)])
    return stdout.trim() === '' ? undefined : `${stdout.trim()} `
  } catch {
    return undefined
  }
}
