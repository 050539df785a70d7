/**
 * The JSON files of a run directory, as types; one file over the usual length, so that the contract is read in one place. `pipelines` writes them, `reports`, `tracking` and `cli` read them.
 * What differs from run to run (ids, wall times, host) stays out of metrics.json, leaderboard.json and every Parquet.
 */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'INTERRUPTED' | 'CRASHED'

/** run.json */
export interface RunRecord {
  schemaVersion: 1
  id: string
  experiment: string
  command: string
  status: RunStatus
  /** experiment / as-of / 12 hex of config hash and inputs; null until known. */
  key: string | null
  attempt: number
  asOf: string | null
  startedAt: string
  finishedAt: string | null
  durationMs: number | null
  exitCode: number | null
  error: { code: string; message: string; hint?: string } | null
  configHash: string
  seed: number
  versions: { ebb: string; node: string; engine: string | null }
  git: { commit: string; dirty: boolean } | null
  host: { name: string; pid: number; bootId: string | null }
  /** Where the scores were published, relative to the working folder of the run; null if not. */
  scores: string | null
  winner: string | null
}

/** One line of checks.json. */
export interface CheckResult {
  /** Dotted name, e.g. `contract.app.amount.min`, `purge`, `labels.one_class`. */
  name: string
  passed: boolean
  severity: 'error' | 'warn' | 'info'
  observed: string
  expected: string
  message: string
}

/** One entry of inputs.json. */
export interface InputFile {
  source: string
  uri: string
  bytes: number
  rows: number | null
  sha256: string
}

/** quality.json */
export interface QualityReport {
  events: SourceQuality
  sources: (SourceQuality & { name: string })[]
  attributes: {
    name: string
    rows: number
    users: number
    unmatchedUsers: number
    columns: { name: string; nullFraction: number }[]
  }[]
  /** Events per calendar day, whole span, zeros included; the chart of the report. */
  eventsByDay: { day: string; events: number }[]
  eventTypes: { eventType: string; events: number; users: number; first: string; last: string }[]
  notes: string[]
}

export interface SourceQuality {
  rows: number
  rowsRead: number
  users: number
  firstEvent: string | null
  lastEvent: string | null
  rejected: { reason: string; rows: number }[]
  nullFractions: Record<string, number>
  exactDuplicates: number
  duplicatesDropped: number
  zeroAmounts: number
  negativeAmounts: number
  /** Rows at or after dataEnd: not used, only counted. */
  afterDataEnd: number
  filteredOut: number
  daysWithoutEvents: number
}

/** population.json: the spine, cutoff by cutoff. */
export interface Population {
  target: string
  horizonDays: number
  gapDays: number
  dataEnd: string
  asOf: string
  eligibility: string
  labelDescription: string
  cutoffs: CutoffPopulation[]
  droppedCutoffs: { cutoff: string; reason: string; users: number }[]
}

export interface CutoffPopulation {
  cutoff: string
  /** `train`, `calibrate`, `select`, `test`, `purged`, or `train+calibrate+select` for user folds. */
  part: string
  users: number
  eligible: number
  ineligible: number
  alreadyChurned: number
  churnedInGap: number
  churned: number
  activeChurned: number
  passiveChurned: number
  churnRate: number
}

/** split.json */
export interface SplitReport {
  mode: 'cutoffs' | 'user_folds'
  /** One sentence for people: why this mode, what was purged. */
  explanation: string
  parts: {
    part: 'train' | 'calibrate' | 'select' | 'test'
    cutoffs: string[]
    rows: number
    users: number
    baseRate: number
  }[]
  purged: { cutoff: string; reason: string }[]
}

/** leaderboard.json, ordered best first by the choosing metric on select. */
export interface Leaderboard {
  chooseBy: string
  winner: string
  winnerReason: string
  bestBaseline: string
  models: LeaderboardEntry[]
  /** The refit that ships. */
  shipped: { model: string; cutoffs: string[]; rows: number; calibrator: string; fixed: Record<string, unknown> }
}

export interface LeaderboardEntry {
  model: string
  kind: string
  isBaseline: boolean
  complexity: number
  calibrator: string
  threshold: number
  /** metric name -> value with interval, by part. */
  metrics: Record<'train' | 'select' | 'test', Record<string, { value: number; low: number; high: number }>>
  /** Paired difference of the choosing metric on test to the best baseline (negative log-loss difference = better). */
  versusBaseline: { metric: string; value: number; low: number; high: number } | null
  /** True when the interval does not show it better than the best baseline. */
  notBetterThanBaseline: boolean
  /** Within one paired standard error of the best on select. */
  tiedWithBest: boolean
  /** Where the model began, when not here: with trees of an earlier model, or as a model of another program. */
  origin?: ModelOrigin
  /** Forests: train rows judged by the trees that had not seen their users (or them). */
  outOfBag?: { rows: number; logLoss: number; brier: number }
}

