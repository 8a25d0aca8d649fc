-- Policies: what learners see, whose inputs they get, credit for what follows. Older assignments get the defaults.
ALTER TABLE "assignments"
    ADD COLUMN "feedback" TEXT NOT NULL DEFAULT 'full',
    ADD COLUMN "reveal" TEXT NOT NULL DEFAULT 'never',
    ADD COLUMN "variants" TEXT NOT NULL DEFAULT 'fixed',
    ADD COLUMN "follow_through" DOUBLE PRECISION NOT NULL DEFAULT 0.5,
    -- Two random uuids of 122 random bits each, for assignments that were made without a seed.
    ADD COLUMN "seed" BYTEA NOT NULL
        DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
    ADD COLUMN "regrade_id" UUID;
ALTER TABLE "assignments"
    ALTER COLUMN "feedback" DROP DEFAULT,
    ALTER COLUMN "reveal" DROP DEFAULT,
    ALTER COLUMN "variants" DROP DEFAULT,
    ALTER COLUMN "follow_through" DROP DEFAULT,
    ALTER COLUMN "seed" DROP DEFAULT;

ALTER TABLE "attempts"
    ADD COLUMN "graph_id" UUID,
    ADD COLUMN "variant" TEXT,
    ADD COLUMN "inputs" JSONB,
    ADD COLUMN "feedback" TEXT NOT NULL DEFAULT 'full',
    ADD COLUMN "reveal" TEXT NOT NULL DEFAULT 'never';
-- Where the policy was changed after an attempt, the assignment may have had another graph before: which one the attempt
-- was on is not known then, and stays null.
UPDATE "attempts" a SET "graph_id" = s."graph_id"
FROM "assignments" s
WHERE s."course_id" = a."course_id" AND s."id" = a."assignment_id" AND s."revision" = a."policy_revision";
ALTER TABLE "attempts"
    ALTER COLUMN "feedback" DROP DEFAULT,
    ALTER COLUMN "reveal" DROP DEFAULT;

-- CreateTable
CREATE TABLE "overrides" (
    "course_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "closes_at" TIMESTAMPTZ(3),
    "extra_attempts" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "overrides_pkey" PRIMARY KEY ("course_id","assignment_id","learner")
);

