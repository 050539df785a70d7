import { expect, test } from 'vitest'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import { compileExamples } from '../../features/compile.ts'
import { catalogContext, contractTable, day, testPlan } from './world.ts'

type Name = Dialect['name']
type Texts = Record<Name, string>
const dialects: Record<Name, Dialect> = { duckdb: duckdbDialect, spark: sparkDialect }

/** A session count, for users with a running contract; both labels must come true: money down by 40 %, and no renewal. */
const plan = testPlan(catalogContext(), {
  features: [
    {
      name: 'visits',
      description: 'Visits',
      family: 'activity',
      unit: 'count',
      actionable: false,
      whenEmpty: 'zero',
      kind: 'measure',
      measure: 'sessions',
      of: 'count',
      inactivityMinutes: 30,
      lookbackDays: 30,
      offsetDays: 0,
    },
  ],
  supporting: [],
  context: [],
  purchaseTypes: [],
  levels: { category: [], channel: [] },
  cutoffs: [day('2024-03-01')],
  relations: { events: 't_events', users: 't_users', attributes: [contractTable] },
  churn: {
    labels: {
      a: { kind: 'partial', of: 'amount', events: ['buy'], pastDays: 60, fallPercent: 40 },
      b: {
        kind: 'contract',
        table: 'contracts',
        end: 'ends',
        graceDays: 5,
        endKnown: false,
        involuntary: { column: 'reason', values: ["ca'rd"] },
      },
      both: { kind: 'all', of: ['a', 'b'] },
    },
    target: 'both',
    horizonDays: 30,
    gapDays: 0,
    eligible: { contract: 'b' },
  },
})

const expected: Record<string, Texts> = {
  'active-users': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_active" AS
SELECT DISTINCT c.cutoff, k.user_index
FROM (
  SELECT r.user_index, r.valid_from AS begins, r."ends" AS ends, r."reason" AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r."ends" IS NULL OR r."ends" > r.valid_from)
) AS k
JOIN "ebb_cutoffs" AS c ON (k.begins IS NULL OR k.begins < c.cutoff) AND (k.ends IS NULL OR k.ends > c.cutoff)`,
    spark: `DROP VIEW IF EXISTS \`ebb_active\`
;
CACHE TABLE \`ebb_active\` AS
SELECT DISTINCT c.cutoff, k.user_index
FROM (
  SELECT r.user_index, r.valid_from AS begins, r.\`ends\` AS ends, r.\`reason\` AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r.\`ends\` IS NULL OR r.\`ends\` > r.valid_from)
) AS k
JOIN \`ebb_cutoffs\` AS c ON (k.begins IS NULL OR k.begins < c.cutoff) AND (k.ends IS NULL OR k.ends > c.cutoff)`,
  },
  'label-partial-0': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_partial_0" AS
SELECT d.cutoff, e.user_index, CAST(SUM(CASE WHEN d.is_past THEN e.v END) AS BIGINT) AS past, CAST(SUM(CASE WHEN NOT d.is_past THEN e.v END) AS BIGINT) AS ahead
FROM (
  SELECT e.user_index, e.event_day, CAST(SUM(e.amount_cents) AS BIGINT) AS v
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
  GROUP BY e.user_index, e.event_day
) AS e
JOIN "ebb_partial_days_0" AS d ON d.day = e.event_day
GROUP BY d.cutoff, e.user_index`,
    spark: `DROP VIEW IF EXISTS \`ebb_partial_0\`
;
CACHE TABLE \`ebb_partial_0\` AS
SELECT d.cutoff, e.user_index, SUM(CAST(CASE WHEN d.is_past THEN e.v END AS BIGINT)) AS past, SUM(CAST(CASE WHEN NOT d.is_past THEN e.v END AS BIGINT)) AS ahead
FROM (
  SELECT e.user_index, e.event_day, SUM(CAST(e.amount_cents AS BIGINT)) AS v
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
  GROUP BY e.user_index, e.event_day
) AS e
JOIN \`ebb_partial_days_0\` AS d ON d.day = e.event_day
GROUP BY d.cutoff, e.user_index`,
  },
  'label-churns-1': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_churns_1" AS
