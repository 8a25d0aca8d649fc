/** Environment → typed configuration. The only reader of process.env. */
import { isIP } from 'node:net'
import path from 'node:path'
import { z } from 'zod'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const port = z.coerce.number().int().min(0).max(65_535)

/** Requests in a minute; 0: without limit. */
const perMinute = z.coerce.number().int().min(0).max(1_000_000_000)

/** The most load balancers in a row that a request may pass. */
const MOST_HOPS = 10

/** A number of hops, or addresses and CIDR ranges with commas between them. */
const proxiesSchema = z.string().transform((text, context): number | readonly string[] => {
  if (/^\d+$/.test(text)) {
    if (Number(text) <= MOST_HOPS) return Number(text)
  } else {
    const ranges = text.split(',').map(range => range.trim())
    if (ranges.every(isRange)) return ranges
  }
  context.addIssue({
    code: 'custom',
    message: `must be a number of load balancers up to ${String(MOST_HOPS)}, or their addresses or CIDR ranges, with commas`,
  })
  return z.NEVER
})

function isRange(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  if (length === undefined) return bits > 0
  return rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) >= 1 && Number(length) <= bits
}

/** An address of the service as browsers see it, without a path: pages and their files lie at its root. */
const publicUrlSchema = z.string().transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  context.addIssue({
    code: 'custom',
    message: 'must be an http:// or https:// URL of a host alone, such as https://chainmark.example',
  })
  return z.NEVER
})

/**
 * A source of CSP's frame-ancestors: an https origin, perhaps of all hosts under one, or this machine itself, to try it. That
 * has no form for an address of IPv6: browsers drop such a source.
 */
const ORIGIN =
  /^(?:https:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|http:\/\/(?:localhost|127\.0\.0\.1))(?::(?<port>\d{1,5}))?$/

function isAncestor(source: string): boolean {
  if (source.startsWith("'")) return true
  const match = ORIGIN.exec(source)
  return match !== null && port.safeParse(match.groups?.['port'] ?? 443).success
}

/** Who may show the pages in a frame: `self` and origins with spaces between them, or `none`. */
const frameAncestorsSchema = z.string().transform((text, context): readonly string[] => {
  const sources = text.trim().toLowerCase().split(/\s+/)
  const written = sources.map(source =>
    /^'?(self|none)'?$/.test(source) ? `'${source.replaceAll("'", '')}'` : source,
  )
  const isAlone = written.length === 1 || !written.includes("'none'")
  if (isAlone && written.every(isAncestor)) return written
  context.addIssue({
    code: 'custom',
    message:
      'must be "none", or "self" and https origins such as https://lms.example (or http://localhost:8080), with spaces ' +
      'between them',
  })
  return z.NEVER
})

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, { message: 'must be a postgresql:// URL' })

