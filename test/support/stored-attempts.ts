/** Many attempts on lab-network1, put into the database as submissions would have left them. */
import pg from 'pg'
import { grade } from './grading.js'
import { LAB_NETWORK_1 } from './lab-graphs.js'

/** Right in every box of lab-network1. */
export const RIGHT = {
  c: '-4',
  a: '4',
  d: '3',
  J: '9/2',
  dJ_dd: '3',
  dd_da: '1',
  dJ_da: '3',
  da_dc: '1',
  dJ_dc: '3',
  da_db: '1.0',
  dJ_db: '3',
  dc_dw: '2',
  dJ_dw: '6',
}

/** What learners typed: all right; right to a whole number; two slips and on from there; half of it. */
const SHEETS: readonly Readonly<Record<string, string>>[] = [
  RIGHT,
  { ...RIGHT, J: '4.4', dJ_dw: '6.3' },
  {
    ...RIGHT,
    c: '4',
    a: '12',
    d: '11',
    J: '60.5',
    dJ_dd: '11',
    dJ_da: '11',
    dJ_dc: '11',
    dJ_db: '11',
    dc_dw: '-2',
  },
  { c: '-4', a: '4', d: '3', J: '4', dJ_dd: '2' },
]

/** The policy under which they were graded, and one under which many are worth something else. */
export const GRADED_UNDER = {}
export const REGRADED_UNDER = { tolerance: { decimals: 0 }, weights: { J: 2 } }

/** What each sheet is worth, in millionths. */
function worths(policy: typeof GRADED_UNDER | typeof REGRADED_UNDER): number[] {
  const overrides = 'weights' in policy ? { ...policy, weights: new Map(Object.entries(policy.weights)) } : {}
  return SHEETS.map(sheet => Math.round(grade(LAB_NETWORK_1, sheet, overrides).credit * 1e6))
}

/** The sheets with what they come to; the first has all of the credit. */
export function gradedSheets() {
  return SHEETS.map(answers => {
    const { credit, boxes } = grade(LAB_NETWORK_1, answers)
    return { answers, credit, earned: Math.round(credit * 1e6), boxes }
  })
}

/**
 * Stores attempts of so many learners on an assignment of lab-network1: attempt m of learner n has typed sheet
 * (n + m) mod 4. The planner knows of them afterwards, unless it is said otherwise.
 */
export async function storeAttempts(
  url: string,
  where: { readonly course: string; readonly assignment: string },
  count: { readonly learners: number; readonly attemptsEach: number; readonly analyse?: boolean },
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const sheets = gradedSheets()
    const { rows } = await client.query<{ course: string; id: string }>(
      `SELECT a.course_id AS course, a.id FROM assignments a JOIN courses c ON c.id = a.course_id
       WHERE c.key = $1 AND a.key = $2`,
      [where.course, where.assignment],
    )
    const place = rows[0]!
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO members (course_id, key, role, created_at, updated_at)
       SELECT $1, 'learner-' || n, 'learner', now(), now() FROM generate_series(1, $2::int) n`,
      [place.course, count.learners],
    )
    // An attempt stands under its learner's progress.
    await client.query(
      `INSERT INTO progress (
         course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
         last_millionths, sum_millionths, max_points, first_submitted_at, last_submitted_at)
       SELECT s.course_id, s.id, 'learner-' || n, count(*), max(earned), max(earned), 0, 0, sum(earned), 10, now(), now()
       FROM assignments s, generate_series(1, $3::int) n, generate_series(1, $4::int) m,
         LATERAL (SELECT ($5::jsonb->((n + m) % 4)->>'earned')::int AS earned) t
       WHERE s.course_id = $1 AND s.id = $2 GROUP BY s.course_id, s.id, n`,
      [place.course, place.id, count.learners, count.attemptsEach, JSON.stringify(sheets)],
    )
    await client.query(
      `INSERT INTO attempts (
         course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points, graph_id,
         graph_version, policy_revision, feedback, reveal, submitted_at, answers, boxes, progress)
       SELECT s.course_id, gen_random_uuid(), s.id, 'learner-' || n, m, (sheet->>'credit')::float8,
         (sheet->>'earned')::int, false, (sheet->>'credit')::float8 * s.points, s.points, s.graph_id, s.graph_version,
         s.revision, 'full', 'never', now(), sheet->'answers', sheet->'boxes',
         jsonb_build_object('attempts', m, 'credit', 0, 'points', 0, 'remaining', NULL, 'completed', false)
       FROM assignments s, generate_series(1, $3::int) n, generate_series(1, $4::int) m,
         LATERAL (SELECT $5::jsonb->((n + m) % 4) AS sheet) t
       WHERE s.course_id = $1 AND s.id = $2`,
      [place.course, place.id, count.learners, count.attemptsEach, JSON.stringify(sheets)],
    )
    await client.query('COMMIT')
    if (count.analyse !== false) await client.query('ANALYZE')
  } finally {
    await client.end()
  }
}

/**
 * What is wrong with the results that stand, by a recount in SQL from what each sheet is worth: attempts with another
 * credit, and learners whose progress is not the best of their attempts.
 */
export async function findWrong(
  url: string,
  where: { readonly course: string; readonly assignment: string },
  policy: typeof GRADED_UNDER | typeof REGRADED_UNDER,
): Promise<{ readonly attempts: number; readonly learners: number }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ attempts: number; learners: number }>(
      `WITH place AS (
         SELECT a.* FROM assignments a JOIN courses c ON c.id = a.course_id WHERE c.key = $1 AND a.key = $2),
       due AS (
         SELECT t.id, t.learner,
           (($3::int[])[(substring(t.learner FROM 9)::int + t.number) % 4 + 1]) AS worth,
           COALESCE(r.earned_millionths, t.earned_millionths) AS stands
         FROM place s
         JOIN attempts t ON t.course_id = s.course_id AND t.assignment_id = s.id
         LEFT JOIN regraded_attempts r
           ON r.course_id = t.course_id AND r.attempt_id = t.id AND r.job_id = s.regrade_id),
       summed AS (
         SELECT learner, max(worth) AS best, sum(worth) AS sum, count(*) AS attempts FROM due GROUP BY learner)
       SELECT (SELECT count(*) FROM due WHERE worth IS DISTINCT FROM stands)::int AS attempts,
         (SELECT count(*) FROM summed u FULL JOIN (
            SELECT p.* FROM place s JOIN progress p ON p.course_id = s.course_id AND p.assignment_id = s.id) p
          ON p.learner = u.learner
          WHERE (u.best, u.best, u.sum, u.attempts)
            IS DISTINCT FROM (p.credit_millionths, p.best_millionths, p.sum_millionths, p.attempts))::int AS learners`,
      [where.course, where.assignment, worths(policy)],
    )
    return rows[0]!
  } finally {
    await client.end()
  }
}
