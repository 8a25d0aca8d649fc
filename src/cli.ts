#!/usr/bin/env node
/** The operator's command line. Results go to stdout, complaints to stderr; 0 done, 1 failed, 2 not understood. */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { reportCheck } from './cli/check-report.js'
import { visible } from './cli/lines.js'
import { readBytes, UnreadableFile } from './cli/read-bytes.js'
import { placedLine, verifiedLine } from './cli/verify-report.js'
import { DEFINITION_BYTES } from './contracts/graph.js'
import { SCOPES, scopeSchema } from './contracts/scopes.js'
import { keySchema } from './contracts/text.js'
import { readConfig } from './config.js'
import { createDatabase } from './database/client.js'
import { createRecountRepository } from './database/recount.js'
import { demoKeyFile, migrateDatabase, openRuntime, prepareDatabase, type Runtime } from './runtime.js'
import { createKey, createTenant, listKeys } from './services/api-keys.js'
import { checkGraph } from './services/check-graph.js'
import { seedDemo } from './services/seed-demo.js'
import { verify, type PlacedDifference } from './services/verify.js'

const USAGE = `chainmark: the operator's commands

  chainmark migrate                              bring the database to this version
  chainmark seed                                 make the demo tenant and print its key
  chainmark tenants create KEY [--name NAME]     make a tenant
  chainmark tenants list
  chainmark tenants delete KEY --yes             delete a tenant and all it has
  chainmark keys create --tenant KEY --scopes SCOPE,… [--courses COURSE,…] [--name NAME]
                                                 make a key; it is printed once and never again
  chainmark keys list --tenant KEY
  chainmark keys revoke ID
  chainmark verify [--tenant KEY] [--repair]     count all attempts again and print what differs from what is kept
                                                 of them; --repair puts summaries and standings right,
                                                 and nothing else
  chainmark check FILE                           check a graph definition; - reads standard input

Scopes: ${SCOPES.join(' ')}, or all.
The database is DATABASE_URL, or the one in CHAINMARK_DATA. "check" needs none: it prints every fault and
warning and what the boxes hold, and ends with 0, or with 1 where there are faults. "verify" ends with 1 where
something differs that was not put right.
`

/** The command cannot be understood: usage goes with it. */
class UsageError extends Error {}

type Options = Partial<Readonly<Record<'name' | 'tenant' | 'scopes' | 'courses', string>>> & {
  readonly yes?: boolean
  readonly repair?: boolean
}

type Command = {
  /** How many words may follow the command's name. */
  readonly words: 0 | 1
} & (
  | { readonly run: (runtime: Runtime, word: string | undefined, options: Options) => Promise<void> }
  /** Neither configuration nor database is looked at. */
  | { readonly alone: (word: string | undefined) => Promise<void> }
)

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function required(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new UsageError(`${what} is missing.`)
  return value
}

function asKey(value: string, what: string): string {
  const result = keySchema.safeParse(value)
  if (!result.success) throw new UsageError(`${what}: ${result.error.issues[0]?.message ?? 'not a key'}.`)
  return result.data
}

/** The parts of an option. One that is given but empty is a slip of the shell, never "all". */
function asList(value: string | undefined, option: string): string[] {
  if (value === undefined) return []
  const parts = value
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  if (parts.length === 0) throw new UsageError(`${option} is given but empty.`)
  return parts
}

function asScopes(value: string) {
  const names = value === 'all' ? SCOPES : asList(value, '--scopes')
  return names.map(name => {
    const result = scopeSchema.safeParse(name)
    if (!result.success) throw new UsageError(`There is no scope ${JSON.stringify(name)}.`)
    return result.data
  })
}

async function tenantId({ services }: Runtime, key: string): Promise<string> {
  const tenant = await services.tenants.find(key)
  if (tenant === undefined) throw new Error(`There is no tenant ${JSON.stringify(key)}.`)
  return tenant.id
}

/** Milliseconds that a statement of a recount may take: it may read much, and nobody waits for it. */
const RECOUNT_STATEMENT = 10 * 60_000

