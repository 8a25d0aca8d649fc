import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { migrate, pendingMigrations, schemaScript } from '../../src/database/migrate.js'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { onServer } from '../support/server.js'

const folder = new URL('../../prisma/migrations/', import.meta.url)
const made: string[] = []

async function emptyDatabase(): Promise<string> {
  const url = await createBareDatabase({ migrated: false })
  made.push(url)
  return url
}

afterAll(() => Promise.all(made.map(dropDatabase)))

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

/** Everything in a database that a migration can make, one line each; not Prisma's own table. */
async function catalogue(url: string, options: { checks: boolean }): Promise<string[]> {
  const rows = await onServer<{ line: string }>(
    url,
    `WITH tables AS (
       SELECT c.oid, c.relname, c.relkind FROM pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_prisma%'
     )
     SELECT format('%s %s', CASE relkind WHEN 'r' THEN 'table' WHEN 'i' THEN 'index' ELSE relkind::text END, relname) AS line
     FROM tables
     UNION ALL
     SELECT format('column %s.%s: %s%s, default %s, generated "%s%s", collation %s', t.relname, a.attname,
       format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
       coalesce(pg_get_expr(d.adbin, d.adrelid), 'none'), a.attidentity, a.attgenerated, a.attcollation::regcollation)
     FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
     LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
     WHERE t.relkind = 'r'
     UNION ALL
     SELECT pg_get_indexdef(t.oid) FROM tables t WHERE t.relkind = 'i'
     UNION ALL
     SELECT format('constraint %s.%s: %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
     FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND (c.contype <> 'c' OR $1)
     UNION ALL
     SELECT pg_get_triggerdef(g.oid) FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
     UNION ALL
     SELECT format('type %s', y.typname) FROM pg_type y
     WHERE y.typnamespace = 'public'::regnamespace AND y.typrelid = 0 AND y.typelem = 0`,
    [options.checks],
  )
  return rows.map(row => row.line).sort()
}

test('the migrations give exactly the tables of schema.prisma', async () => {
  const migrated = await emptyDatabase()
  await migrate(migrated)
  const direct = await emptyDatabase()
  await onServer(direct, await schemaScript())

  const expected = await catalogue(direct, { checks: true })
  expect(await catalogue(migrated, { checks: false })).toEqual(expected)
  expect(expected).toContain('table attempts')
  expect(expected.filter(line => line.startsWith('column'))).not.toHaveLength(0)
})

