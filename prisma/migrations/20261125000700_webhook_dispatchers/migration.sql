-- Who is sending the deliveries of a course just now.
--
-- One DO: to a distributed table's workers Citus passes on the text that it was sent, and takes no more than one statement.
DO $$
BEGIN
  -- CreateTable
  CREATE TABLE "webhook_dispatchers" (
      "course_id" UUID NOT NULL,
      "owner" UUID NOT NULL,
      "lease_until" TIMESTAMPTZ(3) NOT NULL,

      CONSTRAINT "webhook_dispatchers_pkey" PRIMARY KEY ("course_id")
  );

  -- Where tables are distributed already (prisma/citus.sql), new ones are as well.
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'members'::regclass) THEN
      PERFORM create_distributed_table('webhook_dispatchers', 'course_id', colocate_with => 'members');
    END IF;
  END IF;
END
$$;
