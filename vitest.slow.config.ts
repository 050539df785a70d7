import { defineConfig } from 'vitest/config'

/** Tests that take minutes: a simulated shop, killed processes, full disks. Run by `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    // Real processes are stopped in the middle of stages, the shortest of 3 ms: a signal can come too late to meet one.
    retry: 2,
    testTimeout: 20 * 60_000,
    hookTimeout: 5 * 60_000,
  },
})
