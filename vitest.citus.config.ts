import { defineConfig } from 'vitest/config'

/** The tests that tell Postgres from a cluster, on the cluster of CITUS_URL: `npm run test:citus`. */
export default defineConfig({
  // See vitest.config.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: [
      'test/http/**/*.test.ts',
      'test/services/{course-feed,learners,verify-standings,webhook-breaker,webhook-dispatcher,webhook-sending}.test.ts',
      // Without attempt-writer-locked: lock_timeout ends no wait on a worker, see README.
      'test/database/{assignment-lock,attempt-flush*,attempt-writer{,-held,-keys,-tells},citus-cluster,standings}.test.ts',
    ],
    globalSetup: ['test/support/compile.ts', 'test/support/citus-setup.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
