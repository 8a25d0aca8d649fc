/**
 * The learners of a course as a class list shows them, in one statement: filtered, ordered and cut by how far they are in all
 * assignments (standings.ts) or in one of them (its progress rows). Instructors are left out.
 */
import { Prisma } from './generated/client.js'
import type { Reader } from './read-replicas.js'
import { COUNTED } from './standings.js'

export type ListedLearner = {
  readonly key: string
  readonly name: string | null
  readonly begun: number
  readonly attempts: number
  readonly completed: number
  /** Mean credit over all assignments looked at, rounded to millionths. */
  readonly creditMillionths: number
  readonly lastSubmittedAt: Date | null
  /** What they are ordered by beside the key. */
  readonly position: string | number | Date | null
}

/** Values that learners are ordered by; by the key where these are the same. */
export type LearnerValue = 'key' | 'name' | 'credit' | 'attempts' | 'lastSubmitted'

/** Where a list goes on: after the learner of this value and key. */
export type LearnerPosition = { readonly value: string | number | null; readonly key: string }

/** Which learners; credits are in millionths. */
export type LearnerFilters = {
  /** Whose progress on this one assignment counts, instead of all. */
  readonly assignmentId: string | undefined
  readonly notStarted: boolean | undefined
  /** All assignments. */
  readonly completed: boolean | undefined
  /** On what they have begun a mean of so many attempts at least and of so much credit at most, and not all completed. */
  readonly struggling:
    { readonly minAttempts: number; readonly maxCredit: number; readonly is: boolean } | undefined
  readonly minAttempts: number | undefined
  readonly minCredit: number | undefined
  readonly maxCredit: number | undefined
  /** Who has begun, and submitted last before then. */
  readonly inactiveSince: Date | undefined
  /** A part of the key or of the name, in capitals or not. */
  readonly search: string | undefined
}

/** The same over all assignments of the course. */
export type CourseFilters = Omit<LearnerFilters, 'assignmentId'>

export type LearnerOrdering = {
  readonly by: LearnerValue
  readonly descending: boolean
  readonly after: LearnerPosition | undefined
  readonly limit: number
}

export type LearnerRepository = ReturnType<typeof createLearnerRepository>

/** What each value is ordered by, of a member `m` and how far they are, `s`. Who never submitted comes before all others. */
const VALUES: Readonly<Record<LearnerValue, Prisma.Sql>> = {
  key: Prisma.sql`s.learner`,
  name: Prisma.sql`lower(COALESCE(m.name, m.key)) COLLATE "C"`,
  credit: Prisma.sql`s.credit_millionths`,
  attempts: Prisma.sql`s.attempts`,
  lastSubmitted: Prisma.sql`COALESCE(s.last_submitted_at, '-infinity')`,
}

/** The same as it is kept in a cursor: by another name, since Citus 13.0 orders by what is selected under a name. */
const POSITIONS: Readonly<Record<LearnerValue, Prisma.Sql>> = {
  key: Prisma.sql`NULL`,
  name: Prisma.sql`place`,
  credit: Prisma.sql`place::float8`,
  attempts: Prisma.sql`place`,
  lastSubmitted: Prisma.sql`NULLIF(place, '-infinity')`,
}

/** Mean credit over all assignments looked at, in millionths. */
const MEAN_CREDIT = Prisma.sql`round(s.credit_millionths::numeric / (SELECT assignments FROM course))`

