import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findBinaries } from './postgres-binaries.js'
import { EmbeddedPostgresError, faultOf } from './postgres-error.js'
import {
  exists,
  findHome,
  knownHome,
  prepareDataFolder,
  removeAbandoned,
  temporaryName,
} from './postgres-places.js'
import { choosePostgresUser, giveTo, giveToOwnerOf, runAs, type PostgresUser } from './postgres-user.js'

/** One installation's parts, found anew at each start. */
export type Installation = {
  user: PostgresUser
  binaries: string
  home: string
  cluster: string
  password: string
  logFile: string
}

/** Makes whatever is missing: the data folder, runnable programs, the password and the cluster. */
export async function install(
  dataFolder: string,
  durable: boolean,
  log: (message: string) => void,
): Promise<Installation> {
  await prepareDataFolder(dataFolder)
  try {
    const known = await knownHome(dataFolder)
    const user = await choosePostgresUser(known === undefined ? [dataFolder] : [known, dataFolder])
    const home = await realpath(await findHome(dataFolder, user))
    const cluster = path.join(home, 'cluster')
    const binaries = await findBinaries(dataFolder, user)
    const installation = { user, binaries, home, cluster, logFile: path.join(dataFolder, 'postgres.log') }
    const password = await findPassword(dataFolder, cluster)
    if (!(await exists(cluster))) {
      log('Creating the database…')
      await createCluster({ ...installation, password }, durable)
    }
    return { ...installation, password }
  } catch (error) {
    throw faultOf('initdb', 'Postgres could not be set up:', error)
  }
}

/** The password lies in the data folder, where only its owner can read it, and is as old as the cluster. */
async function findPassword(dataFolder: string, cluster: string): Promise<string> {
  const file = path.join(dataFolder, 'postgres-password')
  if (!(await exists(file))) {
    if (await exists(cluster)) {
      throw new EmbeddedPostgresError(
        'data-folder',
        `The password of the database, ${file}, is gone. Bring it back, or delete ${dataFolder} to begin with an ` +
          'empty database.',
      )
    }
    const temporary = path.join(dataFolder, await temporaryName())
    await writeFile(temporary, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
    await giveToOwnerOf(dataFolder, temporary)
    // A link never replaces: of two processes that start at once, both then use the password of the first.
    await link(temporary, file).catch(() => undefined)
    await rm(temporary)
  }
  return (await readFile(file, 'utf8')).trim()
}

/** Makes the cluster under a temporary name and renames it when it is whole. */
async function createCluster(installation: Installation, durable: boolean): Promise<void> {
  const { user, home, cluster, binaries, password } = installation
  await removeAbandoned(home)
  const temporary = path.join(home, await temporaryName())
  const passwordFile = path.join(temporary, 'password')
  const half = path.join(temporary, 'cluster')
  try {
    await mkdir(temporary, { mode: 0o700 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    await giveTo(user, passwordFile)
    await giveTo(user, temporary)
    const made = await runAs(user, path.join(binaries, 'initdb'), [
      `--pgdata=${half}`,
      '--username=chainmark',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ])
    if (made.code !== 0) throw faultOf('initdb', `initdb failed: ${made.output.trim()}`)
    // A server without a network: nobody can see the cluster before its database is there.
    const single = ['--single', '-D', half, '-c', `fsync=${durable ? 'on' : 'off'}`, 'postgres']
    const created = await runAs(user, path.join(binaries, 'postgres'), single, 'CREATE DATABASE chainmark\n')
    if (created.code !== 0 || /ERROR|FATAL|PANIC/.test(created.output)) {
      throw faultOf('initdb', `The database could not be created: ${created.output.trim()}`)
    }
    await rename(half, cluster).catch(async (error: unknown) => {
      // Somebody else was faster; theirs has the same password.
      if (!(await exists(cluster))) throw error
    })
    if (durable) await syncFolder(home)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
