-- Spreads the tables over the workers of a Citus cluster, by course. Run it on the coordinator, once the migrations are:
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f prisma/citus.sql
--
-- Run again, it distributes what is not distributed yet and changes nothing else. It is one transaction, and takes tables
-- with or without rows; submissions wait meanwhile.
--
-- The coordinator has to know itself (citus_set_coordinator_host) and its workers (citus_add_node). All replicas connect to it.
-- _prisma_migrations stays a plain table there: only migrations use it.
--
-- A migration that comes later and makes a table of the course's side distributes it itself, before its foreign keys, as
-- 20261124000400_summaries does. `npm run check` compares these lists with schema.prisma and with the migrations.
BEGIN;

-- One connection to a worker does all of this: foreign keys to tables that every node has ask for that.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';

DO $$
DECLARE
  -- Small: every node has all of it.
  reference_tables CONSTANT text[] := ARRAY[
    'tenants',
    'api_keys',
    'graphs',
    'graph_versions',
    'courses',
    'webhooks'
  ];
  -- On the coordinator alone. A write to a table that every node has locks it whole, until commit: jobs would wait for the
  -- steps of all other jobs.
  coordinator_tables CONSTANT text[] := ARRAY[
    'jobs'
  ];
  -- The course's side: whatever is of one course lies together on one worker.
  course_tables CONSTANT text[] := ARRAY[
    'members',
    'erasures',
    'assignments',
    'overrides',
    'variants',
    'learner_sessions',
    'progress',
    'attempts',
    'summaries',
    'summary_changes',
    'regraded_attempts',
    'regraded_progress',
    'idempotency_keys',
    'standings',
    'standing_marks',
    'webhook_deliveries',
    'webhook_dispatchers'
  ];
  waiting text[];
  removals text[];
  additions text[];
  item text;
BEGIN
  -- Settings of the database, for connections that begin from now on. A statement that writes to several courses locks
  -- rows, and visits the shards in one order. Citus's own way is to visit them all at once and therefore to lock each of
  -- them whole, until commit: submissions to different courses would wait for each other.
  EXECUTE format('ALTER DATABASE %I SET citus.multi_shard_modify_mode = ''sequential''', current_database());
  EXECUTE format('ALTER DATABASE %I SET citus.enable_deadlock_prevention = off', current_database());

  waiting := ARRAY(
    SELECT name FROM unnest(reference_tables || coordinator_tables || course_tables) AS name
    WHERE NOT EXISTS (SELECT FROM citus_tables t WHERE t.table_name = name::regclass));

  -- No foreign key stands between a table that is distributed and one that is not yet. All that touch a waiting table are
  -- taken away, and put back as they were at the end, which checks every row again.
  SELECT
    array_agg(format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)),
    array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)))
  INTO removals, additions
  FROM pg_constraint
  WHERE contype = 'f' AND (conrelid = ANY (waiting::regclass[]) OR confrelid = ANY (waiting::regclass[]));

  FOREACH item IN ARRAY COALESCE(removals, '{}') LOOP
    EXECUTE item;
  END LOOP;
  FOREACH item IN ARRAY waiting LOOP
    IF item = ANY (reference_tables) THEN
      PERFORM create_reference_table(item);
    ELSIF item = ANY (coordinator_tables) THEN
      PERFORM citus_add_local_table_to_metadata(item);
      CONTINUE;
    ELSIF item = course_tables[1] THEN
      PERFORM create_distributed_table(item, 'course_id', colocate_with => 'none');
    ELSE
      PERFORM create_distributed_table(item, 'course_id', colocate_with => course_tables[1]);
    END IF;
    -- The coordinator keeps the rows that it has copied to the workers, out of sight. No erasure would reach them.
    PERFORM truncate_local_data_after_distributing_table(item::regclass);
  END LOOP;
  FOREACH item IN ARRAY COALESCE(additions, '{}') LOOP
    EXECUTE item;
  END LOOP;
END
$$;

COMMIT;
