/**
 * A class as submissions would have left it: members, attempts, progress, standings and summaries that hold together, put
 * into the database at once. Attempt m of learner n on assignment w has typed sheet (n + m + w) mod 4.
 */
import pg from 'pg'
import {
  countAttempt,
  countProgress,
  createSummaryChange,
  foldChanges,
  storedChange,
} from '../../src/grading/attempt-summary.js'
import { boxesToStore } from '../../src/database/stored-boxes.js'
import { STORED_RESULTS } from '../../src/database/summary-changes.js'
import { gradedSheets } from '../support/stored-attempts.js'

export const COURSE = 'bench'
export const ASSIGNMENTS = 20

export type ClassSize = {
  readonly learners: number
  /** Assignments that everybody has begun, from the one of their number on. */
  readonly begun: number
  /** Attempts on each of these. */
  readonly attemptsEach: number
}

/** Attempts of a class. */
export function attemptsOf({ learners, begun, attemptsEach }: ClassSize): number {
  return learners * begun * attemptsEach
}

/** Whether learner n has begun assignment w, in SQL and here. */
const BEGUN = '(w - n % 20 + 20) % 20 < $3'
const hasBegun = (n: number, w: number, begun: number): boolean => (w - (n % 20) + 20) % 20 < begun

/** Seeds the course of the stage, whose assignments `week-1` to `week-20` are there and of lab-network1. */
export async function seedClass(url: string, size: ClassSize): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ course: string; ids: string[] }>(
      `SELECT c.id AS course, array_agg(a.id ORDER BY substring(a.key FROM 6)::int) AS ids
       FROM courses c JOIN assignments a ON a.course_id = c.id WHERE c.key = $1 GROUP BY c.id`,
      [COURSE],
    )
    const [place] = rows
    if (place?.ids.length !== ASSIGNMENTS) throw new Error('the course has not its assignments')
    // What holds together need not be looked up row by row: that would take minutes.
    await client.query('SET session_replication_role = replica')
    await client.query('DELETE FROM attempts')
    for (const table of [
      'idempotency_keys',
      'progress',
      'standings',
      'standing_marks',
      'summaries',
      'summary_changes',
      'members',
    ]) {
      await client.query(`DELETE FROM ${table}`)
    }
    await insertRows(client, place.course, place.ids, size)
    for (const [index, id] of place.ids.entries()) {
      await client.query(
        'INSERT INTO summaries (course_id, assignment_id, generation, totals) VALUES ($1, $2, $3, $4)',
        [place.course, id, STORED_RESULTS, JSON.stringify(totalsOf(index + 1, size))],
      )
    }
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}

async function insertRows(
  client: pg.Client,
  course: string,
  assignments: readonly string[],
  { learners, begun, attemptsEach }: ClassSize,
): Promise<void> {
  const sheets = gradedSheets().map(sheet => ({ ...sheet, boxes: boxesToStore(sheet.boxes) }))
  await client.query(
    `INSERT INTO members (course_id, key, role, name, created_at, updated_at)
     SELECT $1, 'learner-' || n, 'learner', 'Learner ' || n, now(), now() FROM generate_series(1, $2::int) n`,
    [course, learners],
  )
  for (const [index, id] of assignments.entries()) {
    const values = [course, learners, begun, attemptsEach, id, index + 1, JSON.stringify(sheets)]
    await client.query(
      `WITH given (course_id, attempts_each, assignment_id, w, sheets) AS (
         SELECT $1::uuid, $4::int, $5::uuid, $6::int, $7::jsonb)
       INSERT INTO attempts (
         course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points, graph_id,
         graph_version, policy_revision, feedback, reveal, submitted_at, answers, boxes, progress)
       SELECT g.course_id, uuidv7(), g.assignment_id, 'learner-' || n, m, (sheet->>'credit')::float8,
         (sheet->>'earned')::int, false, (sheet->>'credit')::float8 * s.points, s.points, s.graph_id, s.graph_version,
         s.revision, 'full', 'never', now(), sheet->'answers', sheet->'boxes',
         jsonb_build_object('attempts', m, 'credit', 0, 'points', 0, 'remaining', NULL, 'completed', false)
       FROM given g
       JOIN assignments s ON s.course_id = g.course_id AND s.id = g.assignment_id,
         generate_series(1, $2::int) n, generate_series(1, g.attempts_each) m,
         LATERAL (SELECT g.sheets->((n + m + g.w) % 4) AS sheet) t
       WHERE ${BEGUN}`,
      values,
    )
    await client.query(
      `WITH given (course_id, attempts_each, assignment_id, w, sheets) AS (
         SELECT $1::uuid, $4::int, $5::uuid, $6::int, $7::jsonb)
       INSERT INTO progress (
         course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
         last_millionths, sum_millionths, max_points, completed_at, first_seen_at, first_submitted_at, last_submitted_at)
       SELECT g.course_id, g.assignment_id, 'learner-' || n, g.attempts_each, max(earned), max(earned),
         max(earned) FILTER (WHERE m = 1), max(earned) FILTER (WHERE m = g.attempts_each), sum(earned), 10,
         CASE WHEN max(earned) = 1000000 THEN now() END, now() - n * interval '1 second', now(), now()
       FROM given g, generate_series(1, $2::int) n, generate_series(1, g.attempts_each) m,
         LATERAL (SELECT (g.sheets->((n + m + g.w) % 4)->>'earned')::int AS earned) t
       WHERE ${BEGUN}
       GROUP BY g.course_id, g.assignment_id, g.attempts_each, n`,
      values,
    )
  }
  await client.query(
    `INSERT INTO standings (course_id, learner, begun, attempts, completed, credit_millionths, last_submitted_at)
     SELECT course_id, learner, count(*), sum(attempts), count(completed_at), sum(credit_millionths), max(last_submitted_at)
     FROM progress GROUP BY course_id, learner`,
  )
}

/** What the attempts on assignment w come to. */
function totalsOf(w: number, { learners, begun, attemptsEach }: ClassSize): unknown {
  const sheets = gradedSheets()
  const change = createSummaryChange()
  for (let n = 1; n <= learners; n += 1) {
    if (!hasBegun(n, w, begun)) continue
    let best = 0
    for (let m = 1; m <= attemptsEach; m += 1) {
      const sheet = sheets[(n + m + w) % sheets.length]
      if (sheet === undefined) continue
      countAttempt(change, { number: m, boxes: sheet.boxes, answers: sheet.answers }, 1)
      best = Math.max(best, sheet.earned)
    }
    countProgress(change, undefined, { creditMillionths: best, completed: best === 1_000_000 })
  }
  return foldChanges(undefined, [storedChange(change)])
}
