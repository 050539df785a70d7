import { join } from 'node:path'
import { randomToken } from './token.ts'

/** `20261116T030012Z-7f3a9c`: UTC second of `now` and 6 hex digits; sorts by time. */
export function newRunId(now: Date, hex: string = randomToken(3)): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
  return `${stamp}-${hex}`
}

/** Is the name that of a run's folder? */
export const isRunId = (name: string): boolean => /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(name)

/** Files of a run's folder, by their names in the contract. */
export const runFiles = {
  run: 'run.json',
  sourceConfig: 'config.source.yaml',
  resolvedConfig: 'config.resolved.json',
  overrides: 'overrides.json',
  inputs: 'inputs.json',
  params: 'params.json',
  metrics: 'metrics.json',
  metricsLog: 'metrics.jsonl',
  checks: 'checks.json',
  stages: 'stages.json',
  quality: 'quality.json',
  catalog: 'catalog.json',
  tags: 'tags.json',
  audit: 'audit.json',
  leaderboard: 'leaderboard.json',
  population: 'population.json',
  split: 'split.json',
  slices: 'slices.json',
  /** Models that print as rules, where there are any. */
  rules: 'rules.json',
  scoring: 'scoring.json',
  importance: 'importance.json',
  importanceCsv: 'importance.csv',
  importanceParquet: 'importance.parquet',
  reference: 'reference.json',
  timings: 'timings.json',
  report: 'report.html',
  events: 'events.jsonl',
  /** Folders. */
  sql: 'sql',
  predictions: 'predictions',
  rejects: 'rejects',
  model: 'model',
  plots: 'plots',
  /** One folder per further target and horizon. */
  targets: 'targets',
  /** All targets and horizons of the run; only where there are several. */
  targetList: 'targets.json',
  /** Spill files and other scratch: removed when the run ends, or by the next run after a crash. */
  temporary: 'tmp',
} as const

/** `runs/.store`: locks, later cache and registry. */
export const storeFolder = (runsDir: string): string => join(runsDir, '.store')

/** Events and rows that a run of this experiment leaves for the next one. */
export const keptFeaturesFolder = (runsDir: string, experiment: string): string =>
  join(storeFolder(runsDir), 'features', experiment.replaceAll(/[^\w.-]/g, '_'))

/** The lock file of a scope, e.g. `run-<id>`, `publish-shop-churn`; other characters become `_`. */
export function lockPath(runsDir: string, scope: string): string {
  return join(storeFolder(runsDir), 'locks', `${scope.replaceAll(/[^\w.-]/g, '_')}.lock`)
}

/** Lock of a run: without it, RUNNING reads as CRASHED. */
export const runLockPath = (runsDir: string, runId: string): string => lockPath(runsDir, `run-${runId}`)

export interface PublicationPaths {
  /** `<root>/<name>/v1` */
  readonly version: string
  /** `<root>/<name>/v1/<as_of>` */
  readonly day: string
  /** `<root>/<name>/v1/<as_of>/<run id>` */
  readonly final: string
  readonly current: string
  readonly latest: string
  /** Beside `v1`, so that no reader's glob meets half-written parts. */
  readonly staging: string
}

/** Where the table `name` of one as-of day and run goes below `root` (`scores` or `excluded`). */
export function publicationPaths(place: {
  root: string
  name: string
  asOf: string
  runId: string
  major?: number
}): PublicationPaths {
  const { root, name, asOf, runId, major = 1 } = place
  const version = join(root, name, `v${major}`)
  const day = join(version, asOf)
  return {
    version,
    day,
    final: join(day, runId),
    current: join(day, 'current.json'),
    latest: join(version, 'latest.json'),
    staging: join(root, name, '.staging'),
  }
}
