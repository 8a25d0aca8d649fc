-- Assignments opened for one learner by a token.
--
-- One DO: to a distributed table's workers Citus passes on the text that it was sent, and takes no more than one statement.
DO $$
BEGIN
  -- CreateTable
  CREATE TABLE "learner_sessions" (
      "course_id" UUID NOT NULL,
      "token_hash" BYTEA NOT NULL,
      "assignment_id" UUID NOT NULL,
      "learner" TEXT NOT NULL,
      "key_id" UUID NOT NULL,
      "expires_at" TIMESTAMPTZ(3) NOT NULL,
      "created_at" TIMESTAMPTZ(3) NOT NULL,

      CONSTRAINT "learner_sessions_pkey" PRIMARY KEY ("course_id","token_hash")
  );

  -- Where tables are distributed already (prisma/citus.sql), new ones are before foreign keys refer to others.
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'members'::regclass) THEN
      PERFORM create_distributed_table('learner_sessions', 'course_id', colocate_with => 'members');
    END IF;
  END IF;

  -- CreateIndex
  CREATE INDEX "learner_sessions_course_id_learner_idx" ON "learner_sessions"("course_id", "learner");

  -- CreateIndex
  CREATE INDEX "learner_sessions_course_id_expires_at_idx" ON "learner_sessions"("course_id", "expires_at");

  -- AddForeignKey
  ALTER TABLE "learner_sessions" ADD CONSTRAINT "learner_sessions_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "learner_sessions" ADD CONSTRAINT "learner_sessions_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;
END
$$;
