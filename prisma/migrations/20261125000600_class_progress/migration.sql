-- How far everybody is in a course, and what others are told of it.
--
-- One DO: to a distributed table's workers Citus passes on the text that it was sent, and takes no more than one statement.
DO $$
BEGIN
  -- CreateTable
  CREATE TABLE "standings" (
      "course_id" UUID NOT NULL,
      "learner" TEXT NOT NULL,
      "begun" INTEGER NOT NULL,
      "attempts" INTEGER NOT NULL,
      "completed" INTEGER NOT NULL,
      "credit_millionths" BIGINT NOT NULL,
      "last_submitted_at" TIMESTAMPTZ(3),

      CONSTRAINT "standings_pkey" PRIMARY KEY ("course_id","learner")
  );

  -- CreateTable
  CREATE TABLE "standing_marks" (
      "course_id" UUID NOT NULL,
      "id" UUID NOT NULL,
      "learners" JSONB NOT NULL,

      CONSTRAINT "standing_marks_pkey" PRIMARY KEY ("course_id","id")
  );

  -- CreateTable
  CREATE TABLE "webhooks" (
      "id" UUID NOT NULL,
      "tenant_id" UUID NOT NULL,
      "key" TEXT NOT NULL,
      "url" TEXT NOT NULL,
      "events" TEXT[],
      "course_id" UUID,
      "format" TEXT NOT NULL,
      "secret" BYTEA NOT NULL,
      "previous_secret" BYTEA,
      "previous_until" TIMESTAMPTZ(3),
      "failures" INTEGER NOT NULL DEFAULT 0,
      "failed_delivery" UUID,
      "failing_since" TIMESTAMPTZ(3),
      "probe_at" TIMESTAMPTZ(3),
      "created_at" TIMESTAMPTZ(3) NOT NULL,
      "updated_at" TIMESTAMPTZ(3) NOT NULL,

      CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id"),
      CONSTRAINT "webhooks_format_check" CHECK ("format" IN ('standard', 'xapi'))
  );

  -- CreateTable
  CREATE TABLE "webhook_deliveries" (
      "course_id" UUID NOT NULL,
      "id" UUID NOT NULL,
      "webhook_id" UUID NOT NULL,
      "type" TEXT NOT NULL,
      "assignment_id" UUID NOT NULL,
      "learner" TEXT,
      "number" INTEGER,
      "attempt_id" UUID,
      "job_id" UUID,
      "state" TEXT NOT NULL,
      "tries" INTEGER NOT NULL,
      "due_at" TIMESTAMPTZ(3) NOT NULL,
      "created_at" TIMESTAMPTZ(3) NOT NULL,
      "finished_at" TIMESTAMPTZ(3),
      "last_status" INTEGER,
      "last_error" TEXT,

      CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("course_id","id"),
      CONSTRAINT "webhook_deliveries_state_check" CHECK ("state" IN ('pending', 'loose', 'delivered', 'dead')),
      CONSTRAINT "webhook_deliveries_type_check"
        CHECK ("type" IN ('attempt.graded', 'assignment.completed', 'regrade.finished'))
  );

  -- Where tables are distributed already (prisma/citus.sql), new ones are before foreign keys refer to others.
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'members'::regclass) THEN
      PERFORM create_reference_table('webhooks');
      PERFORM create_distributed_table('standings', 'course_id', colocate_with => 'members');
      PERFORM create_distributed_table('standing_marks', 'course_id', colocate_with => 'members');
      PERFORM create_distributed_table('webhook_deliveries', 'course_id', colocate_with => 'members');
    END IF;
  END IF;

  -- CreateIndex
  CREATE INDEX "standings_course_id_credit_millionths_learner_idx" ON "standings"("course_id", "credit_millionths", "learner");

  -- CreateIndex
  CREATE INDEX "webhooks_course_id_idx" ON "webhooks"("course_id");

  -- CreateIndex
  CREATE UNIQUE INDEX "webhooks_tenant_id_key_key" ON "webhooks"("tenant_id", "key");

  -- CreateIndex
  CREATE INDEX "webhook_deliveries_lane_idx" ON "webhook_deliveries"("state", "course_id", "webhook_id", "assignment_id", "learner", "number", "id");

  -- CreateIndex
  CREATE INDEX "webhook_deliveries_state_course_id_finished_at_idx" ON "webhook_deliveries"("state", "course_id", "finished_at");

  -- CreateIndex
  CREATE INDEX "webhook_deliveries_webhook_id_state_id_idx" ON "webhook_deliveries"("webhook_id", "state", "id");

  -- CreateIndex
  CREATE INDEX "webhook_deliveries_course_id_learner_idx" ON "webhook_deliveries"("course_id", "learner");

  -- AddForeignKey
  ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- AddForeignKey
  ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;

  -- Everybody who is enrolled already.
  INSERT INTO "standings" ("course_id", "learner", "begun", "attempts", "completed", "credit_millionths", "last_submitted_at")
  SELECT m."course_id", m."key", count(p."learner")::int, COALESCE(sum(p."attempts"), 0)::int,
    count(p."completed_at")::int, COALESCE(sum(p."credit_millionths"), 0)::bigint, max(p."last_submitted_at")
  FROM "members" m
  LEFT JOIN "progress" p ON p."course_id" = m."course_id" AND p."learner" = m."key"
  GROUP BY m."course_id", m."key";
END
$$;
