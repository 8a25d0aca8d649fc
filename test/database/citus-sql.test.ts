import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const prisma = fileURLToPath(new URL('../../prisma', import.meta.url))
const script = fileURLToPath(new URL('../../scripts/check-citus.mjs', import.meta.url))

type Edit = { readonly file: string; readonly from: string; readonly to: string }

/** What the check says of prisma/, with one file of it changed. */
async function check(edit?: Edit): Promise<{ ok: boolean; said: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'chainmark-citus-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(prisma, folder, { recursive: true })
  if (edit !== undefined) {
    const file = path.join(folder, edit.file)
    const before = await readFile(file, 'utf8')
    expect(before).toContain(edit.from)
    await writeFile(file, before.replace(edit.from, edit.to))
  }
  const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  return { ok: status === 0, said: stderr }
}

test('every table is distributed as its key asks for', async () => {
  expect(await check()).toEqual({ ok: true, said: '' })
})

test.each<Edit & { fault: string; says: RegExp }>([
  {
    fault: 'a table of the course missing from citus.sql',
    file: 'citus.sql',
    from: `    'overrides',\n`,
    to: '',
    says: /^prisma\/citus\.sql: the table overrides is missing from course_tables\.\n$/,
  },
  {
    fault: 'a new model of the course',
    file: 'schema.prisma',
    from: 'model Override {',
    to: 'model Note {\n  courseId String\n  id String\n  @@id([courseId, id])\n  @@map("notes")\n}\n\nmodel Override {',
    says: /the table notes is missing from course_tables\./,
  },
  {
    fault: 'a small table missing from citus.sql',
    file: 'citus.sql',
    from: `    'graphs',\n`,
    to: '',
    says: /the table graphs is missing from reference_tables or coordinator_tables\./,
  },
  {
    fault: 'a table that does not exist',
    file: 'citus.sql',
    from: `'erasures'`,
    to: `'erasure'`,
    says: /course_tables names erasure, but schema\.prisma has no such table there\./,
  },
  {
    fault: 'a table in the wrong list',
    file: 'citus.sql',
    from: `    'jobs'`,
    to: `    'jobs', 'members'`,
    says: /coordinator_tables names members, but schema\.prisma has no such table there\./,
  },
  {
    fault: 'a later migration that leaves its table where it is',
    file: 'migrations/20261124000400_summaries/migration.sql',
    from: 'CREATE TABLE "summaries"',
    to: 'CREATE TABLE "courses" ();\nCREATE TABLE "summaries"',
    says: /20261124000400_summaries: makes the table courses and does not distribute it on Citus\./,
  },
])('the check finds $fault', async ({ says, ...edit }) => {
  const { ok, said } = await check(edit)

  expect(said).toMatch(says)
  expect(ok).toBe(false)
})
