import { expect, test } from 'vitest'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import type { Row } from '../../engines/engine.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import { compileExamples } from '../../features/compile.ts'
import {
  examplesOfSlices,
  excludedOfSlices,
  fewLevelColumns,
  fewLevels,
  levelsSelect,
  namedEventColumns,
  planOfSlice,
  populationOfSlices,
  stagedEventsSelect,
  userBucketsSelect,
} from '../../features/compile/slices.ts'
import type { Feature } from '../../features/definition.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { predictionPredicate, seenDay, windowBounds, windowKey, windowPredicate } from '../../features/window.ts'
import { catalogContext, day, testPlan } from './world.ts'

type Name = Dialect['name']
type Texts = Record<Name, string>
const dialects: Record<Name, Dialect> = { duckdb: duckdbDialect, spark: sparkDialect }
const both = (text: (dialect: Dialect) => string): Texts => ({ duckdb: text(duckdbDialect), spark: text(sparkDialect) })
const d30 = { lookbackDays: 30, offsetDays: 0 }
const before30 = { lookbackDays: 30, offsetDays: 30 }

test('the window predicate is half-open: from 30 days before the cutoff, up to but not at the cutoff', () => {
  const sides = { seen: 's', cutoff: 'c' }
  const expected: Texts = {
    duckdb: '(s >= (c + CAST(-30 AS INTEGER)) AND s < c)',
    spark: '(s >= date_add(c, CAST(-30 AS INT)) AND s < c)',
  }
  expect(both((dialect) => windowPredicate(dialect, sides, d30))).toEqual(expected)
  const earlier: Texts = {
    duckdb: '(s >= (c + CAST(-60 AS INTEGER)) AND s < (c + CAST(-30 AS INTEGER)))',
    spark: '(s >= date_add(c, CAST(-60 AS INT)) AND s < date_add(c, CAST(-30 AS INT)))',
  }
  expect(both((dialect) => windowPredicate(dialect, sides, before30))).toEqual(earlier)
})

test('the prediction window: gap 3, horizon 30 is [cutoff + 3, cutoff + 33)', () => {
  const expected: Texts = {
    duckdb: '(d >= (c + CAST(3 AS INTEGER)) AND d < (c + CAST(33 AS INTEGER)))',
    spark: '(d >= date_add(c, CAST(3 AS INT)) AND d < date_add(c, CAST(33 AS INT)))',
  }
  const window = { gapDays: 3, horizonDays: 30 }
  expect(both((dialect) => predictionPredicate(dialect, { day: 'd', cutoff: 'c' }, window))).toEqual(expected)
})

test('the seen day: the day itself, plus one delay, or plus the delay of the row', () => {
  const expected: Record<string, Texts> = {
    '0': { duckdb: 'e.event_day', spark: 'e.event_day' },
    '2': { duckdb: '(e.event_day + CAST(2 AS INTEGER))', spark: 'date_add(e.event_day, CAST(2 AS INT))' },
    '0 2': {
      duckdb: '(e.event_day + CAST(e.delay_days AS INTEGER))',
      spark: 'date_add(e.event_day, CAST(e.delay_days AS INT))',
    },
  }
  for (const [delays, texts] of Object.entries(expected))
    expect(both((dialect) => seenDay(dialect, delays.split(' ').map(Number), 'e'))).toEqual(texts)
})

test('window bounds over the leap day: 30 days before 1 March 2024 is 31 January; before 1970 there is no bound', () => {
  expect(windowBounds(day('2024-03-01'), d30)).toEqual({ start: '2024-01-31', end: '2024-03-01' })
  expect(windowBounds(day('2024-03-01'), before30)).toEqual({ start: '2024-01-01', end: '2024-01-31' })
  expect(windowBounds(day('1970-01-10'), d30)).toEqual({ start: null, end: '1970-01-10' })
  expect([windowKey(d30), windowKey(before30)]).toEqual(['d30', 'd30_before_30'])
})

