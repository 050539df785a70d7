import type { BenchCase } from './measurement.ts'

/** Suites by name; a suite is loaded when it is asked for. */
export const suites: Readonly<Record<string, () => Promise<readonly BenchCase[]>>> = {
  features: async () => (await import('./features/suite.ts')).featureCases(),
  trees: async () => (await import('./trees/suite.ts')).treeCases(),
  score: async () => (await import('./score/suite.ts')).scoreCases(),
  explain: async () => (await import('./score/suite.ts')).explainCases(),
}
