/** Many rows made from the few that the service has stored, whatever columns they have. */
import pg from 'pg'
import { SAMPLE } from './submissions-stage.js'

/** Column → SQL of what is each row's own; `n` counts from 1. */
type OwnColumns = Readonly<Record<string, string>>

async function inDatabase<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** An INSERT of so many copies of the sample's row of a table. */
async function copies(
  client: pg.Client,
  table: string,
  options: {
    readonly count: number
    readonly where: string
    readonly own: OwnColumns
    readonly more?: string
  },
): Promise<string> {
  const own = new Map(Object.entries(options.own))
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  )
  const names = rows.map(({ name }) => name)
  return `INSERT INTO ${table} (${names.join()})
    SELECT ${names.map(name => own.get(name) ?? `s.${name}`).join()}
    FROM (SELECT * FROM ${table} WHERE ${options.where} LIMIT 1) s, ${options.more ?? ''}
      generate_series(1, ${String(options.count)}) n`
}

/** The members `learner-1` to so many, each with a progress row: what an attempt's foreign keys lead to. */
export async function addLearners(url: string, count: number): Promise<void> {
  await inDatabase(url, async client => {
    await insertLearners(client, count, 1)
    await client.query('VACUUM ANALYZE')
  })
}

async function insertLearners(client: pg.Client, count: number, attemptsEach: number): Promise<void> {
  const learner = `'learner-' || n`
  await client.query(
    await copies(client, 'members', { count, where: `key = '${SAMPLE}'`, own: { key: learner } }),
  )
  const each = String(attemptsEach)
  const own = { learner, attempts: each, sum_millionths: `s.sum_millionths * ${each}` }
  await client.query(await copies(client, 'progress', { count, where: `learner = '${SAMPLE}'`, own }))
}

/** So many attempts of so many learners, with members, progress and idempotency keys. */
export async function addAttempts(url: string, count: number, learners: number): Promise<void> {
  await inDatabase(url, async client => {
    // What is copied from rows that hold together holds together: checking a million of them takes minutes.
    await client.query(`SET session_replication_role = replica`)
    await insertLearners(client, learners, count / learners)
    const attempts = await copies(client, 'attempts', {
      count,
      where: `learner = '${SAMPLE}'`,
      own: {
        id: 'uuidv7()',
        learner: `'learner-' || (n - 1) % ${String(learners)} + 1`,
        number: `(n - 1) / ${String(learners)} + 1`,
        idempotency_key_hash: `sha256(convert_to('stored-' || n, 'UTF8'))`,
      },
    })
    await client.query(`SELECT * INTO TEMPORARY sample_key FROM idempotency_keys LIMIT 1`)
    await client.query(`
      WITH stored AS (${attempts} RETURNING course_id, id, idempotency_key_hash, submitted_at)
      INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
      SELECT stored.course_id, idempotency_key_hash, fingerprint, id, submitted_at FROM stored, sample_key`)
    await client.query('VACUUM ANALYZE')
  })
}

/** The sample's attempt as an INSERT for pgbench, each with another learner and number. */
export async function pgbenchScript(url: string, learners: number): Promise<string> {
  return inDatabase(url, async client => {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(attempts) AS row FROM attempts WHERE learner = '${SAMPLE}'`,
    )
    const own = new Map([
      ['id', 'uuidv7()'],
      ['learner', `'learner-' || :learner`],
      ['number', ':number'],
      ['submitted_at', 'now()'],
      ['idempotency_key_hash', 'sha256(uuid_send(uuidv7()))'],
    ])
    const columns = Object.entries(rows[0]?.row ?? {})
    const values = columns.map(([name, value]) => own.get(name) ?? literal(value))
    return [
      '\\set count :count + 1',
      `\\set learner random(1, ${String(learners)})`,
      '\\set number :first + :client_id * 1000000 + :count',
      `INSERT INTO attempts (${columns.map(([name]) => name).join()}) VALUES (${values.join()});`,
      '',
    ].join('\n')
  })
}

function literal(value: unknown): string {
  if (value === null) return 'NULL'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // pgbench takes a colon with a word right after it for a variable.
  return `'${text.replaceAll("'", "''").replaceAll(/:(?=\w)/g, ': ')}'`
}

/** Milliseconds that a commit of one row takes, at the median of so many. */
export async function commitLatency(url: string, count: number): Promise<number> {
  return inDatabase(url, async client => {
    await client.query('CREATE TABLE commit_latency (n int)')
    const times: number[] = []
    for (let n = 0; n < count; n += 1) {
      const start = performance.now()
      await client.query('INSERT INTO commit_latency VALUES ($1)', [n])
      times.push(performance.now() - start)
    }
    await client.query('DROP TABLE commit_latency')
    return times.sort((a, b) => a - b)[count >> 1] ?? Number.NaN
  })
}
