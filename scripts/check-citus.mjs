/**
 * Whether prisma/citus.sql names every table of prisma/schema.prisma: among those distributed by course where the key begins
 * with the course's id, and nowhere else elsewhere. And whether each migration that may run on a database that is distributed already
 * distributes the tables that it makes.
 *
 *   node scripts/check-citus.mjs [folder of schema.prisma, citus.sql and migrations/]
 */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The last migration from before tables were distributed. */
const LAST_BEFORE = '20261123000300_policies_and_regrading'

const folder = process.argv[2] ?? fileURLToPath(new URL('../prisma', import.meta.url))
const read = name => readFileSync(path.join(folder, name), 'utf8')

const tables = tablesOf(read('schema.prisma'))
const citusSql = read('citus.sql')
/** The lists of citus.sql, and the function that gives a table its place. */
const lists = [
  { list: 'course_tables', ofCourse: true, places: 'create_distributed_table' },
  { list: 'reference_tables', ofCourse: false, places: 'create_reference_table' },
  { list: 'coordinator_tables', ofCourse: false, places: 'citus_add_local_table_to_metadata' },
].map(entry => ({ ...entry, names: listed(entry.list) }))
const faults = [...unlisted(), ...unknown(), ...undistributed()]
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

/** Table → whether its key begins with the course's id. */
function tablesOf(schema) {
  const models = [...schema.matchAll(/^model (\w+) \{$(.*?)^\}$/gms)]
  return new Map(
    models.map(([, model, body]) => [
      /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model,
      /@@id\(\[courseId\b/.test(body),
    ]),
  )
}

function listed(list) {
  const found = new RegExp(`${list} CONSTANT text\\[\\] := ARRAY\\[(.*?)\\]`, 's').exec(citusSql)
  if (found === null) throw new Error(`prisma/citus.sql has no list ${list}.`)
  return [...found[1].matchAll(/'(\w+)'/g)].map(([, table]) => table)
}

function unlisted() {
  return [...tables]
    .filter(
      ([table, ofCourse]) => !lists.some(entry => entry.ofCourse === ofCourse && entry.names.includes(table)),
    )
    .map(([table, ofCourse]) => {
      const fitting = lists.filter(entry => entry.ofCourse === ofCourse).map(({ list }) => list)
      return `prisma/citus.sql: the table ${table} is missing from ${fitting.join(' or ')}.`
    })
}

function unknown() {
  return lists.flatMap(({ list, ofCourse, names }) =>
    names
      .filter(table => tables.get(table) !== ofCourse)
      .map(table => `prisma/citus.sql: ${list} names ${table}, but schema.prisma has no such table there.`),
  )
}

function undistributed() {
  const later = readdirSync(path.join(folder, 'migrations'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name > LAST_BEFORE)
    .map(entry => entry.name)
  return later.flatMap(name => {
    const script = read(`migrations/${name}/migration.sql`)
    return [...script.matchAll(/^\s*CREATE TABLE "(\w+)"/gm)]
      .map(([, table]) => table)
      .filter(table => tables.has(table) && !distributes(script, table))
      .map(
        table => `prisma/migrations/${name}: makes the table ${table} and does not distribute it on Citus.`,
      )
  })
}

function distributes(script, table) {
  return lists.some(({ names, places }) => names.includes(table) && script.includes(`${places}('${table}'`))
}