const environmentSchema = z
  .object({
    NODE_ENV: z.string().default('development'),
    PORT: port.default(3000),
    HOST: z.string().min(1).default('127.0.0.1'),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_READ_URL: z
      .string()
      .transform(text => text.trim().split(/\s+/))
      .pipe(z.array(postgresUrl))
      .default([]),
    DATABASE_DIRECT_URL: postgresUrl.optional(),
    CHAINMARK_DATA: z.string().min(1).default('.chainmark'),
    CHAINMARK_MAX_NODES: z.coerce.number().int().min(1).max(10_000).default(2000),
    CHAINMARK_QUEUE: z.coerce.number().int().min(1).max(100_000).default(5_000),
    CHAINMARK_DRAIN_SECONDS: z.coerce.number().min(0).max(300).default(0),
    CHAINMARK_MAX_LOOP_DELAY: z.coerce.number().min(0).max(60_000).default(1_000),
    TRUST_PROXY: proxiesSchema.default(0),
    // An LMS at a deadline is one key.
    RATE_LIMIT_PER_KEY: perMinute.default(0),
    // A lecture hall of 1,000 behind one address, each trying three times a minute: a tenth of what one core grades.
    RATE_LIMIT_PRACTICE: perMinute.default(3_000),
    // Keys are not guessed: this bounds look-ups, and lets a client with a mistyped key go on trying.
    RATE_LIMIT_FAILED_KEYS: perMinute.default(100),
    // A learner's page asks when it is opened and when answers are submitted.
    RATE_LIMIT_PER_SESSION: perMinute.default(120),
    // Behind one address a campus opens its pages at once; what nobody guesses is bounded for the look-ups alone.
    RATE_LIMIT_FAILED_SESSIONS: perMinute.default(3_000),
    CHAINMARK_PUBLIC_URL: publicUrlSchema.optional(),
    CHAINMARK_FRAME_ANCESTORS: frameAncestorsSchema.default(["'self'"]),
    CHAINMARK_WEBHOOKS_PRIVATE: z.enum(['true', 'false']).optional(),
    // z.coerce.boolean would take the text "false" for true.
    CHAINMARK_GRAPHQL_INTROSPECTION: z.enum(['true', 'false']).optional(),
    METRICS_PORT: port.optional(),
    METRICS_HOST: z.string().min(1).default('127.0.0.1'),
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
  /** Read replicas, for what dashboards ask; none: the database itself. */
  readonly readUrls: readonly string[]
  /** The database by sessions of its own, where a pooler stands before it; undefined: as above. */
  readonly directUrl: string | undefined
  /** Absolute. */
  readonly dataFolder: string
  /** The most nodes of a published graph. */
  readonly maxNodes: number
  /** Submissions that may wait to be stored. */
  readonly queueCapacity: number
  /** From the signal to stop until no connection is taken any more. */
  readonly drainSeconds: number
  /** Milliseconds that the event loop may be late before requests are refused; 0: any. */
  readonly maxLoopDelay: number
  /** How many load balancers a request passes, or their addresses and CIDR ranges. */
  readonly trustedProxies: number | readonly string[]
  /** Requests in a minute; 0: without limit. */
  readonly rateLimits: {
    readonly perKey: number
    readonly practice: number
    readonly failedKeys: number
    readonly perSession: number
    readonly failedSessions: number
  }
  /** The origin that browsers reach the service at; undefined: the one that each request names. */
  readonly publicUrl: string | undefined
  /** Who may show the pages in a frame, as sources of CSP. */
  readonly frameAncestors: readonly string[]
  /** Whether webhooks may point to http and to private networks; not in production unless it is said. */
  readonly privateWebhooks: boolean
  /** Whether /graphql tells its schema, and /graphiql is there. */
  readonly graphqlIntrospection: boolean
  /** Where metrics are served; undefined: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined
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
    readUrls: values.DATABASE_READ_URL,
    directUrl: values.DATABASE_DIRECT_URL,
    dataFolder: path.resolve(values.CHAINMARK_DATA),
    maxNodes: values.CHAINMARK_MAX_NODES,
    queueCapacity: values.CHAINMARK_QUEUE,
    drainSeconds: values.CHAINMARK_DRAIN_SECONDS,
    maxLoopDelay: values.CHAINMARK_MAX_LOOP_DELAY,
    trustedProxies: values.TRUST_PROXY,
    rateLimits: {
      perKey: values.RATE_LIMIT_PER_KEY,
      practice: values.RATE_LIMIT_PRACTICE,
      failedKeys: values.RATE_LIMIT_FAILED_KEYS,
      perSession: values.RATE_LIMIT_PER_SESSION,
      failedSessions: values.RATE_LIMIT_FAILED_SESSIONS,
    },
    publicUrl: values.CHAINMARK_PUBLIC_URL,
    frameAncestors: values.CHAINMARK_FRAME_ANCESTORS,
    privateWebhooks:
      values.CHAINMARK_WEBHOOKS_PRIVATE === undefined
        ? values.NODE_ENV !== 'production'
        : values.CHAINMARK_WEBHOOKS_PRIVATE === 'true',
    graphqlIntrospection:
      values.CHAINMARK_GRAPHQL_INTROSPECTION === undefined
        ? values.NODE_ENV !== 'production'
        : values.CHAINMARK_GRAPHQL_INTROSPECTION === 'true',
    metrics:
      values.METRICS_PORT === undefined
        ? undefined
        : { host: values.METRICS_HOST, port: values.METRICS_PORT },
    logLevel: values.LOG_LEVEL,
  }
}