SELECT q.user_index, q.churn_day, q.known_day, q.is_involuntary, q.returned_day
FROM (
  SELECT e.user_index, e.ends AS churn_day, (e.ends + CAST(5 AS INTEGER)) AS known_day, COALESCE(e.reason IN ('ca''rd'), FALSE) AS is_involuntary,
    MIN(CASE WHEN o.begins > (e.ends + CAST(5 AS INTEGER)) THEN o.begins END) AS returned_day
  FROM (
  SELECT r.user_index, r.valid_from AS begins, r."ends" AS ends, r."reason" AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r."ends" IS NULL OR r."ends" > r.valid_from)
  ) AS e
  LEFT JOIN (
  SELECT r.user_index, r.valid_from AS begins, r."ends" AS ends, r."reason" AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r."ends" IS NULL OR r."ends" > r.valid_from)
  ) AS o ON o.user_index = e.user_index
  WHERE e.ends IS NOT NULL
  GROUP BY e.user_index, e.ends, e.reason
  HAVING COUNT(*) FILTER (WHERE (o.ends IS NULL OR o.ends > e.ends) AND (o.begins IS NULL OR o.begins <= (e.ends + CAST(5 AS INTEGER)))) = 0
) AS q`,
    spark: `DROP VIEW IF EXISTS \`ebb_churns_1\`
;
CACHE TABLE \`ebb_churns_1\` AS
SELECT q.user_index, q.churn_day, q.known_day, q.is_involuntary, q.returned_day
FROM (
  SELECT e.user_index, e.ends AS churn_day, date_add(e.ends, CAST(5 AS INT)) AS known_day, COALESCE(e.reason IN ('ca\\'rd'), FALSE) AS is_involuntary,
    MIN(CASE WHEN o.begins > date_add(e.ends, CAST(5 AS INT)) THEN o.begins END) AS returned_day
  FROM (
  SELECT r.user_index, r.valid_from AS begins, r.\`ends\` AS ends, r.\`reason\` AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r.\`ends\` IS NULL OR r.\`ends\` > r.valid_from)
  ) AS e
  LEFT JOIN (
  SELECT r.user_index, r.valid_from AS begins, r.\`ends\` AS ends, r.\`reason\` AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r.\`ends\` IS NULL OR r.\`ends\` > r.valid_from)
  ) AS o ON o.user_index = e.user_index
  WHERE e.ends IS NOT NULL
  GROUP BY e.user_index, e.ends, e.reason
  HAVING COUNT(*) FILTER (WHERE (o.ends IS NULL OR o.ends > e.ends) AND (o.begins IS NULL OR o.begins <= date_add(e.ends, CAST(5 AS INT)))) = 0
) AS q`,
  },
  'sessions-by-segment': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_session_segments_0" AS
SELECT q.user_index, q.segment, q.previous_segment, COUNT(*) AS n,
  COUNT(*) FILTER (WHERE q.step IS NULL OR q.step > 1800000000) AS begins,
  CAST(SUM(CASE WHEN q.step <= 1800000000 THEN q.step END) AS BIGINT) AS inside
