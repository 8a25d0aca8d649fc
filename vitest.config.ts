import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The one that Node takes, and with it mercurius: two copies of the package do not know each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/compile.ts', 'test/support/global-setup.ts', 'test/support/chromium.ts'],
    pool: 'forks',
    // A worker loads what files have in common once: no module keeps state that one could leave to another.
    isolate: false,
    // By default one core is left free, which on two of them means one file after another.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
})