/** Lists of learners, read. */
export function createLearnerRepository(reader: Reader) {
  return {
    /** Learners in an order. Both directions are of values and keys, so that one is the other read backwards. */
    async list(
      courseId: string,
      filters: LearnerFilters,
      ordering: LearnerOrdering,
    ): Promise<ListedLearner[]> {
      const direction = directionOf(ordering)
      return reader().$queryRaw<ListedLearner[]>`
        WITH ${courseOf(courseId, filters.assignmentId)}
        SELECT key, name, begun, attempts, completed, "creditMillionths", "lastSubmittedAt",
          ${POSITIONS[ordering.by]} AS position
        FROM (${foundBy(courseId, filters, ordering)}) found
        ORDER BY found.place ${direction}, found.key ${direction}
        LIMIT ${ordering.limit}::int`
    },

    /**
     * Those of several lists of a course, in all its assignments, each learner once and at most so many: of each list its
     * beginning by credit, the least first, and those of the earlier lists before those of the later ones. By credit.
     */
    async listLeast(
      courseId: string,
      lists: readonly { readonly filters: CourseFilters; readonly limit: number }[],
      most: number,
    ): Promise<ListedLearner[]> {
      const found = lists.map(({ filters, limit }, rank) => {
        const ordering = { by: 'credit', descending: false, after: undefined, limit } as const
        const all = { ...filters, assignmentId: undefined }
        return Prisma.sql`(
          SELECT ${rank}::int AS rank, found.* FROM (${foundBy(courseId, all, ordering)}) found
          ORDER BY found.place, found.key
          LIMIT ${limit}::int)`
      })
      return reader().$queryRaw<ListedLearner[]>`
        WITH ${courseOf(courseId, undefined)}
        SELECT key, name, begun, attempts, completed, "creditMillionths", "lastSubmittedAt", place::float8 AS position
        FROM (
          SELECT * FROM (
            SELECT DISTINCT ON (key) * FROM (${Prisma.join(found, ' UNION ALL ')}) listed ORDER BY key, rank) learners
          ORDER BY rank, place, key
          LIMIT ${most}::int) chosen
        ORDER BY chosen.place, chosen.key`
    },

    /** How many learners there are of this kind. */
    async count(courseId: string, filters: LearnerFilters): Promise<number> {
      const needed = ofStanding(filters)
      const where = allOf([...needed, ...ofMember(filters)])
      const sources =
        needed.length === 0 ? [membersOf(courseId)] : standingsOf(courseId, filters.assignmentId)
      const counts = sources.map(source => Prisma.sql`(SELECT count(*) FROM ${source} AND ${where})`)
      const [row] = await reader().$queryRaw<{ count: number }[]>`
        WITH ${courseOf(courseId, filters.assignmentId)}
        SELECT (${Prisma.join(counts, ' + ')})::int AS count`
      return row?.count ?? 0
    },
  }
}

function directionOf({ descending }: Pick<LearnerOrdering, 'descending'>): Prisma.Sql {
  return descending ? Prisma.sql`DESC` : Prisma.sql`ASC`
}

/** As many as are asked for from each place where learners are found: the list begins with what is first among all these. */
function foundBy(courseId: string, filters: LearnerFilters, ordering: LearnerOrdering): Prisma.Sql {
  const { by, descending, after, limit } = ordering
  const direction = directionOf(ordering)
  const goesOn = after === undefined ? [] : [isBehind(by, descending, after)]
  const where = allOf([...ofStanding(filters), ...ofMember(filters), ...goesOn])
  const branches = standingsOf(courseId, filters.assignmentId).map(
    source => Prisma.sql`(
      SELECT m.key, m.name, s.begun, s.attempts, s.completed, ${MEAN_CREDIT}::int AS "creditMillionths",
        s.last_submitted_at AS "lastSubmittedAt", ${VALUES[by]} AS place
      FROM ${source} AND ${where}
      ORDER BY ${VALUES[by]} ${direction}, s.learner ${direction}
      LIMIT ${limit}::int)`,
  )
  return Prisma.join(branches, ' UNION ALL ')
}

/** What the branches look up: how many assignments are looked at, and who is marked. */
function courseOf(courseId: string, assignmentId: string | undefined): Prisma.Sql {
  if (assignmentId !== undefined) return Prisma.sql`course AS (SELECT 1 AS assignments)`
  // Of a course without assignments nobody has any credit.
  return Prisma.sql`
    course AS MATERIALIZED (
      SELECT GREATEST(count(*), 1)::int AS assignments FROM assignments WHERE course_id = ${courseId}::uuid
    ), marked AS MATERIALIZED (
      SELECT DISTINCT jsonb_array_elements_text(learners) AS learner FROM standing_marks
      WHERE course_id = ${courseId}::uuid)`
}

function membersOf(courseId: string): Prisma.Sql {
  return Prisma.sql`members m WHERE m.course_id = ${courseId}::uuid AND m.role = 'learner'`
}

