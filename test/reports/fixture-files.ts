/** The files of the fixture that need no evaluation: what a run says about itself, its data and its features. */
import type * as files from '../../core/artifacts.ts'
import type { AuditCheck, AuditReport, TagReport } from '../../core/audit-artifacts.ts'
import { addDays, parseDay } from '../../core/day.ts'

/** Name, kind, noise of its logit, complexity, baseline. Noise Infinity = one probability for all. */
export const cast = [
  ['gbdt', 'gbdt', 0.25, 4, false],
  ['logistic', 'logistic', 0.35, 2, false],
  ['network', 'mlp', 0.5, 5, false],
  ['forest', 'forest', 1.7, 3, false],
  ['recency_logistic', 'recency_logistic', 1.6, 1, true],
  ['recency_rule', 'recency_rule', 2.2, 1, true],
  ['base_rate', 'base_rate', Infinity, 0, true],
] as const

const features = [
  ['days_since_purchase', 'Days since the last purchase', 'transaction', 'days'],
  ['active_days_28d', 'Days with any event in the last 28 days', 'activity', 'days'],
  ['purchase_count_90d', 'Purchases in the last 90 days', 'transaction', 'purchases'],
  ['login_decay_14d', 'Logins of the last 14 days against the 14 before', 'activity', 'ratio'],
  ['days_between_orders_mean', 'Mean days between orders', 'transaction', 'days'],
  ['overdue_ratio', 'How overdue the next order is', 'transaction', 'ratio'],
  ['complaint_count_90d', 'Complaints in the last 90 days', 'negative', 'complaints'],
  ['category_count_90d', 'Categories bought in the last 90 days', 'preference', 'categories'],
  ['tenure_days', 'Days since registration', 'lifecycle', 'days'],
  ['tier', 'Customer tier as of the cutoff', 'attributes', 'category'],
] as const

export function runRecord(hostile: string | null): files.RunRecord {
  return {
    schemaVersion: 1,
    id: '20251222T030012Z-7f3a9c',
    experiment: hostile ?? 'shop-churn',
    command: 'ebb run configs/simulated.yaml',
    status: 'SUCCEEDED',
    key: 'shop-churn/2025-12-22/9c1f02ab77de',
    attempt: 1,
    asOf: '2025-12-22',
    startedAt: '2025-12-22T03:00:12.000Z',
    finishedAt: '2025-12-22T03:00:49.400Z',
    durationMs: 37_400,
    exitCode: 0,
    error: null,
    configHash: '5be1c3c8e1d24b3e8a0f5be1c3c8e1d24b3e8a0f5be1c3c8e1d24b3e8a0f1234',
    seed: 20_261_116,
    versions: { ebb: '0.1.0', node: '20.20.0', engine: 'duckdb 1.5.6' },
    git: { commit: 'ab9708fce0bb81f00dcafe0123456789abcdef01', dirty: true },
    host: { name: 'host', pid: 1, bootId: null },
    scores: 'scores/shop-churn/v1/2025-12-22/20251222T030012Z-7f3a9c',
    winner: 'logistic',
  }
}

export function quality(hostile: string | null): files.QualityReport {
  const source: files.SourceQuality = {
    rows: 1_204_882,
    rowsRead: 1_205_120,
    users: 6120,
    firstEvent: '2024-10-01T00:03:11',
    lastEvent: '2025-12-21T23:58:40',
    rejected: [{ reason: 'timestamp unreadable', rows: 238 }],
    nullFractions: { amount: 0.87, category: 0.31 },
    exactDuplicates: 412,
    duplicatesDropped: 0,
    zeroAmounts: 80,
    negativeAmounts: 12,
    afterDataEnd: 9,
    filteredOut: 0,
    daysWithoutEvents: 0,
  }
  return {
    events: source,
    sources: [
      { name: hostile ?? 'app', ...source },
      { name: 'web', ...source, rows: 401_220, rejected: [] },
    ],
    attributes: [
      {
        name: 'customer',
        rows: 8120,
        users: 6104,
        unmatchedUsers: 16,
        columns: [{ name: 'region', nullFraction: 0.02 }],
      },
    ],
    eventsByDay: Array.from({ length: 447 }, (_, i) => ({
      day: addDays(parseDay('2024-10-01'), i),
      events: Math.round(2600 + 500 * Math.sin(i / 58) + (i % 7 > 4 ? 700 : 0) + ((i * 7919) % 211)),
    })),
    eventTypes: ['login', 'view', 'cart', 'purchase', 'complaint', 'uninstall'].map((eventType, i) => ({
      eventType,
      events: Math.round(800_000 / 3 ** i),
      users: 6120 - 800 * i,
      first: '2024-10-01',
      last: '2025-12-21',
    })),
    notes: ['source web ends one day earlier than app'],
  }
}

export const inputs: files.InputFile[] = [
  {
    source: 'app',
    uri: 'data/app/dt=2025-12-21/part-0.parquet',
    bytes: 48_220_112,
    rows: 1_204_882,
    sha256: 'a'.repeat(64),
  },
]
export const timings: files.Timings = {
  stages: [
    { stage: 'extract', ms: 1840, rows: 1_204_882 },
    { stage: 'features', ms: 6120, rows: 78_112 },
    { stage: 'fit', ms: 21_300, rows: 51_020 },
    { stage: 'evaluate', ms: 5210, rows: 8400 },
    { stage: 'publish', ms: 390, rows: 4310 },
  ],
  models: cast.map(([model], i) => ({ model, fitMs: 20 + 1700 * (6 - i), predictMs: 3 + 40 * (6 - i) })),
}

