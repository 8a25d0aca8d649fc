/** Standing in the way of the service: a transaction of its own that holds what it has locked. */
import pg from 'pg'
import { inject } from 'vitest'
import { assignmentLocks } from '../../src/database/assignment-lock.js'
import { onServer } from './server.js'

export type Holder = {
  readonly run: (sql: string, values?: readonly unknown[]) => Promise<void>
  readonly letGo: () => Promise<void>
}

/** Begins a transaction and runs a statement in it; what that locks is held until it is let go. */
export async function hold(url: string, sql: string, values: readonly unknown[] = []): Promise<Holder> {
  const client = new pg.Client({ connectionString: url })
  // A test that fails leaves it open, and the database goes away under it.
  client.on('error', () => undefined)
  await client.connect()
  const run: Holder['run'] = async (statement, given = []) => {
    await client.query(statement, [...given])
  }
  await run('BEGIN')
  await run(sql, values)
  return {
    run,
    letGo: async () => {
      await run('COMMIT')
      await client.end()
    },
  }
}

/** Has the lock of an assignment, alone or as one of those who store attempts on it, until it is let go. */
export function holdAssignment(
  url: string,
  assignmentId: string,
  how: 'alone' | 'as one of many',
): Promise<Holder> {
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  return hold(url, `SELECT ${lock}(number) FROM unnest($1::bigint[]) number`, [
    assignmentLocks([assignmentId]),
  ])
}

/**
 * Begins to enrol somebody in a course, and thinks better of it when let go. Whoever submits as that learner meanwhile has
 * all locks that come before the learner's, and waits.
 */
export async function holdNewcomer(url: string, course: string, learner: string): Promise<Holder> {
  const { run, letGo } = await hold(
    url,
    `INSERT INTO members (course_id, key, role, created_at, updated_at)
     SELECT id, $2, 'learner', now(), now() FROM courses WHERE key = $1`,
    [course, learner],
  )
  return {
    run,
    letGo: async () => {
      await run('ROLLBACK')
      await letGo()
    },
  }
}

/** How many statements wait for a lock in this database; of one kind if given: `transactionid` is for another's end. */
export async function waiting(url: string, kind?: 'transactionid'): Promise<number> {
  // On a cluster it is a worker where one waits for a row.
  const view = inject('testServer').emptyTemplate === undefined ? 'pg_stat_activity' : 'citus_stat_activity'
  const rows = await onServer(
    url,
    `SELECT pid FROM ${view}
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = COALESCE($1, wait_event)`,
    [kind ?? null],
  )
  return rows.length
}
