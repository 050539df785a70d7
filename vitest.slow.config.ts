import { defineConfig } from 'vitest/config'

/** Tests that take minutes: simulated seeds, killed processes, full disks. Run by `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 20 * 60_000,
    hookTimeout: 5 * 60_000,
  },
})
