import { defineConfig } from 'vitest/config'

/** `npm run test:replicas`: several processes behind a real load balancer, apart from the tests that run anywhere. */
export default defineConfig({
  test: {
    include: ['test/replicas/*.spec.ts'],
    globalSetup: ['test/support/compile.ts', 'test/support/global-setup.ts'],
    pool: 'forks',
    // Each file runs processes enough to keep a small machine busy.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
})
