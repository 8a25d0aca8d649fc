import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'

type SchemaEngine = Pick<glue.SchemaEngine, 'applyMigrations' | 'diff' | 'free'>

/** A file as the engine takes it. */
export type SchemaFile = { path: string; content: string }

/** Prisma's own schema engine, which its command line otherwise downloads: here in WebAssembly, from npm. */
export async function withEngine<Result>(
  schema: SchemaFile,
  factory: SqlMigrationAwareDriverAdapterFactory,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await loadEngine()
  const engine = await glue.SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  )
  try {
    return await use(engine)
  } finally {
    engine.free()
  }
}

/**
 * The package expects a bundler to import its .wasm, which Node does not do by itself. Its glue code holds one
 * instance per process: a second one would pull the memory from under the first, so it is loaded once.
 */
let loading: Promise<void> | undefined
function loadEngine(): Promise<void> {
  loading ??= instantiate()
  return loading
}

async function instantiate(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(file.replace(/\.js$/, '.wasm'))
  // The engine leaves a timer of ten seconds behind (how long it would wait for its lock), which would keep
  // a finished process alive.
  const timers = Object.keys(glue).filter(name => name.startsWith('__wbg_setTimeout_'))
  const unref = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref()
  const imports = { ...glue, ...Object.fromEntries(timers.map(name => [name, unref])) }
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

/** The part of the global that is used here; TypeScript declares it with the DOM only. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>
}

/**
 * Adapter-pg cuts a script at every semicolon, even inside strings, function bodies and comments. Postgres takes
 * a whole script as it is. The first error is kept because the engine goes on to log it in the transaction that
 * has just failed, and then reports that instead.
 */
export function wholeScripts(prismaPg: PrismaPg): {
  factory: SqlMigrationAwareDriverAdapterFactory
  firstError: () => unknown
} {
  let firstError: unknown
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: prismaPg.provider,
    adapterName: prismaPg.adapterName,
    connect: async () => {
      const adapter = await prismaPg.connect()
      adapter.executeScript = async script => {
        try {
          await adapter.underlyingDriver().query(script)
        } catch (error) {
          firstError ??= error
          throw error
        }
      }
      return adapter
    },
    connectToShadowDb: () => prismaPg.connectToShadowDb(),
  }
  return { factory, firstError: () => firstError }
}

/** The engine asks for the server's version before it does anything; a diff of files needs no more. */
export function noDatabase(): SqlMigrationAwareDriverAdapterFactory {
  const unavailable = () => Promise.reject(new Error('there is no database here'))
  const adapter: SqlDriverAdapter = {
    provider: 'postgres',
    adapterName: 'none',
    queryRaw: () =>
      Promise.resolve({
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, 'PostgreSQL 15.0', 150000]],
      }),
    executeRaw: unavailable,
    executeScript: unavailable,
    startTransaction: unavailable,
    getConnectionInfo: () => ({ supportsRelationJoins: true }),
    dispose: () => Promise.resolve(),
  }
  return {
    provider: 'postgres',
    adapterName: 'none',
    connect: () => Promise.resolve(adapter),
    connectToShadowDb: unavailable,
  }
}