const base = {
  family: 'activity',
  unit: 'count',
  actionable: false,
  kind: 'measure',
  offsetDays: 0,
  lookbackDays: 30,
} as const
const features: Feature[] = [
  { ...base, name: 'n', description: 'N', whenEmpty: 'zero', measure: 'count' },
  {
    ...base,
    name: 'spent',
    description: 'S',
    whenEmpty: 'zero',
    measure: 'sum',
    of: 'amount',
    where: { op: 'compare', name: 'event_type', by: '=', value: "o'rder" },
  },
  { ...base, name: 'ago', description: 'A', whenEmpty: 'missing', measure: 'last', lookbackDays: 'lifetime' },
  {
    name: 'r',
    description: 'R',
    family: 'activity',
    unit: 'ratio',
    actionable: false,
    whenEmpty: 'missing',
    kind: 'derived',
    formula: 'ratio',
    from: ['spent', 'n'],
  },
]
const plan: ExamplePlan = testPlan(catalogContext(), {
  features,
  supporting: [],
  context: [],
  purchaseTypes: [],
  levels: { category: [], channel: [] },
  cutoffs: [day('2024-03-01')],
  churn: {
    labels: { gone: { kind: 'no_event_in_window', events: ['login'] } },
    target: 'gone',
    horizonDays: 30,
    gapDays: 0,
    eligible: { events: ['login'], withinDays: 90 },
  },
})
const statement = (dialect: Dialect, part: string): string => {
  const found = compileExamples(plan, dialect).statements.filter(({ name }) => name.includes(part))
  return found.map(({ sql }) => sql).join('\n;\n')
}

const expected: Record<string, Texts> = {
  'events-by-segment': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_segments" AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  COUNT(*) AS b0,
  CAST(SUM(CASE WHEN e.event_type = 'o''rder' THEN e.amount_cents END) AS BIGINT) AS b1,
  MAX(e.event_day) AS b2
FROM t_events AS e
LEFT JOIN "ebb_calendar" AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-03-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0)`,
    spark: `DROP VIEW IF EXISTS \`ebb_segments\`
;
CACHE TABLE \`ebb_segments\` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  COUNT(*) AS b0,
  SUM(CAST(CASE WHEN e.event_type = 'o\\'rder' THEN e.amount_cents END AS BIGINT)) AS b1,
  MAX(e.event_day) AS b2
FROM t_events AS e
LEFT JOIN \`ebb_calendar\` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-03-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0)`,
  },
  'label-stayed': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_stayed_0" AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('login') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN "ebb_window_days_0" AS d ON d.day = e.event_day`,
    spark: `DROP VIEW IF EXISTS \`ebb_stayed_0\`
;
CACHE TABLE \`ebb_stayed_0\` AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('login') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN \`ebb_window_days_0\` AS d ON d.day = e.event_day`,
  },
  'window-flags': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_flags" AS
SELECT c.cutoff, s.segment, ((s.day >= (c.cutoff + CAST(-30 AS INTEGER)) AND s.day < c.cutoff)) AS in_any,
  s.day < c.cutoff AS in_lifetime,
  (s.day >= (c.cutoff + CAST(-30 AS INTEGER)) AND s.day < c.cutoff) AS in_d30
FROM "ebb_cutoffs" AS c
JOIN (
  SELECT segment, MIN(day) AS day FROM "ebb_calendar" GROUP BY segment
  UNION ALL SELECT 0 AS segment, DATE '2024-01-30' AS day
) AS s ON s.day < c.cutoff`,
    spark: `DROP VIEW IF EXISTS \`ebb_flags\`
;
CACHE TABLE \`ebb_flags\` AS
SELECT c.cutoff, s.segment, ((s.day >= date_add(c.cutoff, CAST(-30 AS INT)) AND s.day < c.cutoff)) AS in_any,
  s.day < c.cutoff AS in_lifetime,
  (s.day >= date_add(c.cutoff, CAST(-30 AS INT)) AND s.day < c.cutoff) AS in_d30
FROM \`ebb_cutoffs\` AS c
JOIN (
  SELECT segment, MIN(day) AS day FROM \`ebb_calendar\` GROUP BY segment
  UNION ALL SELECT 0 AS segment, DATE '2024-01-30' AS day
) AS s ON s.day < c.cutoff`,
  },
}

test.each(Object.keys(expected))('%s, for every dialect', (part) => {
  for (const [name, dialect] of Object.entries(dialects) as [Name, Dialect][])
    expect(statement(dialect, part)).toBe(expected[part]![name])
})