/** Prints every difference and what was looked at; whether all is right by now. */
async function verifyAll(
  { databaseUrl, services: { tenants, courses, assignments } }: Runtime,
  options: { readonly tenant: string | undefined; readonly repair: boolean },
): Promise<boolean> {
  const database = createDatabase(databaseUrl, { poolSize: 2, statementTimeout: RECOUNT_STATEMENT })
  try {
    const recount = createRecountRepository(database)
    const onDifference = (difference: PlacedDifference) => {
      print(placedLine(difference))
    }
    const verified = await verify({ tenants, courses, assignments, recount }, { ...options, onDifference })
    print(verifiedLine(verified))
    return verified.repaired === verified.differences
  } finally {
    await database.$disconnect()
  }
}

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: {
    words: 0,
    run: async runtime => {
      const applied = await migrateDatabase(runtime)
      for (const name of applied) print(`applied ${name}`)
      if (applied.length === 0) print('nothing to apply')
    },
  },
  seed: {
    words: 0,
    run: async runtime => {
      print(await seedDemo(runtime.services, demoKeyFile(readConfig().dataFolder)))
    },
  },
  'tenants create': {
    words: 1,
    run: async ({ services }, word, { name }) => {
      const key = asKey(required(word, 'KEY'), 'KEY')
      const tenant = await createTenant(services.tenants, services.effects, { key, name: name ?? key })
      if (tenant === undefined) throw new Error(`The tenant key ${JSON.stringify(key)} is taken.`)
      print(`${tenant.key}\t${tenant.id}`)
    },
  },
  'tenants list': {
    words: 0,
    run: async ({ services }) => {
      for (const { key, id, name, createdAt } of await services.tenants.list()) {
        print([key, id, createdAt.toISOString(), name].join('\t'))
      }
    },
  },
  'tenants delete': {
    words: 1,
    run: async (runtime, word, { yes }) => {
      const key = required(word, 'KEY')
      const id = await tenantId(runtime, key)
      if (yes !== true)
        throw new UsageError(`This deletes every course and attempt of ${key}: say so with --yes.`)
      await runtime.services.tenants.delete(id)
      print(`deleted ${key}`)
    },
  },
  'keys create': {
    words: 0,
    run: async (runtime, _word, { tenant, scopes, courses, name }) => {
      const wanted = {
        tenantId: await tenantId(runtime, required(tenant, '--tenant')),
        name: name ?? '',
        scopes: asScopes(required(scopes, '--scopes')),
        courses: asList(courses, '--courses').map(course => asKey(course, '--courses')),
      }
      const { id, key } = await createKey(runtime.services.keys, runtime.services.effects, wanted)
      print(`${key}\t${id}`)
    },
  },
  'keys list': {
    words: 0,
    run: async (runtime, _word, { tenant }) => {
      const id = await tenantId(runtime, required(tenant, '--tenant'))
      for (const key of await listKeys(runtime.services.keys, id)) {
        const state = key.revokedAt === null ? 'active' : `revoked ${key.revokedAt.toISOString()}`
        const courses = key.courses.length === 0 ? 'every course' : key.courses.join(',')
        print(
          [key.id, state, key.scopes.join(','), courses, key.createdAt.toISOString(), key.name].join('\t'),
        )
      }
    },
  },
  'keys revoke': {
    words: 1,
    run: async ({ services }, word) => {
      const id = required(word, 'ID')
      const revoked =
        /^[0-9a-f-]{36}$/i.test(id) && (await services.keys.revoke(id, new Date(services.effects.now())))
      if (!revoked) throw new Error(`There is no active key ${JSON.stringify(id)}.`)
      print(`revoked ${id}`)
    },
  },
  verify: {
    words: 0,
    run: async (runtime, _word, { tenant, repair }) => {
      if (tenant !== undefined) await tenantId(runtime, tenant)
      if (!(await verifyAll(runtime, { tenant, repair: repair === true }))) process.exitCode = 1
    },
  },
  check: {
    words: 1,
    alone: async word => {
      const check = checkGraph(await readBytes(required(word, 'FILE'), DEFINITION_BYTES))
      process.stdout.write(reportCheck(check))
      if (check.faults.length > 0) process.exitCode = 1
    },
  },
}

function readCommand():
  { name: string; command: Command; word: string | undefined; options: Options } | 'help' {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      tenant: { type: 'string' },
      scopes: { type: 'string' },
      courses: { type: 'string' },
      yes: { type: 'boolean' },
      repair: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true || positionals[0] === 'help') return 'help'
  for (const length of [2, 1]) {
    const name = positionals.slice(0, length).join(' ')
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (command === undefined) continue
    const words = positionals.slice(length)
    if (words.length > command.words) throw new UsageError(`"${words.at(-1) ?? ''}" is one word too many.`)
    return { name, command, word: words[0], options: values }
  }
  throw new UsageError(
    positionals.length === 0 ? 'Which command?' : `There is no command "${positionals.join(' ')}".`,
  )
}

async function main(): Promise<void> {
  const read = readCommand()
  if (read === 'help') {
    process.stdout.write(USAGE)
    return
  }
  const { command } = read
  if ('alone' in command) {
    await command.alone(read.word)
    return
  }
  const config = readConfig()
  const runtime = await openRuntime(config, { log: () => undefined, attach: true })
  try {
    if (read.name !== 'migrate') await prepareDatabase(config, runtime)
    await command.run(runtime, read.word, read.options)
  } finally {
    await runtime.close()
  }
}

try {
  await main()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  const misunderstood =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`chainmark: ${visible(message)}\n${misunderstood === true ? `\n${USAGE}` : ''}`)
  process.exitCode = misunderstood === true || error instanceof UnreadableFile ? 2 : 1
}
