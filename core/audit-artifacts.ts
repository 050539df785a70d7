/** audit.json and tags.json of a run directory, as types; the rest stands in `artifacts.ts`. */

export interface IntervalOf {
  value: number
  low: number
  high: number
}

/** One feature between two times: effect sizes, never p-values, so that large tables do not cry wolf. */
export interface FeatureDrift {
  feature: string
  kind: 'number' | 'category'
  referenceRows: number
  rows: number
  /** Population stability index over the bins (or levels) of the values present, >= 0; NaN without values on a side. */
  psi: number
  /** Jensen-Shannon divergence of the same, in bits, 0 to 1; NaN without values on a side. */
  jensenShannon: number
  /**
   * Numbers: standardised mean difference, now minus reference. Categories: Cohen's h of the level that changed most.
   * NaN without values on a side; infinite where two constants differ.
   */
  effect: number
  /** `mean`, or the level. */
  effectOf: string
  /** Share of rows without a value, then and now, and Cohen's h between them. */
  missingReference: number
  missing: number
  missingEffect: number
}

/** One tag at one cutoff. */
export interface TagAtCutoff {
  cutoff: string
  rows: number
  /** Share of rows with a value. */
  coverage: number
  /** Of the values present; null for categories and where there are none. */
  mean: number | null
  p10: number | null
  p50: number | null
  p90: number | null
  /** Category: the level most rows have, and its share of the rows with a value; null for numbers. */
  top: { level: string; share: number } | null
  /** Population stability index against all train rows. */
  psi: number
}

/** One tag of tags.json. */
export interface TagMeasures {
  tag: string
  coverage: number
  /** One-feature AUC on train in its better direction, with its 95 % interval, users resampled as wholes. */
  auc: IntervalOf
  byCutoff: TagAtCutoff[]
  /** Test against train. */
  drift: FeatureDrift
  /** The tag that says the same (rank correlation at least .95 in size on train) and says more by itself; null if none. */
  repeats: { tag: string; correlation: number } | null
}

/** tags.json: what was measured of every tag, in the order of the dataset. */
export interface TagReport {
  /** Rows of train and of test that it was measured on. */
  trainRows: number
  testRows: number
  tags: TagMeasures[]
}

/** One line of audit.json: a mistake that was looked for. */
export interface AuditCheck {
  /** Also its name in checks.json, e.g. `leakage.truncation`, `purge`. */
  name: string
  /** `warned` fails with `audit.strict`; `not_checked`: these data cannot tell. */
  status: 'passed' | 'warned' | 'failed' | 'not_checked'
  /** What was looked for, in words. */
  looksFor: string
  observed: string
  expected: string
  /** What it means, and what to do when it did not pass. */
  message: string
}

/** Features of sampled examples before and after everything from the visible end on was deleted. */
export interface TruncationReport {
  /** What made the features, of the run and again. */
  compiler: 'sweep' | 'sql'
  cutoffs: string[]
  /** Examples compared, and values. */
  rows: number
  values: number
  /** Events that were deleted for it. */
  deletedEvents: number
  /** Examples that are none once the future is gone: the spine read it. */
  lostRows: number
  differing: { feature: string; rows: number; cutoff: string }[]
}

/** Rows from before the end of an older copy of the data that are not the same in the newer one. */
export interface SnapshotChanges {
  /** Key of `sources` or `attributes`. */
  table: string
  kind: 'events' | 'attributes'
  /** Rows of the older copy that were compared. */
  rows: number
  appeared: number
  vanished: number
  changed: number
  /** Earliest day that was touched; null when nothing was. */
  firstDay: string | null
  /** At most three, e.g. `user 17, 2026-01-03, purchase: appeared`. */
  examples: string[]
}

/** What is known of rows that came or changed later. */
export interface LateReport {
  /** `available_at` of a source; null where no source says. */
  arrivals: {
    events: number
    /** Share that became available on a later day than that of the event. */
    lateShare: number
    /** Days between event and availability. */
    p50Days: number
    p99Days: number
    maxDays: number
    /** Pairs of event and cutoff at which the event had happened but was not there yet: kept out of the features. */
    heldBack: number
  } | null
  /** From `--against`; null without. */
  snapshot: { against: string; end: string; tables: SnapshotChanges[] } | null
}

/** What a random split would have promised, beside what the time-ordered split found. */
export interface RandomSplitReport {
  model: string
  /** Rows of train and test that each was measured with. */
  outOfTime: { auc: number; logLoss: number; trainRows: number; testRows: number }
  random: { auc: number; logLoss: number; trainRows: number; testRows: number }
  /** Random minus out-of-time. */
  difference: { auc: number; logLoss: number }
}

/** audit.json */
export interface AuditReport {
  /** Nothing failed; with `strict` nothing warned either. */
  passed: boolean
  strict: boolean
  checks: AuditCheck[]
  truncation: TruncationReport
  /** The ten features that rank the labels best by themselves. */
  strongest: ({ feature: string } & IntervalOf)[]
  late: LateReport
  /** Null until models were fitted, and where none was that reads features. */
  randomSplit: RandomSplitReport | null
}

/** What `ebb audit` tells. */
export interface AuditOutcome extends AuditReport {
  /** Further targets and horizons: what their labels and splits alone can show; `passed` counts them. */
  others: ({ target: string; horizonDays: number } & AuditReport)[]
}
