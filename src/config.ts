/** Environment → typed configuration. The only reader of process.env. */
import path from 'node:path'
import { z } from 'zod'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const environmentSchema = z
  .object({
    NODE_ENV: z.string().default('development'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().min(1).default('127.0.0.1'),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, { message: 'must be a postgresql:// URL' })
      .optional(),
    CHAINMARK_DATA: z.string().min(1).default('.chainmark'),
    CHAINMARK_MAX_NODES: z.coerce.number().int().min(1).max(10_000).default(2000),
    LOG_LEVEL: z.enum(LEVELS).default('info'),
  })
  .refine(environment => environment.NODE_ENV !== 'production' || environment.DATABASE_URL !== undefined, {
    path: ['DATABASE_URL'],
    message: 'is required when NODE_ENV is production',
  })

export type Config = {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** Where the database is; undefined: in the data folder, started by us. */
  readonly databaseUrl: string | undefined
  /** Absolute. */
  readonly dataFolder: string
  /** The most nodes of a published graph. */
  readonly maxNodes: number
  readonly logLevel: (typeof LEVELS)[number]
}

/** Reads the configuration, or throws an Error that lists every variable that is wrong, for a person to read. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable counts as one that is not set, as shells and compose files leave them.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = environmentSchema.safeParse(given)
  if (!result.success) {
    const lines = result.error.issues.map(issue => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The configuration is wrong:\n${lines.join('\n')}`)
  }
  const values = result.data
  return {
    production: values.NODE_ENV === 'production',
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    dataFolder: path.resolve(values.CHAINMARK_DATA),
    maxNodes: values.CHAINMARK_MAX_NODES,
    logLevel: values.LOG_LEVEL,
  }
}
