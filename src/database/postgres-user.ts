import { spawn } from 'node:child_process'
import { chown, stat } from 'node:fs/promises'
import process from 'node:process'
import { EmbeddedPostgresError } from './postgres-error.js'

/** Whom Postgres runs as: somebody else when we are root, which Postgres refuses; otherwise ourselves. */
export type PostgresUser = { uid: number; gid: number } | 'ourselves'

export type Outcome = { code: number | null; output: string }

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What Postgres's programs see: none of the PG… variables, which would change what they do. */
const cleanEnvironment = { PATH: path, LC_ALL: 'C', TZ: 'UTC' }

/** How to spawn a program as that user, in a folder that everybody can enter. */
export function spawnAs(user: PostgresUser): {
  cwd: string
  env: NodeJS.ProcessEnv
  uid?: number
  gid?: number
} {
  return { cwd: '/', env: cleanEnvironment, ...(user === 'ourselves' ? {} : user) }
}

/** Runs a program to its end. Never rejects: a program that cannot be started has the code null. */
export function runAs(
  user: PostgresUser,
  command: string,
  args: readonly string[],
  input = '',
): Promise<Outcome> {
  return new Promise(resolve => {
    const failed = (error: unknown) => {
      resolve({ code: null, output: String(error) })
    }
    try {
      const child = spawn(command, args, { ...spawnAs(user), stdio: 'pipe' })
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.on('error', failed)
      child.on('close', code => {
        resolve({ code, output })
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    } catch (error) {
      failed(error)
    }
  })
}

/** Runs a line of shell as that user; `$1` … are the arguments. */
export function shellAs(user: PostgresUser, script: string, ...args: string[]): Promise<Outcome> {
  return runAs(user, '/bin/sh', ['-c', script, 'sh', ...args])
}

/**
 * Chooses whom Postgres runs as. Root hands over to the owner of the first of these folders that is an ordinary user's,
 * else to `postgres`, else to a system user `chainmark` (made when missing), else to `nobody`.
 */
export async function choosePostgresUser(folders: readonly string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return 'ourselves'
  const found =
    (await ordinaryOwner(folders)) ??
    (await lookUp('postgres')) ??
    (await lookUp('chainmark')) ??
    (await create()) ??
    (await lookUp('nobody'))
  if (found === undefined) {
    throw new EmbeddedPostgresError(
      'no-user',
      'Postgres does not run as root and there is no user "postgres" or "nobody" to run it as. ' +
        'Start Chainmark as an ordinary user or set DATABASE_URL.',
    )
  }
  // A container without the right to change users fails here, and not in the middle of something.
  const outcome = await shellAs(found, ':')
  if (outcome.code !== 0) {
    throw new EmbeddedPostgresError(
      'no-user',
      `Postgres does not run as root, and root may not start it as another user here (${outcome.output.trim()}). ` +
        'Start Chainmark as an ordinary user or set DATABASE_URL.',
    )
  }
  return found
}

async function ordinaryOwner(folders: readonly string[]): Promise<{ uid: number; gid: number } | undefined> {
  for (const folder of folders) {
    const { uid, gid } = await stat(folder)
    if (uid !== 0) return { uid, gid }
  }
  return undefined
}

/** Gives a file or folder to that user; nothing to do when it is ourselves. */
export async function giveTo(user: PostgresUser, file: string): Promise<void> {
  if (user !== 'ourselves') await chown(file, user.uid, user.gid)
}

/** What root makes in an ordinary user's folder stays usable by that user. */
export async function giveToOwnerOf(folder: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(folder)
  if (uid !== 0) await chown(file, uid, gid)
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const uid = await runAs('ourselves', 'id', ['-u', name])
  const gid = await runAs('ourselves', 'id', ['-g', name])
  if (uid.code !== 0 || gid.code !== 0 || Number(uid.output) === 0) return undefined
  return { uid: Number(uid.output), gid: Number(gid.output) }
}

async function create(): Promise<{ uid: number; gid: number } | undefined> {
  const flags = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent']
  await runAs('ourselves', 'useradd', [...flags, '--shell', '/usr/sbin/nologin', 'chainmark'])
  return lookUp('chainmark')
}
