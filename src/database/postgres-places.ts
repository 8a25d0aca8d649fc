import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { faultOf, EmbeddedPostgresError } from './postgres-error.js'
import { isRunning, processName } from './postgres-process.js'
import { giveTo, giveToOwnerOf, shellAs, type PostgresUser } from './postgres-user.js'

/** In the data folder: where the database is, relative to it. Without the data folder nothing points there. */
const pointer = 'postgres-home'

/** Makes the data folder when missing and makes sure that files can be written there. */
export async function prepareDataFolder(dataFolder: string): Promise<void> {
  const probe = path.join(dataFolder, `probe-${randomName()}`)
  try {
    // Others may pass through it, but not list it: Postgres may have to run as another user. Secrets in it
    // have modes of their own.
    await mkdir(dataFolder, { recursive: true, mode: 0o711 })
    await writeFile(probe, 'x')
    await rm(probe)
  } catch (error) {
    throw faultOf('data-folder', `The data folder ${dataFolder} cannot be written:`, error)
  }
}

/** The folder that holds the cluster, if there is one from before. */
export async function knownHome(dataFolder: string): Promise<string | undefined> {
  const known = await readFile(path.join(dataFolder, pointer), 'utf8').catch(() => undefined)
  const home = known === undefined ? undefined : path.resolve(dataFolder, known.trim())
  return home !== undefined && (await exists(home)) ? home : undefined
}

/**
 * Finds or makes the folder that holds the cluster, owned by the user Postgres runs as. It lies in the data folder
 * if that user can get there (say, not under /root), else in the first shared place that works.
 */
export async function findHome(dataFolder: string, user: PostgresUser): Promise<string> {
  const known = await knownHome(dataFolder)
  if (known !== undefined) {
    if (await canWrite(user, known)) return known
    throw new EmbeddedPostgresError(
      'data-folder',
      `The database in ${known} cannot be reached by the user that Postgres runs as. ` +
        `Make that folder reachable, or delete ${dataFolder} to begin with an empty database.`,
    )
  }
  const inside = path.join(dataFolder, 'postgres')
  if (await makeHome(inside, user)) {
    await writeWhole(path.join(dataFolder, pointer), 'postgres\n')
    return inside
  }
  for (const place of sharedPlaces(user)) {
    const home = path.join(place, randomName())
    if ((await makeSharedPlace(place)) && (await makeHome(home, user))) {
      await writeWhole(path.join(dataFolder, pointer), `${home}\n`)
      return home
    }
  }
  throw new EmbeddedPostgresError(
    'data-folder',
    `Postgres runs as another user than root, and that user can reach neither ${dataFolder} nor any other place ` +
      'where root may write. Choose another data folder with CHAINMARK_DATA, or set DATABASE_URL.',
  )
}

/**
 * Folders outside the data folder that root may use for the user it runs Postgres as, best first; each is made when its
 * turn comes.
 */
export function sharedPlaces(user: PostgresUser): string[] {
  return user === 'ourselves'
    ? []
    : ['/var/lib/chainmark', '/opt/chainmark', path.join(os.tmpdir(), 'chainmark')]
}

/** Makes such a folder. False unless it is root's, and nobody else can write to it: what lies there is executed. */
export async function makeSharedPlace(place: string): Promise<boolean> {
  await mkdir(place, { mode: 0o755 }).then(
    () => chmod(place, 0o755),
    () => undefined,
  )
  const found = await lstat(place).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0
}

/** A name for something half-made; once this process has died, {@link removeAbandoned} clears it away. */
export async function temporaryName(): Promise<string> {
  return `making-${(await processName(process.pid)) ?? String(process.pid)}-${randomName()}`
}

/** Removes what processes that have died since were making in a folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const maker = /^making-(\d+-.*)-[0-9a-f]+$/.exec(name)?.[1]
    if (maker !== undefined && !(await isRunning(maker))) {
      // What they have started may still be writing; a later start tries again.
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

/** Writes a file so that nobody ever sees half of it. */
async function writeWhole(file: string, content: string): Promise<void> {
  const temporary = path.join(path.dirname(file), await temporaryName())
  await writeFile(temporary, content)
  await giveToOwnerOf(path.dirname(file), temporary)
  await rename(temporary, file)
}

async function makeHome(home: string, user: PostgresUser): Promise<boolean> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await giveTo(user, home)
    if (await canWrite(user, home)) return true
    await rmdir(home)
    return false
  } catch {
    return false
  }
}

/** Tries it as that user, since a path's every folder, mount options and security modules have a say in it. */
async function canWrite(user: PostgresUser, folder: string): Promise<boolean> {
  const probe = path.join(folder, `probe-${randomName()}`)
  const outcome = await shellAs(user, 'cd "$1" && : > "$2"', folder, probe)
  await rm(probe, { force: true })
  return outcome.code === 0
}

function randomName(): string {
  return randomBytes(6).toString('hex')
}
