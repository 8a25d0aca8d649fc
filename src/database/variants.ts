/** The inputs that learners were given, as they were first drawn. */
import type { Database } from './client.js'
import { storeEnrolled } from './enrolment.js'

/** Which variant: of an assignment's learner, for a version of a graph. */
export type VariantPlace = {
  readonly courseId: string
  readonly assignmentId: string
  readonly learner: string
  readonly graphId: string
  readonly graphVersion: number
  /** The attempt that it is for; 0 where one variant is for all attempts. */
  readonly number: number
}

export type StoredVariant = {
  /** What an attempt names it by. */
  readonly token: string
  /** Name → value, of every input. */
  readonly inputs: unknown
  /** When it was; undefined while it is not stored. */
  readonly drawnAt?: Date
}

export type VariantRepository = ReturnType<typeof createVariantRepository>

/** Variants, read and kept. */
export function createVariantRepository(database: Database) {
  return {
    find: (place: VariantPlace): Promise<StoredVariant | undefined> => find(database, place),

    /**
     * Keeps a variant, and answers the one that is kept from then on: another that was kept first wins. The learner is
     * enrolled with it, so that an erasure finds whatever there is of them. Undefined for someone who was erased.
     */
    async keep(
      place: VariantPlace,
      drawn: StoredVariant,
      learnerHash: Uint8Array,
      time: Date,
    ): Promise<StoredVariant | undefined> {
      const { courseId, assignmentId, learner, graphId, graphVersion, number } = place
      return storeEnrolled(database, { courseId, learner, learnerHash }, time, async transaction => {
        await transaction.$executeRaw`
          INSERT INTO variants (
            course_id, assignment_id, learner, graph_id, graph_version, number, token, inputs, created_at)
          VALUES (
            ${courseId}::uuid, ${assignmentId}::uuid, ${learner}, ${graphId}::uuid, ${graphVersion}::int,
            ${number}::int, ${drawn.token}, ${JSON.stringify(drawn.inputs)}::jsonb, ${time})
          ON CONFLICT (course_id, assignment_id, learner, graph_id, graph_version, number) DO NOTHING`
        const kept = await find(transaction, place)
        if (kept === undefined) throw new Error('a variant that was kept cannot be found')
        return kept
      })
    },
  }
}

async function find(
  database: Pick<Database, '$queryRaw'>,
  { courseId, assignmentId, learner, graphId, graphVersion, number }: VariantPlace,
): Promise<StoredVariant | undefined> {
  const rows = await database.$queryRaw<StoredVariant[]>`
    SELECT token, inputs, created_at AS "drawnAt" FROM variants
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND learner = ${learner}
      AND graph_id = ${graphId}::uuid AND graph_version = ${graphVersion}::int AND number = ${number}::int`
  return rows[0]
}