export function checks(hostile: string | null): files.CheckResult[] {
  return [
    {
      name: 'purge',
      passed: true,
      severity: 'error',
      observed: '34 days',
      expected: 'at least 34 days',
      message: 'no label window reaches into a later part',
    },
    {
      name: 'leakage',
      passed: true,
      severity: 'info',
      observed: 'AUC 0.8011',
      expected: 'at most 0.95',
      message: 'no feature alone gives the label away',
    },
    {
      name: 'contract.app.amount',
      passed: false,
      severity: 'warn',
      observed: '12 rows below 0',
      expected: 'amount >= 0',
      message: hostile ?? 'negative amounts were kept',
    },
  ]
}

export function importance(hostile: string | null): files.ImportanceRow[] {
  const name = (i: number) => (i === 1 && hostile !== null ? hostile : features[i]![0])
  return features.flatMap((_, i): files.ImportanceRow[] => {
    const value = 0.06 / (i + 1) ** 1.3
    return [
      {
        model: 'logistic',
        feature: name(i),
        method: 'permutation',
        value,
        low: value * 0.8 - 0.0004,
        high: value * 1.2 + 0.0004,
        per: null,
        rank: i + 1,
      },
      {
        model: 'logistic',
        feature: name(i),
        method: 'coefficient',
        value: (i % 2 === 0 ? 1 : -1) / (i + 1),
        low: null,
        high: null,
        per: `1 SD of log1p(${name(i)})`,
        rank: i + 1,
      },
      {
        model: 'gbdt',
        feature: name(i),
        method: 'gain',
        value: 0.4 / 1.7 ** i,
        low: null,
        high: null,
        per: null,
        rank: i + 1,
      },
    ]
  })
}

export function catalog(hostile: string | null): files.CatalogEntry[] {
  return features.map(([name, description, family, unit], i) => ({
    name: i === 1 && hostile !== null ? hostile : name,
    description,
    family,
    unit,
    lookbackDays: 90,
    actionable: i % 2 === 0,
    kind: 'measure',
    whenEmpty: '0',
    hash: 'b'.repeat(64),
    coverage: 1 - i / 20,
    inUse: i < 9,
    reason: i < 9 ? null : 'constant',
  }))
}

export function tags(hostile: string | null): TagReport {
  const name = (i: number): string => (i === 1 && hostile !== null ? hostile : features[i]![0])
  return {
    trainRows: 51_020,
    testRows: 8400,
    tags: features.map((_, i): TagReport['tags'][number] => ({
      tag: name(i),
      coverage: 1 - i / 20,
      auc: { value: 0.78 - i / 40, low: 0.77 - i / 40, high: 0.79 - i / 40 },
      byCutoff: [
        {
          cutoff: '2025-11-10',
          rows: 4200,
          coverage: 1 - i / 20,
          mean: 10,
          p10: 1,
          p50: 8,
          p90: 25,
          top: null,
          psi: 0.03,
        },
      ],
      drift: {
        feature: name(i),
        kind: 'number',
        referenceRows: 51_020,
        rows: 8400,
        psi: 0.02 + 0.05 * i,
        jensenShannon: 0.01,
        effect: -0.1 + 0.04 * i,
        effectOf: 'mean',
        missingReference: i / 20,
        missing: i / 20,
        missingEffect: 0,
      },
      repeats: i === 5 ? { tag: name(0), correlation: -0.97 } : null,
    })),
  }
}

export function audit(hostile: string | null): AuditReport {
  const check = (name: string, status: AuditCheck['status'], message: string): AuditCheck => ({
    name,
    status,
    looksFor: `what ${name} stands for`,
    observed: 'as seen',
    expected: 'as hoped',
    message,
  })
  return {
    passed: true,
    strict: false,
    checks: [
      check('leakage.truncation', 'passed', 'no feature reads the future'),
      check('leakage.current_values.tier', 'warned', hostile ?? 'attribute "tier" is declared static'),
      check('leakage.corrections', 'not_checked', 'cannot be checked from one copy of the data'),
    ],
    truncation: {
      compiler: 'sweep',
      cutoffs: ['2025-03-03', '2025-07-21', '2025-11-24'],
      rows: 1180,
      values: 11_800,
      deletedEvents: 40_112,
      lostRows: 0,
      differing: [],
    },
    strongest: features.map((_, i) => ({
      feature: i === 1 && hostile !== null ? hostile : features[i]![0],
      value: 0.78 - i / 40,
      low: 0.77 - i / 40,
      high: 0.79 - i / 40,
    })),
    late: { arrivals: null, snapshot: null },
    randomSplit: {
      model: 'logistic',
      outOfTime: { auc: 0.801, logLoss: 0.4312, trainRows: 51_020, testRows: 8400 },
      random: { auc: 0.824, logLoss: 0.4103, trainRows: 20_000, testRows: 5000 },
      difference: { auc: 0.023, logLoss: -0.0209 },
    },
  }
}
