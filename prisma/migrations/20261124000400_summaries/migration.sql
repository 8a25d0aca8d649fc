-- Running summaries. An attempt now hangs on its learner's progress, which hangs on the member and on the assignment: one
-- check a row, of a row that whoever stores the attempt has locked.
--
-- One DO: to a distributed table's workers Citus passes on the text that it was sent, and takes no more than one statement.
DO $$
DECLARE
  under_way CONSTANT uuid[] := ARRAY(SELECT "id" FROM "jobs" WHERE "status" = 'running' AND NOT "dry_run");
BEGIN
  ALTER TABLE "attempts"
      DROP CONSTRAINT "attempts_course_id_assignment_id_fkey",
      DROP CONSTRAINT "attempts_course_id_learner_fkey";
  DROP INDEX "attempts_course_id_learner_idx";

  ALTER TABLE "progress" ADD COLUMN "first_seen_at" TIMESTAMPTZ(3);
  UPDATE "progress" SET "first_seen_at" = "first_submitted_at";

  -- CreateTable
  CREATE TABLE "summaries" (
      "course_id" UUID NOT NULL,
      "assignment_id" UUID NOT NULL,
      "generation" UUID NOT NULL,
      "totals" JSONB NOT NULL,

      CONSTRAINT "summaries_pkey" PRIMARY KEY ("course_id","assignment_id","generation")
  );

  -- CreateTable
  CREATE TABLE "summary_changes" (
      "course_id" UUID NOT NULL,
      "assignment_id" UUID NOT NULL,
      "generation" UUID NOT NULL,
      "id" UUID NOT NULL,
      "change" JSONB NOT NULL,

      CONSTRAINT "summary_changes_pkey" PRIMARY KEY ("course_id","assignment_id","generation","id")
  );

  -- Where tables are distributed already (prisma/citus.sql), new ones are before foreign keys refer to others.
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'members'::regclass) THEN
      PERFORM create_distributed_table('summaries', 'course_id', colocate_with => 'members');
      PERFORM create_distributed_table('summary_changes', 'course_id', colocate_with => 'members');
    END IF;
  END IF;

  -- AddForeignKey
  ALTER TABLE "attempts" ADD CONSTRAINT "attempts_course_id_assignment_id_learner_fkey" FOREIGN KEY ("course_id", "assignment_id", "learner") REFERENCES "progress"("course_id", "assignment_id", "learner") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "summaries" ADD CONSTRAINT "summaries_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "summary_changes" ADD CONSTRAINT "summary_changes_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- Attempts that are stored already are still to be counted: this mark says so, in the place of a generation, until they
  -- are (src/database/summary-generations.ts), whatever is submitted meanwhile.
  INSERT INTO "summaries" ("course_id", "assignment_id", "generation", "totals")
  SELECT DISTINCT "course_id", "assignment_id", 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid, '{}'::jsonb FROM "progress";

  -- What regradings under way have come to is in no summary of theirs: they begin anew.
  DELETE FROM "regraded_attempts" WHERE "job_id" = ANY (under_way);
  DELETE FROM "regraded_progress" WHERE "job_id" = ANY (under_way);
  UPDATE "jobs" SET "done" = 0, "changed" = 0, "skipped" = 0, "postponed" = 0, "cursor_learner" = NULL,
      "cursor_number" = NULL, "lease_owner" = NULL, "lease_until" = NULL
  WHERE "id" = ANY (under_way);
END
$$;
