/**
 * What was committed of late, for those who watch a course: read from the database itself, never from a copy of it, since a
 * hint comes sooner than a copy has what it speaks of.
 *
 * Attempts are looked at by their ids, which begin with the time (uuid v7). So that nothing need be sent that is known
 * already, both sides count the ids in buckets of 256 ms: only where they count differently, ids are read.
 */
import type { Database } from './client.js'

/** An attempt that is stored, as it is told of. */
export type FeedAttempt = {
  readonly id: string
  readonly assignmentId: string
  readonly learner: string
  readonly number: number
}

/** Ids from one up to, and without, another. */
export type IdRange = { readonly from: string; readonly to: string }

/** What is stored in a bucket: how many ids, and the sum of what they end in (tailOf). */
export type BucketCount = {
  readonly courseId: string
  /** The first 10 hexadecimal digits of its ids. */
  readonly bucket: string
  readonly count: number
  readonly tails: number
}

/** A learner's numbers on an assignment from one to another, both included. */
export type NumberRange = {
  readonly assignmentId: string
  readonly learner: string
  readonly first: number
  readonly last: number
}

export type AttemptFeedRepository = ReturnType<typeof createAttemptFeedRepository>

/** Reads what is new. */
export function createAttemptFeedRepository(database: Pick<Database, '$queryRaw'>) {
  return {
    /** Counts the attempts of courses whose ids lie in a range. */
    count: (courseIds: readonly string[], { from, to }: IdRange): Promise<readonly BucketCount[]> =>
      database.$queryRaw<BucketCount[]>`
        SELECT course_id AS "courseId", encode(substring(uuid_send(id) FROM 1 FOR 5), 'hex') AS bucket, count(*)::int AS count,
          sum(256 * get_byte(uuid_send(id), 14) + get_byte(uuid_send(id), 15))::float8 AS tails
        FROM attempts
        WHERE course_id = ANY(${[...courseIds]}::uuid[]) AND id >= ${from}::uuid AND id < ${to}::uuid
        GROUP BY course_id, substring(uuid_send(id) FROM 1 FOR 5)`,

    /** The attempts of a course with ids in a range, in their order, so many at most. */
    page: (courseId: string, { from, to }: IdRange, limit: number): Promise<readonly FeedAttempt[]> =>
      database.$queryRaw<FeedAttempt[]>`
        SELECT id, assignment_id AS "assignmentId", learner, number FROM attempts
        WHERE course_id = ${courseId}::uuid AND id >= ${from}::uuid AND id < ${to}::uuid
        ORDER BY id LIMIT ${limit}`,

    /** Those of these attempts of a course that there are. */
    find: (courseId: string, ids: readonly string[]): Promise<readonly FeedAttempt[]> =>
      database.$queryRaw<FeedAttempt[]>`
        SELECT id, assignment_id AS "assignmentId", learner, number FROM attempts
        WHERE course_id = ${courseId}::uuid AND id = ANY(${[...ids]}::uuid[])`,

    /** Attempts of a course by their numbers. */
    findNumbers: (courseId: string, ranges: readonly NumberRange[]): Promise<readonly FeedAttempt[]> =>
      database.$queryRaw<FeedAttempt[]>`
        SELECT a.id, a.assignment_id AS "assignmentId", a.learner, a.number
        FROM unnest(${ranges.map(range => range.assignmentId)}::uuid[], ${ranges.map(range => range.learner)}::text[],
          ${ranges.map(range => range.first)}::int[], ${ranges.map(range => range.last)}::int[])
          AS given (assignment_id, learner, first, last)
        JOIN attempts a ON a.course_id = ${courseId}::uuid AND a.assignment_id = given.assignment_id
          AND a.learner = given.learner AND a.number BETWEEN given.first AND given.last`,

    /**
     * Marks of courses, which change with what changes progress beside attempts: with policies and the regradings that
     * stand, with who is a member, in which role and under which name, and with overrides. Who is erased and enrolled again
     * is another member by the time of it.
     */
    marks: (
      courseIds: readonly string[],
    ): Promise<readonly { readonly courseId: string; readonly mark: string }[]> =>
      database.$queryRaw<{ courseId: string; mark: string }[]>`
        SELECT course_id AS "courseId", string_agg(kind || ':' || count || ':' || sum, ' ' ORDER BY kind) AS mark FROM (
          SELECT course_id, 'assignments' AS kind, count(*),
            sum(hashtext(id::text || '/' || revision || '/' || COALESCE(regrade_id::text, ''))::bigint)
          FROM assignments WHERE course_id = ANY(${[...courseIds]}::uuid[]) GROUP BY course_id
          UNION ALL
          SELECT course_id, 'members', count(*),
            sum(hashtext(key || '/' || role || '/' || created_at::text || '/' || COALESCE(name, ''))::bigint)
          FROM members WHERE course_id = ANY(${[...courseIds]}::uuid[]) GROUP BY course_id
          UNION ALL
          SELECT course_id, 'overrides', count(*),
            sum(hashtext(assignment_id::text || '/' || learner || '/' || updated_at::text)::bigint)
          FROM overrides WHERE course_id = ANY(${[...courseIds]}::uuid[]) GROUP BY course_id
        ) kinds (course_id, kind, count, sum)
        GROUP BY course_id`,
  }
}
