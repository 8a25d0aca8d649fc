import { readFile, readdir } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/database/migrate.js'
import { distribute } from '../support/citus.js'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { onServer } from '../support/server.js'

const prisma = new URL('../../prisma/', import.meta.url)
const made: string[] = []

afterAll(() => Promise.all(made.map(dropDatabase)))

async function databaseOf(options: { migrated: boolean }): Promise<string> {
  const url = await createBareDatabase(options)
  made.push(url)
  return url
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Where the tables lie, and the groups of those that are distributed. */
async function places(url: string): Promise<unknown[]> {
  return onServer(
    url,
    `SELECT table_name::text AS name, citus_table_type AS type, distribution_column AS column, colocation_id AS group
     FROM citus_tables ORDER BY 1`,
  )
}

async function foreignKeys(url: string): Promise<unknown[]> {
  return onServer(
    url,
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::regclass[]) ORDER BY 1, 2`,
    [await tables(url)],
  )
}

/** The names of our tables: shards of theirs have a number behind it. */
async function tables(url: string): Promise<string[]> {
  const rows = await onServer<{ name: string }>(
    url,
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname !~ '_[0-9]+$' AND relname <> '_prisma_migrations' ORDER BY 1`,
  )
  return rows.map(row => row.name)
}

const id = (n: number) => `aaaaaaaa-0000-7000-8000-${String(n).padStart(12, '0')}`

/** So many courses, each with an assignment and a learner who has begun it. */
function courses(count: number): string {
  return `
    INSERT INTO tenants VALUES ('${id(0)}', 't', 'T', now());
    INSERT INTO courses SELECT gen_random_uuid(), '${id(0)}', 'c' || n, 'C', now(), now()
      FROM generate_series(1, ${String(count)}) n;
    INSERT INTO members (course_id, key, role, created_at, updated_at)
      SELECT id, 'ada', 'learner', now(), now() FROM courses;
    INSERT INTO assignments (
      course_id, id, key, graph_id, graph_version, points, late_credit, keep, feedback, reveal, variants,
      follow_through, seed, revision, created_at, updated_at)
      SELECT id, '${id(1)}', 'a', '${id(2)}', 1, 10, 1, 'best', 'full', 'never', 'fixed', 0.5,
        decode(repeat('ab', 32), 'hex'), 1, now(), now() FROM courses;
    INSERT INTO progress (
      course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
      last_millionths, sum_millionths, max_points)
      SELECT id, '${id(1)}', 'ada', 0, 0, 0, 0, 0, 0, 10 FROM courses;`
}

async function counts(url: string): Promise<unknown> {
  const [row] = await onServer(
    url,
    `SELECT (SELECT count(*)::int FROM courses) AS courses, (SELECT count(*)::int FROM members) AS members,
       (SELECT count(*)::int FROM assignments) AS assignments, (SELECT count(*)::int FROM progress) AS progress`,
  )
  return row
}

describe.skipIf(inject('testServer').emptyTemplate === undefined)('on a Citus cluster', () => {
  test('every table but that of jobs lies on the workers, those of the course together', async () => {
    const url = await databaseOf({ migrated: true })

    const found = (await places(url)) as { name: string; type: string; column: string; group: number }[]

    expect(found.map(({ name }) => name)).toEqual(await tables(url))
    const distributed = found.filter(({ type }) => type === 'distributed')
    const elsewhere = found.filter(({ type }) => type === 'local').map(({ name }) => name)
    expect(elsewhere).toEqual(['jobs'])
    const everywhere = found.filter(({ type }) => type === 'reference')
    expect(everywhere).toHaveLength(found.length - distributed.length - elsewhere.length)
    expect(new Set(distributed.map(({ column }) => column))).toEqual(new Set(['course_id']))
    expect(new Set(distributed.map(({ group }) => group)).size).toBe(1)
  })

  test('distributing keeps every row and every foreign key, and leaves no copy on the coordinator', async () => {
    const url = await databaseOf({ migrated: false })
    await migrate(url)
    await onServer(url, courses(20))
    const before = { keys: await foreignKeys(url), counts: await counts(url) }

    await distribute(url)

    expect({ keys: await foreignKeys(url), counts: await counts(url) }).toEqual(before)
    expect(before.keys).not.toHaveLength(0)
    const left = await onServer(
      url,
      'SELECT name FROM unnest($1::text[]) AS name WHERE pg_relation_size(name::regclass) > 0',
      [await tables(url)],
    )
    expect(left).toEqual([])
    const orphan = `INSERT INTO members (course_id, key, role, created_at, updated_at)
      VALUES ('${id(3)}', 'ada', 'learner', now(), now())`
    await expect(onServer(url, orphan)).rejects.toThrow('violates foreign key constraint')
  })

  test('distributing a second time changes nothing', async () => {
    const url = await databaseOf({ migrated: true })
    const before = { places: await places(url), keys: await foreignKeys(url) }

    await distribute(url)

    expect({ places: await places(url), keys: await foreignKeys(url) }).toEqual(before)
  })

  test('a migration that comes after distribution distributes what it makes', async () => {
    const url = await databaseOf({ migrated: false })
    const folders = await readdir(new URL('migrations/', prisma), { withFileTypes: true })
    const names = folders
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort()
    const apply = async (name: string) => {
      await onServer(url, await readFile(new URL(`migrations/${name}/migration.sql`, prisma), 'utf8'))
    }
    const first = names.indexOf('20261124000400_summaries')
    for (const name of names.slice(0, first)) await apply(name)
    await onServer(url, courses(20))
    const then = new Set(await tables(url))
    const script = await readFile(new URL('citus.sql', prisma), 'utf8')
    await onServer(
      url,
      // As it was then: without the tables that are not there yet.
      script
        .replace(/^ {4}'(\w+)',?\n/gm, (line, table: string) => (then.has(table) ? line : ''))
        .replace(/,(\s*\])/g, '$1'),
    )

    for (const name of names.slice(first)) await apply(name)

    const after = await places(url)
    expect(after.map(place => (place as { name: string }).name)).toEqual(await tables(url))
    await distribute(url)
    expect(await places(url)).toEqual(after)
    expect(await foreignKeys(url)).toEqual(await foreignKeys(await databaseOf({ migrated: true })))
    expect(await counts(url)).toEqual({ courses: 20, members: 20, assignments: 20, progress: 20 })
  })

  test('migrations that are there already apply nothing to distributed tables', async () => {
    const url = await databaseOf({ migrated: true })

    expect(await migrate(url)).toEqual({ applied: [] })
  })

  test('two that write to the same courses wait for each other only where they write the same rows', async () => {
    const url = await databaseOf({ migrated: true })
    await onServer(url, courses(20))
    const enrol = (learner: string) => `
      INSERT INTO members (course_id, key, role, created_at, updated_at)
      SELECT course_id, '${learner}', 'learner', now, now
      FROM jsonb_to_recordset((SELECT jsonb_agg(jsonb_build_object('course_id', id, 'now', now())) FROM courses))
        AS t (course_id uuid, now timestamptz)
      ORDER BY course_id
      ON CONFLICT (course_id, key) DO UPDATE SET role = EXCLUDED.role`
    const one = await connect(url)
    const other = await connect(url)
    await one.query('BEGIN')
    await one.query(enrol('ada'))
    await other.query(`SET statement_timeout = '3s'`)

    expect((await other.query(enrol('bob'))).rowCount).toBe(20)
    await expect(other.query(enrol('ada'))).rejects.toThrow('canceling statement')

    await one.query('COMMIT')
  })
})