test('the last SELECT, for every dialect', () => {
  const texts: Texts = {
    duckdb: `WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(be_windowed.m0, 0) AS "n",
    (CAST(COALESCE(be_windowed.m1, 0) AS DOUBLE) / NULLIF(100, 0)) AS "spent",
    CAST(datediff('day', be_lifetime.m0, s.cutoff) AS INTEGER) AS "ago"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_event_values_windowed" AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
  LEFT JOIN "ebb_event_values_lifetime" AS be_lifetime ON be_lifetime.cutoff = s.cutoff AND be_lifetime.user_index = s.user_index
),
derived_1 AS (
  SELECT d.*,
    (CAST(d."spent" AS DOUBLE) / NULLIF(d."n", 0)) AS "r"
  FROM measured AS d
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  CAST(NULL AS DOUBLE) AS "value_recent",
  CAST(NULL AS VARCHAR) AS "channel_recent",
  "n",
  "spent",
  "ago",
  "r"
FROM derived_1
ORDER BY cutoff, user_index`,
    spark: `WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(be_windowed.m0, 0) AS \`n\`,
    (CAST(COALESCE(be_windowed.m1, 0) AS DOUBLE) / NULLIF(100, 0)) AS \`spent\`,
    CAST(datediff(s.cutoff, be_lifetime.m0) AS INT) AS \`ago\`
  FROM \`ebb_spine\` AS s
  LEFT JOIN \`ebb_event_values_windowed\` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
  LEFT JOIN \`ebb_event_values_lifetime\` AS be_lifetime ON be_lifetime.cutoff = s.cutoff AND be_lifetime.user_index = s.user_index
),
derived_1 AS (
  SELECT d.*,
    (CAST(d.\`spent\` AS DOUBLE) / NULLIF(d.\`n\`, 0)) AS \`r\`
  FROM measured AS d
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  CAST(NULL AS DOUBLE) AS \`value_recent\`,
  CAST(NULL AS STRING) AS \`channel_recent\`,
  \`n\`,
  \`spent\`,
  \`ago\`,
  \`r\`
FROM derived_1
ORDER BY cutoff, user_index`,
  }
  expect(both((dialect) => compileExamples(plan, dialect).select)).toEqual(texts)
})

test('slices of users, for every dialect: how events are laid out, what a slice sees, how slices are put together', () => {
  const one = { from: 64, to: 128, buckets: [1], events: 'staged' }
  const sliced = (slice: typeof one | { from: null; to: 64; buckets: number[]; events: string }): string => {
    const { relations } = planOfSlice(plan, slice)
    return [relations.events, relations.users, relations.attributes[0]!.relation].join(' | ')
  }
  const texts: Record<string, Texts> = {
    [userBucketsSelect.name]: {
      duckdb: `SELECT q.bucket, COUNT(*) AS events
FROM (SELECT (e.user_index // NULLIF(64, 0)) AS bucket FROM t_events AS e) AS q
GROUP BY q.bucket
ORDER BY q.bucket`,
      spark: `SELECT q.bucket, COUNT(*) AS events
FROM (SELECT (e.user_index DIV NULLIF(64, 0)) AS bucket FROM t_events AS e) AS q
GROUP BY q.bucket
ORDER BY q.bucket`,
    },
    [stagedEventsSelect.name]: {
      duckdb: `SELECT e.user_index, e.event_day, CAST(s.slice AS INTEGER) AS slice
FROM t_events AS e JOIN slices AS s ON s.bucket = (e.user_index // NULLIF(64, 0))`,
      spark: `SELECT e.user_index, e.event_day, CAST(s.slice AS INT) AS slice
FROM t_events AS e JOIN slices AS s ON s.bucket = (e.user_index DIV NULLIF(64, 0))`,
    },
    [levelsSelect.name]: {
      duckdb: `SELECT DISTINCT e.channel AS level
FROM t_events AS e
ORDER BY level
LIMIT 66`,
      spark: `SELECT DISTINCT e.channel AS level
FROM t_events AS e
ORDER BY level
LIMIT 66`,
    },
    [examplesOfSlices.name]: {
      duckdb: `SELECT p.* FROM read_parquet(['0', '1'], hive_partitioning = false) AS p ORDER BY p.cutoff, p.user_index`,
      spark:
        'SELECT p.* FROM (SELECT * FROM parquet.`0` UNION ALL SELECT * FROM parquet.`1`) AS p ORDER BY p.cutoff, p.user_index',
    },
    [excludedOfSlices.name]: {
      duckdb: `SELECT x.user_index, x.reason FROM read_parquet(['0'], hive_partitioning = false) AS x ORDER BY x.user_index`,
      spark: `SELECT x.user_index, x.reason FROM parquet.\`0\` AS x ORDER BY x.user_index`,
    },
    [populationOfSlices.name]: {
      duckdb: `SELECT v.cutoff, v.users FROM (VALUES (DATE '2024-03-01', 7)) AS v(cutoff, users) ORDER BY v.cutoff`,
      spark: `SELECT v.cutoff, v.users FROM (VALUES (DATE '2024-03-01', 7)) AS v(cutoff, users) ORDER BY v.cutoff`,
    },
  }
  const counts = [[{ cutoff: '2024-03-01', users: 3 }], [{ cutoff: '2024-03-01', users: 4 }]]
  expect({
    [userBucketsSelect.name]: both((dialect) => userBucketsSelect(plan, dialect)),
    [stagedEventsSelect.name]: both((dialect) =>
      stagedEventsSelect(plan, dialect, { slices: 'slices', columns: ['user_index', 'event_day'] }),
    ),
    [levelsSelect.name]: both(() => levelsSelect(plan, 'channel')),
    [examplesOfSlices.name]: both((dialect) => examplesOfSlices(['0', '1'], dialect)),
    [excludedOfSlices.name]: both((dialect) => excludedOfSlices(['0'], dialect)),
    [populationOfSlices.name]: both((dialect) => populationOfSlices(counts, dialect)),
  }).toEqual(texts)
  const own = (name: string): string => `(SELECT w.* FROM ${name} AS w WHERE w.user_index >= 64 AND w.user_index < 128)`
  expect(sliced(one)).toBe(`staged | ${own('t_users')} | ${own('t_customer')}`)
  expect(sliced({ from: null, to: 64, buckets: [0], events: 'staged' })).toContain(
    '(SELECT w.* FROM t_users AS w WHERE w.user_index < 64)',
  )
  expect(namedEventColumns(compileExamples(plan, duckdbDialect).statements)).toEqual([
    'user_index',
    'event_day',
    'event_type',
    'amount_cents',
  ])
})