test('there are no triggers or sequences, and no functions but two that look up what is there by now', async () => {
  const url = await emptyDatabase()
  await migrate(url)

  const kinds = new Set((await catalogue(url, { checks: true })).map(line => line.split(' ')[0]))
  expect([...kinds].sort()).toEqual(['CREATE', 'column', 'constraint', 'index', 'table'])
  expect((await catalogue(url, { checks: true })).filter(line => line.includes('TRIGGER'))).toEqual([])
  const functions = await onServer(
    url,
    `SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
  )
  expect(functions).toEqual([
    { name: 'assignment_stands(uuid,uuid,integer,uuid)' },
    { name: 'is_erased(uuid,bytea)' },
  ])
})

test('migrating a second time applies nothing', async () => {
  const url = await emptyDatabase()
  const names = await migrationNames()

  expect(await pendingMigrations(url)).toEqual(names)
  expect(await migrate(url)).toEqual({ applied: names })
  expect(await pendingMigrations(url)).toEqual([])
  expect(await migrate(url)).toEqual({ applied: [] })
})

test('several migrations at once all succeed, and one of them does the work', async () => {
  const url = await emptyDatabase()

  const results = await Promise.all([migrate(url), migrate(url), migrate(url)])

  expect(results.flatMap(result => result.applied)).toEqual(await migrationNames())
  expect(await pendingMigrations(url)).toEqual([])
})

test("the rows in _prisma_migrations are those of Prisma's own tools", async () => {
  const url = await emptyDatabase()
  await migrate(url)

  const rows = await onServer<{ migration_name: string }>(
    url,
    `SELECT migration_name, checksum, applied_steps_count, logs, rolled_back_at, finished_at >= started_at AS finished,
       abs(extract(epoch FROM now() - started_at)) < 3600 AS "inUtc"
     FROM _prisma_migrations ORDER BY migration_name`,
  )

  const expected = (await migrationNames()).map(async name => {
    const script = await readFile(new URL(`${name}/migration.sql`, folder))
    return {
      migration_name: name,
      checksum: createHash('sha256').update(script).digest('hex'),
      applied_steps_count: 1,
      logs: null,
      rolled_back_at: null,
      finished: true,
      inUtc: true,
    }
  })
  expect(rows).toEqual(await Promise.all(expected))
})

test('a migration that fails changes nothing and can be tried again', async () => {
  const url = await emptyDatabase()
  await onServer(url, 'CREATE VIEW progress AS SELECT 1 AS in_the_way')
  const before = await catalogue(url, { checks: true })

  await expect(migrate(url)).rejects.toThrow(
    /^The database could not be migrated: .*"progress" already exists/,
  )

  expect(await catalogue(url, { checks: true })).toEqual(before)
  await onServer(url, 'DROP VIEW progress')
  expect(await migrate(url)).toEqual({ applied: await migrationNames() })
})

test('attempts that were stored before they kept their graph get it only where it is known', async () => {
  const url = await emptyDatabase()
  const names = await migrationNames()
  const apply = async (name: string) => {
    await onServer(url, await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'))
  }
  const keepsGraphs = names.indexOf('20261123000300_policies_and_regrading')
  for (const name of names.slice(0, keepsGraphs)) await apply(name)
  const id = (n: number) => `'aaaaaaaa-0000-7000-8000-00000000000${String(n)}'`
  const now = `'2026-01-01T00:00:00Z'`
  // The policy was replaced, perhaps with another graph, after the first attempt and before the second.
  const attempt = (n: number, revision: number) =>
    `INSERT INTO attempts (
       course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points,
       graph_version, policy_revision, submitted_at, answers, boxes, progress)
     VALUES (${id(1)}, ${id(n)}, ${id(2)}, 'ada', ${String(n)}, 0, 0, false, 0, 10, 3, ${String(revision)}, ${now},
       '{}', '[]', '{}');`
  await onServer(
    url,
    `INSERT INTO tenants VALUES (${id(1)}, 't', 'T', ${now});
     INSERT INTO courses VALUES (${id(1)}, ${id(1)}, 'c', 'C', ${now}, ${now});
     INSERT INTO members (course_id, key, role, created_at, updated_at)
       VALUES (${id(1)}, 'ada', 'learner', ${now}, ${now});
     INSERT INTO assignments (
       course_id, id, key, graph_id, graph_version, points, late_credit, keep, revision, created_at, updated_at)
       VALUES (${id(1)}, ${id(2)}, 'week-1', ${id(3)}, 1, 10, 1, 'best', 2, ${now}, ${now});
     INSERT INTO progress (
       course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
       last_millionths, sum_millionths, max_points)
       VALUES (${id(1)}, ${id(2)}, 'ada', 2, 0, 0, 0, 0, 0, 10);
     ${attempt(1, 1)} ${attempt(2, 2)}`,
  )

  for (const name of names.slice(keepsGraphs)) await apply(name)

  expect(
    await onServer(url, 'SELECT number, graph_id, variant, feedback, reveal FROM attempts ORDER BY number'),
  ).toEqual([
    { number: 1, graph_id: null, variant: null, feedback: 'full', reveal: 'never' },
    { number: 2, graph_id: id(3).slice(1, -1), variant: null, feedback: 'full', reveal: 'never' },
  ])
  const seeds = await onServer(url, 'SELECT length(seed) AS length FROM assignments')
  expect(seeds).toEqual([{ length: 32 }])
})

test('the database refuses values that the services must never store', async () => {
  const url = await emptyDatabase()
  await migrate(url)
  const id = 'aaaaaaaa-0000-7000-8000-000000000001'
  const now = `'2026-01-01T00:00:00Z'`
  await onServer(
    url,
    `INSERT INTO tenants VALUES ('${id}', 't', 'T', ${now});
     INSERT INTO courses VALUES ('${id}', '${id}', 'c', 'C', ${now}, ${now});`,
  )
  const member = (role: string) =>
    `INSERT INTO members VALUES ('${id}', 'm', '${role}', NULL, ${now}, ${now})`
  const assignment = (changes: Record<string, string>) => {
    const values = {
      points: '10',
      late_credit: '0.5',
      max_attempts: 'NULL',
      keep: `'best'`,
      feedback: `'full'`,
      reveal: `'never'`,
      variants: `'fixed'`,
      follow_through: '0.5',
      seed: `decode(repeat('ab', 32), 'hex')`,
      ...changes,
    }
    return `INSERT INTO assignments (course_id, id, key, graph_id, graph_version, revision, created_at, updated_at,
      ${Object.keys(values).join()}) VALUES ('${id}', '${id}', 'a', '${id}', 1, 1, ${now}, ${now},
      ${Object.values(values).join()})`
  }
  const refused = (sql: string) => expect(onServer(url, sql)).rejects.toThrow('violates check constraint')

  await refused(member('owner'))
  await refused(assignment({ points: '-1' }))
  await refused(assignment({ points: `'NaN'` }))
  await refused(assignment({ late_credit: '1.5' }))
  await refused(assignment({ max_attempts: '0' }))
  await refused(assignment({ keep: `'worst'` }))
  await refused(assignment({ feedback: `'some'` }))
  await refused(assignment({ reveal: `'always'` }))
  await refused(assignment({ variants: `'none'` }))
  await refused(assignment({ follow_through: '1' }))
  await refused(assignment({ seed: `'short'` }))
  await onServer(url, member('learner'))
  await onServer(url, assignment({}))
})