/** Learners `m` and how far they are, `s`: each in one of these, so that what follows them is asked of both. */
function standingsOf(courseId: string, assignmentId: string | undefined): readonly Prisma.Sql[] {
  if (assignmentId !== undefined) {
    return [
      Prisma.sql`members m
        LEFT JOIN progress p
          ON p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid AND p.learner = m.key
        CROSS JOIN LATERAL (
          SELECT m.key AS learner, (p.learner IS NOT NULL)::int AS begun, COALESCE(p.attempts, 0) AS attempts,
            (p.completed_at IS NOT NULL)::int AS completed, COALESCE(p.credit_millionths, 0)::bigint AS credit_millionths,
            p.last_submitted_at) s
        WHERE m.course_id = ${courseId}::uuid AND m.role = 'learner'`,
    ]
  }
  return [
    // The hashed list of who is marked changes nothing in the order in which an index gives the others.
    Prisma.sql`standings s
      JOIN members m ON m.course_id = ${courseId}::uuid AND m.key = s.learner
      WHERE s.course_id = ${courseId}::uuid AND m.role = 'learner'
        AND s.learner NOT IN (SELECT learner FROM marked)`,
    Prisma.sql`marked
      JOIN members m ON m.course_id = ${courseId}::uuid AND m.key = marked.learner
      CROSS JOIN LATERAL (
        SELECT m.key AS learner, ${COUNTED} FROM progress p
        WHERE p.course_id = ${courseId}::uuid AND p.learner = m.key) s
      WHERE m.role = 'learner'`,
  ]
}

/** What is asked of how far somebody is. */
function ofStanding(filters: LearnerFilters): readonly Prisma.Sql[] {
  const { notStarted, completed, struggling, minAttempts, minCredit, maxCredit, inactiveSince } = filters
  return [
    ...(notStarted === undefined ? [] : [holds(Prisma.sql`s.begun = 0`, notStarted)]),
    ...(completed === undefined
      ? []
      : [holds(Prisma.sql`s.completed >= (SELECT assignments FROM course)`, completed)]),
    ...(struggling === undefined ? [] : [isStruggling(struggling)]),
    ...(minAttempts === undefined ? [] : [Prisma.sql`s.attempts >= ${minAttempts}::int`]),
    ...(minCredit === undefined ? [] : [Prisma.sql`${MEAN_CREDIT} >= ${minCredit}::int`]),
    ...(maxCredit === undefined ? [] : [Prisma.sql`${MEAN_CREDIT} <= ${maxCredit}::int`]),
    ...(inactiveSince === undefined
      ? []
      : [Prisma.sql`COALESCE(s.last_submitted_at < ${inactiveSince}::timestamptz, false)`]),
  ]
}

function isStruggling({ minAttempts, maxCredit, is }: NonNullable<LearnerFilters['struggling']>): Prisma.Sql {
  return holds(
    Prisma.sql`s.completed < s.begun AND s.attempts >= ${minAttempts}::bigint * s.begun
      AND round(s.credit_millionths::numeric / GREATEST(s.begun, 1)) <= ${maxCredit}::int`,
    is,
  )
}

/** What is asked of who somebody is. */
function ofMember({ search }: LearnerFilters): readonly Prisma.Sql[] {
  if (search === undefined) return []
  const isIn = (text: Prisma.Sql) => Prisma.sql`strpos(lower(${text}), lower(${search}::text)) > 0`
  return [Prisma.sql`(${isIn(Prisma.sql`m.key`)} OR ${isIn(Prisma.sql`COALESCE(m.name, '')`)})`]
}

function isBehind(by: LearnerValue, descending: boolean, { value, key }: LearnerPosition): Prisma.Sql {
  const comparison = descending ? Prisma.sql`<` : Prisma.sql`>`
  if (by === 'key') return Prisma.sql`s.learner ${comparison} ${key}::text`
  const given = {
    name: Prisma.sql`${value}::text`,
    credit: Prisma.sql`${value}::bigint`,
    attempts: Prisma.sql`${value}::int`,
    lastSubmitted: Prisma.sql`COALESCE(${value}::timestamptz, '-infinity')`,
  }[by]
  return Prisma.sql`(${VALUES[by]}, s.learner) ${comparison} (${given}, ${key}::text)`
}

function holds(condition: Prisma.Sql, wanted: boolean): Prisma.Sql {
  return wanted ? Prisma.sql`(${condition})` : Prisma.sql`NOT (${condition})`
}

function allOf(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' AND ')
}