FROM (
  SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
    COALESCE(LAG(COALESCE(cal.segment, 0)) OVER (PARTITION BY e.user_index ORDER BY e.event_time), -1) AS previous_segment,
    epoch_us(e.event_time) - LAG(epoch_us(e.event_time)) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS step
  FROM t_events AS e
  LEFT JOIN "ebb_calendar" AS cal ON cal.day = e.event_day
  WHERE e.event_day < DATE '2024-03-01'
) AS q
GROUP BY q.user_index, q.segment, q.previous_segment`,
    spark: `DROP VIEW IF EXISTS \`ebb_session_segments_0\`
;
CACHE TABLE \`ebb_session_segments_0\` AS
SELECT q.user_index, q.segment, q.previous_segment, COUNT(*) AS n,
  COUNT(*) FILTER (WHERE q.step IS NULL OR q.step > 1800000000) AS begins,
  SUM(CAST(CASE WHEN q.step <= 1800000000 THEN q.step END AS BIGINT)) AS inside
FROM (
  SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
    COALESCE(LAG(COALESCE(cal.segment, 0)) OVER (PARTITION BY e.user_index ORDER BY e.event_time), -1) AS previous_segment,
    unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) - LAG(unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ))) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS step
  FROM t_events AS e
  LEFT JOIN \`ebb_calendar\` AS cal ON cal.day = e.event_day
  WHERE e.event_day < DATE '2024-03-01'
) AS q
GROUP BY q.user_index, q.segment, q.previous_segment`,
  },
  'sessions-by-example': {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_session_values_0" AS
SELECT s.cutoff, s.user_index,
  CAST(SUM(CASE WHEN f.in_d30 THEN CASE WHEN p.in_d30 THEN g.begins ELSE g.n END END) AS BIGINT) AS n_d30,
  COALESCE(CAST(SUM(CASE WHEN f.in_d30 AND p.in_d30 THEN g.inside END) AS BIGINT), 0) AS t_d30
FROM "ebb_session_segments_0" AS g
JOIN "ebb_flags" AS f ON f.segment = g.segment
LEFT JOIN "ebb_flags" AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN "ebb_spine" AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index`,
    spark: `DROP VIEW IF EXISTS \`ebb_session_values_0\`
;
CACHE TABLE \`ebb_session_values_0\` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN CASE WHEN p.in_d30 THEN g.begins ELSE g.n END END AS BIGINT)) AS n_d30,
  COALESCE(SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.inside END AS BIGINT)), 0) AS t_d30
FROM \`ebb_session_segments_0\` AS g
JOIN \`ebb_flags\` AS f ON f.segment = g.segment
LEFT JOIN \`ebb_flags\` AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN \`ebb_spine\` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index`,
  },
}

test.each(Object.keys(expected))('%s, for every dialect', (part) => {
  for (const [name, dialect] of Object.entries(dialects) as [Name, Dialect][]) {
    const found = compileExamples(plan, dialect).statements.filter((statement) => statement.name.includes(part))
    expect(found.map(({ sql }) => sql).join('\n;\n')).toBe(expected[part]![name])
  }
})

test('several targets and every kind of label: each dialect speaks only its own words', () => {
  const churn = { ...plan.churn, targets: ['a', 'b'], horizonsDays: [7, 90] }
  const several = { ...plan, churn, delaysDays: [0, 2] }
  const text = (dialect: Dialect): string => {
    const made = compileExamples(several, dialect)
    const queries = made.predictions.map(({ populationSelect }) => populationSelect)
    return [...made.statements.map(({ sql }) => sql), made.select, ...queries].join('\n')
  }
  expect(text(sparkDialect)).not.toMatch(/epoch_us|EXCLUDE|"ebb_|HUGEINT|VARCHAR|isodow|TEMP TABLE|struct_pack/)
  expect(text(duckdbDialect)).not.toMatch(/unix_micros|EXCEPT \(|`|date_add|weekday\(|CACHE|named_struct/)
  expect(compileExamples(several, duckdbDialect).predictions).toHaveLength(9)
})

test('users active by events of two types, seen 2 days late: by segment, for every dialect', () => {
  const churn = { ...plan.churn, eligible: { events: ['buy', 'visit'], withinDays: 30 } }
  const late = { ...plan, churn, delaysDays: [2] }
  const seen = { duckdb: '(e.event_day + CAST(2 AS INTEGER))', spark: 'date_add(e.event_day, CAST(2 AS INT))' }
  for (const [name, dialect] of Object.entries(dialects) as [Name, Dialect][]) {
    const made = compileExamples(late, dialect).statements.filter((statement) =>
      statement.name.includes('active-users'),
    )
    const table = (of: string): string => dialect.identifier(`ebb_${of}`)
    expect(made.at(-1)!.sql.slice(made.at(-1)!.sql.indexOf('SELECT'))).toBe(`SELECT DISTINCT f.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, COALESCE(cal.segment, 0) AS segment
  FROM t_events AS e
  LEFT JOIN ${table('eligible_calendar')} AS cal ON cal.day = ${seen[name]}
  WHERE e.event_type IN ('buy', 'visit') AND e.event_day < DATE '2024-06-01' AND ${seen[name]} < DATE '2024-03-01'
) AS e
JOIN ${table('eligible_flags')} AS f ON f.segment = e.segment AND f.in_d30`)
  }
})