/** A model that brings knowledge from before this run. */
export interface ModelOrigin {
  kind: 'started' | 'imported'
  /** As the config names it: a run, a path. */
  from: string
  sha256: string
  /** Of the model it came with. */
  trees: number
  /** First day of which its training knew nothing; null = nobody said. */
  trainedUntil: string | null
  /** Whether it may know labels of calibrate, select or test, so that figures on them may flatter it. */
  hasSeenLabels: 'no' | 'yes' | 'unknown'
  /** One sentence for people. */
  note: string
}

/** targets.json: every target and horizon of a run that has several, the config's own first. */
export interface TargetSummary {
  target: string
  horizonDays: number
  labelDescription: string
  /** Folder of its files in the run; empty: the run's own. */
  folder: string
  winner: string
  /** Labelled rows, and of test: rows and base rate. */
  rows: number
  testRows: number
  baseRate: number
  /** Metrics of the winner on test. */
  metrics: Record<string, { value: number; low: number; high: number }>
  calibrated: boolean
  scored: number
  meanProbability: number
  /** The winner's three strongest features by permutation on test; fewer where it reads fewer. */
  strongest: string[]
}

/** rules.json, where a model prints as rules: its leaves as conditions, highest churn rate of train first. */
export type RulesFile = { model: string; rules: { when: string; rate: number; rows: number }[] }[]

/** timings.json */
export interface Timings {
  /** `kept`: what was taken over from an earlier run, in words. */
  stages: { stage: string; ms: number; rows: number | null; kept?: string }[]
  models: { model: string; fitMs: number; predictMs: number }[]
}

/** plots/<name>.json: the numbers of one chart; `reports` draws, never recomputes. */
export interface CurveFiles {
  /** plots/roc.json, plots/pr.json: at most 200 points per model. */
  roc: { model: string; points: { x: number; y: number }[] }[]
  pr: { model: string; points: { x: number; y: number }[]; baseRate: number }[]
  /** plots/calibration.json: 10 equal-mass bins on test. */
  calibration: {
    model: string
    bins: { meanPredicted: number; observed: number; low: number; high: number; rows: number }[]
  }[]
  /** plots/gains.json: by decile of risk on test. */
  gains: {
    model: string
    deciles: {
      decile: number
      rows: number
      churned: number
      churnRate: number
      lift: number
      cumulativeShare: number
    }[]
  }[]
  /** plots/scores.json: histogram of the published probabilities, and of test by label. */
  scores: { bins: { from: number; to: number; published: number; testChurned: number; testStayed: number }[] }
}

/** slices.json */
export interface SliceReport {
  model: string
  part: 'test'
  slices: {
    slice: string
    value: string
    rows: number
    users: number
    baseRate: number
    metrics: Record<string, { value: number; low: number; high: number }>
  }[]
}

/** catalog.json */
export interface CatalogEntry {
  name: string
  description: string
  family: string
  unit: string
  lookbackDays: number | 'lifetime' | null
  actionable: boolean
  kind: string
  whenEmpty: string
  /** sha256 of the canonical definition. */
  hash: string
  /** Share of rows with a value, over all labelled rows. */
  coverage: number | null
  inUse: boolean
  /** Why not, when not in use: `constant in train`, `dropped by config`, `proposed`, `retired`, or what the data lack. */
  reason: string | null
}

/** importance.json beside importance.{parquet,csv}: one row per (model, feature, method). */
export interface ImportanceRow {
  model: string
  feature: string
  method: 'permutation' | 'gain' | 'coefficient'
  /** Permutation: rise of log-loss on test; gain: share of total; coefficient: log-odds per `per`. */
  value: number
  low: number | null
  high: number | null
  /** What one unit is, for coefficients. */
  per: string | null
  rank: number
}

/** scoring.json: what was published, for the report's "who is at risk". */
export interface ScoringSummary {
  name: string
  asOf: string
  rows: number
  excluded: { reason: string; users: number }[]
  tiers: { tier: string; users: number; meanProbability: number; minProbability: number; valueAtRisk: number | null }[]
  /** Share of users who are left alone on purpose, as configured. */
  holdout: number
  meanProbability: number
  lifecycle: { stage: string; users: number; meanProbability: number }[]
  /** The ten riskiest users by value at risk (or by probability without amounts). */
  top: {
    userId: string
    probability: number
    tier: string
    valueAtRisk: number | null
    lifecycleStage: string
    reasons: string[]
  }[]
  calibration: { passed: boolean; meanOverBase: number; ece: number; message: string }
}

/** reference.json: histograms of each feature on train, for drift. */
export interface ReferenceFile {
  features: {
    feature: string
    kind: 'number' | 'category'
    missing: number
    rows: number
    edges: number[]
    counts: number[]
    levels: string[]
    /** Of the values present; sd with n - 1, 0 for one value. NaN without values and for categories. */
    mean: number
    sd: number
  }[]
}
