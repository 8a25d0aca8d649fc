import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { inUtc } from './connection.js'
import { noDatabase, wholeScripts, withEngine, type SchemaFile } from './schema-engine.js'

/** The migrations could not be applied or the schema could not be read; nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/** src/database and dist/database lie equally deep, so that one path to prisma/ serves both. */
const prismaFolder = fileURLToPath(new URL('../../prisma/', import.meta.url))
const migrationsFolder = path.join(prismaFolder, 'migrations')

/** The lock that Prisma's own CLI takes: `prisma migrate deploy` elsewhere waits for us, and we for it. */
const migrationLock = 72707369

const filters = { externalTables: [], externalEnums: [] }

/**
 * Applies the migrations that the database has not seen and says which. All of them are applied or, when one
 * fails or the process dies, none. Any number of processes may do it at once: one works, the others wait.
 */
export async function migrate(connectionString: string): Promise<{ applied: string[] }> {
  const migrationsList = await readMigrations()
  const pool = singleConnection(connectionString)
  let connections = 0
  pool.on('connect', () => connections++)
  try {
    // Prisma's engine works outside a transaction, so that a crash in its middle leaves a "failed migration"
    // to be resolved by hand. Its pool has one connection; a transaction around it makes it all or nothing.
    await pool.query('BEGIN')
    await pool.query(`SET LOCAL lock_timeout = '60s'`)
    await pool.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    const adapter = wholeScripts(new PrismaPg(pool))
    const applied = await withEngine(await readSchema(), adapter.factory, engine =>
      engine.applyMigrations({ migrationsList, filters }),
    ).catch((error: unknown) => {
      throw adapter.firstError() ?? error
    })
    await pool.query('COMMIT')
    // A pool replaces a broken connection silently, and COMMIT then "succeeds" outside the transaction.
    if (connections !== 1) throw new Error('the connection was lost')
    return { applied: applied.appliedMigrationNames }
  } catch (error) {
    throw new MigrationError(`The database could not be migrated: ${message(error)}`, { cause: error })
  } finally {
    await pool.end()
  }
}

/** The names of the migrations that the database still lacks, oldest first; one query, changes nothing. */
export async function pendingMigrations(connectionString: string): Promise<string[]> {
  const names = await migrationNames()
  const pool = singleConnection(connectionString)
  try {
    const table = await pool.query<{ found: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
    )
    if (!table.rows[0]?.found) return names
    const done = await pool.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    )
    const applied = new Set(done.rows.map(row => row.name))
    return names.filter(name => !applied.has(name))
  } finally {
    await pool.end()
  }
}

/** The SQL that makes prisma/schema.prisma's tables in an empty database, as Prisma writes it. */
export async function schemaScript(): Promise<string> {
  const schema = await readSchema()
  const diff = await withEngine(schema, noDatabase(), engine =>
    engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters,
    }),
  ).catch((error: unknown) => {
    throw new MigrationError(`The schema could not be turned into SQL: ${message(error)}`, { cause: error })
  })
  if (diff.stdout === null) throw new MigrationError('The schema could not be turned into SQL.')
  return diff.stdout
}

async function readSchema(): Promise<SchemaFile> {
  const file = path.join(prismaFolder, 'schema.prisma')
  return { path: file, content: await readFile(file, 'utf8') }
}

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

async function readMigrations(): Promise<MigrationList> {
  const directories = (await migrationNames()).map(async name => {
    const script = await readFile(path.join(migrationsFolder, name, 'migration.sql'), 'utf8')
    return { path: name, migrationFile: { path: 'migration.sql', content: ok(script) } }
  })
  const lockfile = 'migration_lock.toml'
  return {
    baseDir: migrationsFolder,
    lockfile: { path: lockfile, content: await readFile(path.join(migrationsFolder, lockfile), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(directories),
  }
}

function ok(value: string): { tag: 'ok'; value: string } {
  return { tag: 'ok', value }
}

function singleConnection(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    ...inUtc(connectionString),
    max: 1,
    // The one connection carries the transaction: it must not be closed for being idle.
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 10_000,
  })
  // Without a listener a broken idle connection ends the process. The next query reports it.
  pool.on('error', () => undefined)
  return pool
}

/** The engine's messages end in a trace of its own insides. */
function message(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split(/\n\s+0: /)[0]?.trim() ?? text
}
