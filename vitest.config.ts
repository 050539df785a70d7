import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'node_modules/**'],
    pool: 'threads',
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: [
        'pipelines/**',
        'configs/**',
        'data/**',
        'engines/**',
        'features/**',
        'cohorts/**',
        'models/**',
        'evaluation/**',
        'campaigns/**',
        'store/**',
        'tracking/**',
        'reports/**',
        'core/**',
      ],
      exclude: ['**/kernels/assembly/**'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
