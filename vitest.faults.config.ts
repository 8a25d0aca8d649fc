import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

/** What the service survives: each test kills, stops or deceives something under load. Longer than the suite's tests. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ['test/faults/**/*.spec.ts'],
      testTimeout: 120_000,
      hookTimeout: 60_000,
      disableConsoleIntercept: true,
    },
  }),
)
