-- Storing attempts in one statement (src/database/store-at-once.ts). One statement, as a cluster asks for where tables are
-- distributed already.
DO $migration$
BEGIN
  -- A statement sees what was committed before it began; a volatile function sees what was committed before it is called.
  -- These are called once the assignment or the learner is locked. In PL/pgSQL, since a cluster cannot plan functions in SQL.

  -- Whether an assignment's policy and the regrading that stands are still those.
  CREATE FUNCTION "assignment_stands"("course" UUID, "assignment" UUID, "its_revision" INTEGER, "its_regrade" UUID)
  RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    RETURN EXISTS (
      SELECT FROM assignments
      WHERE course_id = course AND id = assignment AND revision = its_revision
        AND regrade_id IS NOT DISTINCT FROM its_regrade);
  END
  $$;

  -- Whether an erasure has left this hash, by now.
  CREATE FUNCTION "is_erased"("course" UUID, "hash" BYTEA)
  RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    RETURN EXISTS (SELECT FROM erasures WHERE course_id = course AND member_hash = hash);
  END
  $$;

  -- A key belongs to an attempt of a member of a course, which cannot go without them: looking its course up for each of
  -- them told nothing more.
  ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_course_id_fkey";
END
$migration$;