-- CreateTable
CREATE TABLE "variants" (
    "course_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "graph_id" UUID NOT NULL,
    "graph_version" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "variants_pkey" PRIMARY KEY ("course_id","assignment_id","learner","graph_id","graph_version","number")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL,
    "done" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "policy_revision" INTEGER NOT NULL,
    "policy" JSONB NOT NULL,
    "cursor_learner" TEXT,
    "cursor_number" INTEGER,
    "lease_owner" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL,
    "postponed" INTEGER NOT NULL,
    "changes_dropped" BOOLEAN NOT NULL,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "regraded_attempts" (
    "course_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "changed" BOOLEAN NOT NULL,
    "before" JSONB NOT NULL,
    "credit" DOUBLE PRECISION NOT NULL,
    "earned_millionths" INTEGER NOT NULL,
    "late" BOOLEAN NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "max_points" DOUBLE PRECISION NOT NULL,
    "graph_id" UUID,
    "graph_version" INTEGER NOT NULL,
    "policy_revision" INTEGER NOT NULL,
    "boxes" JSONB,
    "progress" JSONB NOT NULL,

    CONSTRAINT "regraded_attempts_pkey" PRIMARY KEY ("course_id","job_id","attempt_id")
);

-- CreateTable
CREATE TABLE "regraded_progress" (
    "course_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "credit_millionths" INTEGER NOT NULL,
    "best_millionths" INTEGER NOT NULL,
    "first_millionths" INTEGER NOT NULL,
    "last_millionths" INTEGER NOT NULL,
    "sum_millionths" BIGINT NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "regraded_progress_pkey" PRIMARY KEY ("course_id","job_id","learner")
);

-- CreateIndex
CREATE INDEX "overrides_course_id_learner_idx" ON "overrides"("course_id", "learner");

-- CreateIndex
CREATE INDEX "variants_course_id_learner_idx" ON "variants"("course_id", "learner");

-- CreateIndex
CREATE INDEX "jobs_status_idx" ON "jobs"("status");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_idx" ON "jobs"("tenant_id");

-- CreateIndex
CREATE INDEX "jobs_course_id_assignment_id_idx" ON "jobs"("course_id", "assignment_id");

-- CreateIndex
CREATE INDEX "regraded_attempts_course_id_attempt_id_idx" ON "regraded_attempts"("course_id", "attempt_id");

-- CreateIndex
CREATE INDEX "regraded_attempts_course_id_learner_idx" ON "regraded_attempts"("course_id", "learner");

-- CreateIndex
CREATE INDEX "regraded_progress_course_id_assignment_id_learner_idx" ON "regraded_progress"("course_id", "assignment_id", "learner");

-- AddForeignKey
ALTER TABLE "overrides" ADD CONSTRAINT "overrides_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "overrides" ADD CONSTRAINT "overrides_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "variants" ADD CONSTRAINT "variants_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "variants" ADD CONSTRAINT "variants_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "regraded_attempts" ADD CONSTRAINT "regraded_attempts_course_id_attempt_id_fkey" FOREIGN KEY ("course_id", "attempt_id") REFERENCES "attempts"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "regraded_progress" ADD CONSTRAINT "regraded_progress_course_id_assignment_id_learner_fkey" FOREIGN KEY ("course_id", "assignment_id", "learner") REFERENCES "progress"("course_id", "assignment_id", "learner") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- What Prisma's schema language cannot say.
ALTER TABLE "assignments"
    ADD CONSTRAINT "assignments_feedback_check" CHECK ("feedback" IN ('full', 'verdicts', 'score', 'none')),
    ADD CONSTRAINT "assignments_reveal_check" CHECK ("reveal" IN ('never', 'when-correct', 'after-close')),
    ADD CONSTRAINT "assignments_variants_check" CHECK ("variants" IN ('fixed', 'per-learner', 'per-attempt')),
    ADD CONSTRAINT "assignments_follow_through_check" CHECK ("follow_through" BETWEEN 0 AND 0.99),
    ADD CONSTRAINT "assignments_seed_check" CHECK (length("seed") = 32);
ALTER TABLE "attempts"
    ADD CONSTRAINT "attempts_feedback_check" CHECK ("feedback" IN ('full', 'verdicts', 'score', 'none')),
    ADD CONSTRAINT "attempts_reveal_check" CHECK ("reveal" IN ('never', 'when-correct', 'after-close')),
    ADD CONSTRAINT "attempts_variant_check" CHECK (("variant" IS NULL) = ("inputs" IS NULL));
ALTER TABLE "overrides"
    ADD CONSTRAINT "overrides_extra_attempts_check" CHECK ("extra_attempts" >= 0);
ALTER TABLE "variants"
    ADD CONSTRAINT "variants_number_check" CHECK ("number" >= 0),
    ADD CONSTRAINT "variants_graph_version_check" CHECK ("graph_version" >= 1);
ALTER TABLE "jobs"
    ADD CONSTRAINT "jobs_kind_check" CHECK ("kind" IN ('regrade')),
    ADD CONSTRAINT "jobs_status_check" CHECK ("status" IN ('queued', 'running', 'done', 'failed'));
ALTER TABLE "regraded_attempts"
    ADD CONSTRAINT "regraded_attempts_credit_check" CHECK ("credit" BETWEEN 0 AND 1),
    ADD CONSTRAINT "regraded_attempts_earned_millionths_check" CHECK ("earned_millionths" BETWEEN 0 AND 1000000);
ALTER TABLE "regraded_progress"
    ADD CONSTRAINT "regraded_progress_attempts_check" CHECK ("attempts" >= 0),
    ADD CONSTRAINT "regraded_progress_credit_millionths_check" CHECK ("credit_millionths" BETWEEN 0 AND 1000000);