test('columns of at most 64 short texts are laid out as numbers; of those, a category that the plan knows 65 of is not asked for', () => {
  const columns = ['user_index', 'event_type', 'item', 'category', 'channel']
  expect(fewLevelColumns(plan, columns)).toEqual(['event_type', 'category', 'channel'])
  const levels = { category: Array.from({ length: 65 }, (_, i) => `c${i}`), channel: [] }
  expect(fewLevelColumns({ ...plan, levels }, columns)).toEqual(['event_type', 'channel'])
  const rows = (texts: readonly (string | null)[]): Row[] => texts.map((level) => ({ level }))
  expect(fewLevels(rows(["a'b", '', null]))).toEqual(["a'b", ''])
  for (const texts of [levels.category, ['a\0b'], ['x'.repeat(201)]]) expect(fewLevels(rows(texts))).toBe(null)
})

test('the whole catalogue compiles for every dialect, and each dialect speaks only its own words', () => {
  const whole = testPlan(catalogContext(), { delaysDays: [0, 2] })
  const spark = compileExamples(whole, sparkDialect)
  const duckdb = compileExamples(whole, duckdbDialect)
  const text = (made: typeof spark): string => [...made.statements.map(({ sql }) => sql), made.select].join('\n')
  expect(text(spark)).not.toMatch(/epoch_us|EXCLUDE|"ebb_|HUGEINT|VARCHAR|isodow|TEMP TABLE/)
  expect(text(duckdb)).not.toMatch(/unix_micros|EXCEPT \(|`|date_add|weekday\(|CACHE/)
  expect(spark.columns).toEqual(duckdb.columns)
  expect(duckdb.cleanup.length).toBe(duckdb.statements.length)
})

test('faults of a plan name the feature', () => {
  const compile = (more: Partial<ExamplePlan>): unknown => compileExamples({ ...plan, ...more }, duckdbDialect)
  const ratio = features[3]!
  const levels = {
    ...base,
    name: 'l',
    description: 'L',
    whenEmpty: 'zero',
    measure: 'distinct',
    of: 'category',
  } as const
  const tier = {
    ...ratio,
    kind: 'asOf',
    name: 't',
    table: 'x',
    attribute: 'y',
    type: 'number',
    read: 'value',
    lookbackDays: 'lifetime',
  } as const
  expect(() => compile({ features: [ratio] })).toThrow('feature "r": no feature named "spent"')
  expect(() => compile({ features: [{ ...ratio, from: ['r', 'r'] } as Feature] })).toThrow(
    'feature "r": is made of itself: r <- r',
  )
  expect(() => compile({ features: [...features, { ...features[0]!, unit: 'days' }] })).toThrow(
    'feature "n": declared twice',
  )
  expect(() => compile({ features: [levels] })).toThrow('feature "l": no event has a category')
  expect(() => compile({ features: [tier] })).toThrow('feature "t": no attribute table "x"')
  expect(() => compile({ features: [{ ...tier, table: 'customer' }] })).toThrow(
    'attribute table "customer" has no column "y"',
  )
  expect(() => compile({ features: [...features, { ...ratio, name: 'q', from: ['n'] } as Feature] })).toThrow(
    'formula ratio takes 2 inputs, got 1',
  )
  expect(() => compile({ cutoffs: [] })).toThrow('cutoffs and delaysDays must not be empty')
})
