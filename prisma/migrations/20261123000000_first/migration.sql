-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "courses" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "graphs" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "latest_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "graphs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "graph_versions" (
    "graph_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "graph_versions_pkey" PRIMARY KEY ("graph_id","version")
);

-- CreateTable
CREATE TABLE "courses" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "courses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "course_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "members_pkey" PRIMARY KEY ("course_id","key")
);

-- CreateTable
CREATE TABLE "erasures" (
    "course_id" UUID NOT NULL,
    "member_hash" BYTEA NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("course_id","member_hash")
);

-- CreateTable
CREATE TABLE "assignments" (
    "course_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT,
    "graph_id" UUID NOT NULL,
    "graph_version" INTEGER NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "opens_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "closes_at" TIMESTAMPTZ(3),
    "late_credit" DOUBLE PRECISION NOT NULL,
    "max_attempts" INTEGER,
    "keep" TEXT NOT NULL,
    "tolerance" JSONB,
    "weights" JSONB,
    "revision" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "assignments_pkey" PRIMARY KEY ("course_id","id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "course_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "credit" DOUBLE PRECISION NOT NULL,
    "earned_millionths" INTEGER NOT NULL,
    "late" BOOLEAN NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "max_points" DOUBLE PRECISION NOT NULL,
    "graph_version" INTEGER NOT NULL,
    "policy_revision" INTEGER NOT NULL,
    "submitted_at" TIMESTAMPTZ(3) NOT NULL,
    "answers" JSONB NOT NULL,
    "boxes" JSONB NOT NULL,
    "progress" JSONB NOT NULL,
    "idempotency_key_hash" BYTEA,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("course_id","id")
);

-- CreateTable
CREATE TABLE "progress" (
    "course_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "learner" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "credit_millionths" INTEGER NOT NULL,
    "best_millionths" INTEGER NOT NULL,
    "first_millionths" INTEGER NOT NULL,
    "last_millionths" INTEGER NOT NULL,
    "sum_millionths" BIGINT NOT NULL,
    "max_points" DOUBLE PRECISION NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "first_submitted_at" TIMESTAMPTZ(3),
    "last_submitted_at" TIMESTAMPTZ(3),

    CONSTRAINT "progress_pkey" PRIMARY KEY ("course_id","assignment_id","learner")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "course_id" UUID NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "fingerprint" BYTEA,
    "attempt_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("course_id","key_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenants_key_key" ON "tenants"("key");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_tenant_id_idx" ON "api_keys"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "graphs_tenant_id_key_key" ON "graphs"("tenant_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "courses_tenant_id_key_key" ON "courses"("tenant_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "assignments_course_id_key_key" ON "assignments"("course_id", "key");

-- CreateIndex
CREATE INDEX "attempts_course_id_assignment_id_id_idx" ON "attempts"("course_id", "assignment_id", "id");

-- CreateIndex
CREATE INDEX "attempts_course_id_learner_idx" ON "attempts"("course_id", "learner");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_course_id_assignment_id_learner_number_key" ON "attempts"("course_id", "assignment_id", "learner", "number");

-- CreateIndex
CREATE INDEX "progress_course_id_learner_idx" ON "progress"("course_id", "learner");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "graphs" ADD CONSTRAINT "graphs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "graph_versions" ADD CONSTRAINT "graph_versions_graph_id_fkey" FOREIGN KEY ("graph_id") REFERENCES "graphs"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "courses" ADD CONSTRAINT "courses_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "progress" ADD CONSTRAINT "progress_course_id_assignment_id_fkey" FOREIGN KEY ("course_id", "assignment_id") REFERENCES "assignments"("course_id", "id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "progress" ADD CONSTRAINT "progress_course_id_learner_fkey" FOREIGN KEY ("course_id", "learner") REFERENCES "members"("course_id", "key") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- What Prisma's schema language cannot say. The services check all of this and answer with a proper error;
-- these constraints stop a slip there (or a hand in the database) from being stored.
ALTER TABLE "graphs" ADD CONSTRAINT "graphs_latest_version_check" CHECK ("latest_version" >= 1);
ALTER TABLE "graph_versions" ADD CONSTRAINT "graph_versions_version_check" CHECK ("version" >= 1);
ALTER TABLE "members" ADD CONSTRAINT "members_role_check" CHECK ("role" IN ('learner', 'instructor'));
ALTER TABLE "assignments"
    ADD CONSTRAINT "assignments_graph_version_check" CHECK ("graph_version" >= 1),
    -- NaN and Infinity are greater than every number.
    ADD CONSTRAINT "assignments_points_check" CHECK ("points" >= 0 AND "points" < 'Infinity'),
    ADD CONSTRAINT "assignments_late_credit_check" CHECK ("late_credit" BETWEEN 0 AND 1),
    ADD CONSTRAINT "assignments_max_attempts_check" CHECK ("max_attempts" IS NULL OR "max_attempts" >= 1),
    ADD CONSTRAINT "assignments_keep_check" CHECK ("keep" IN ('best', 'last', 'first', 'mean')),
    ADD CONSTRAINT "assignments_revision_check" CHECK ("revision" >= 0);
ALTER TABLE "attempts"
    ADD CONSTRAINT "attempts_number_check" CHECK ("number" >= 1),
    ADD CONSTRAINT "attempts_credit_check" CHECK ("credit" BETWEEN 0 AND 1),
    ADD CONSTRAINT "attempts_earned_millionths_check" CHECK ("earned_millionths" BETWEEN 0 AND 1000000),
    ADD CONSTRAINT "attempts_graph_version_check" CHECK ("graph_version" >= 1),
    ADD CONSTRAINT "attempts_policy_revision_check" CHECK ("policy_revision" >= 0);
ALTER TABLE "progress"
    ADD CONSTRAINT "progress_attempts_check" CHECK ("attempts" >= 0),
    ADD CONSTRAINT "progress_credit_millionths_check" CHECK ("credit_millionths" BETWEEN 0 AND 1000000),
    ADD CONSTRAINT "progress_best_millionths_check" CHECK ("best_millionths" BETWEEN 0 AND 1000000),
    ADD CONSTRAINT "progress_first_millionths_check" CHECK ("first_millionths" BETWEEN 0 AND 1000000),
    ADD CONSTRAINT "progress_last_millionths_check" CHECK ("last_millionths" BETWEEN 0 AND 1000000),
    ADD CONSTRAINT "progress_sum_millionths_check" CHECK ("sum_millionths" BETWEEN 0 AND "attempts"::bigint * 1000000);
