import { expect, test } from 'vitest'
import type { EbbError } from '../../core/errors.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import { compileExamples } from '../../features/compile.ts'
import type { RowSqlFeature } from '../../features/definition.ts'
import { readRowSql, rowSql } from '../../features/row-sql.ts'
import { evaluateRowSql } from './row-sql-oracle.ts'
import { catalogContext, testPlan } from './world.ts'

type Texts = Record<Dialect['name'], string>
const both = (text: string): Texts => ({
  duckdb: rowSql(text, 'x', duckdbDialect),
  spark: rowSql(text, 'x', sparkDialect),
})
const message = (text: string): string => {
  try {
    readRowSql(text, 'x')
  } catch (error) {
    return (error as EbbError).message
  }
  return 'no fault'
}

test('an expression is written anew for every dialect: literals quoted, divisions guarded, sums of integers', () => {
  const share: Texts = {
    duckdb: `CAST((CAST(COUNT(*) FILTER (WHERE (e.category = 'a''b')) AS DOUBLE) / NULLIF(COUNT(*), 0)) AS DOUBLE)`,
    spark: `CAST((CAST(COUNT(*) FILTER (WHERE (e.category = 'a\\'b')) AS DOUBLE) / NULLIF(COUNT(*), 0)) AS DOUBLE)`,
  }
  expect(both("COUNT(*) FILTER (WHERE category = 'a''b') / count(*)")).toEqual(share)
  const sum: Texts = {
    duckdb: `CAST((CAST(SUM(CAST(CAST(round((CAST(datediff('day', e.event_day, s.cutoff) AS DOUBLE)) * CAST(1000000 AS DOUBLE)) AS BIGINT) AS HUGEINT)) AS DOUBLE) / NULLIF((CAST(1000000 AS DOUBLE)), 0)) AS DOUBLE)`,
    spark: `CAST((CAST(SUM(CAST(CAST(round((CAST(datediff(s.cutoff, e.event_day) AS DOUBLE)) * CAST(1000000 AS DOUBLE)) AS BIGINT) AS DECIMAL(38, 0))) AS DOUBLE) / NULLIF((CAST(1000000 AS DOUBLE)), 0)) AS DOUBLE)`,
  }
  expect(both('sum(days_ago)')).toEqual(sum)
  const quantity = 'CAST(CAST((CAST(e.quantity_milli AS DOUBLE) / NULLIF(1000, 0)) AS DOUBLE) AS DOUBLE)'
  const middle: Texts = {
    duckdb: `CAST(quantile_cont(${quantity}, 0.5) AS DOUBLE)`,
    spark: `CAST(percentile(${quantity}, 0.5D) AS DOUBLE)`,
  }
  expect(both('median(quantity)')).toEqual(middle)
})

test('the window of the expression is written by the compiler, for every dialect', () => {
  const feature: RowSqlFeature = {
    kind: 'rowSql',
    name: 'own',
    description: 'Own',
    family: 'custom',
    unit: 'count',
    whenEmpty: 'missing',
    actionable: false,
    expression: 'count(*)',
    lookbackDays: 30,
    offsetDays: 5,
  }
  const plan = testPlan(catalogContext(), { features: [feature], supporting: [], context: [], delaysDays: [2] })
  const sql = (dialect: Dialect): string =>
    compileExamples(plan, dialect)
      .statements.filter(({ name }) => name.includes('row-sql'))
      .map((statement) => statement.sql)
      .join('\n;\n')
  const expected: Texts = {
    duckdb: `CREATE OR REPLACE TEMP TABLE "ebb_row_sql_0" AS
SELECT s.cutoff, s.user_index,
  CAST(COUNT(*) AS DOUBLE) AS x0
FROM "ebb_spine" AS s
JOIN t_events AS e ON e.user_index = s.user_index AND ((e.event_day + CAST(2 AS INTEGER)) >= (s.cutoff + CAST(-35 AS INTEGER)) AND (e.event_day + CAST(2 AS INTEGER)) < (s.cutoff + CAST(-5 AS INTEGER)))
GROUP BY s.cutoff, s.user_index`,
    spark: `DROP VIEW IF EXISTS \`ebb_row_sql_0\`
;
CACHE TABLE \`ebb_row_sql_0\` AS
SELECT s.cutoff, s.user_index,
  CAST(COUNT(*) AS DOUBLE) AS x0
FROM \`ebb_spine\` AS s
JOIN t_events AS e ON e.user_index = s.user_index AND (date_add(e.event_day, CAST(2 AS INT)) >= date_add(s.cutoff, CAST(-35 AS INT)) AND date_add(e.event_day, CAST(2 AS INT)) < date_add(s.cutoff, CAST(-5 AS INT)))
GROUP BY s.cutoff, s.user_index`,
  }
  expect({ duckdb: sql(duckdbDialect), spark: sql(sparkDialect) }).toEqual(expected)
})

/** Each must be refused, with the place. */
const hostile: [text: string, fault: string][] = [
  ['(select count(*) from events)', 'x, position 2: there is no column "select"; columns: event_type'],
  ['sum(amount) + (select 1)', 'x, position 16: there is no column "select"'],
  ['count(*) from t_events', 'x, position 10: cannot be read, expected an operator or the end, got "from"'],
  ["max(read_csv('/etc/passwd'))", 'x, position 5: there is no function "read_csv"'],
  ["count(read_text('/etc/passwd'))", 'x, position 7: there is no function "read_text"'],
  ["max(getenv('HOME'))", 'x, position 5: there is no function "getenv"'],
  ["max(current_setting('memory_limit'))", 'x, position 5: there is no function "current_setting"'],
  ['count(*); drop table t_events', 'x, position 9: cannot be read here: "; drop table'],
  ['count(*) -- more', 'x, position 10: cannot be read here: "-- more"'],
  ['count(*) /* more */', 'x, position 10: cannot be read here: "/* more */"'],
  ['sum(amount) over (partition by channel)', 'x, position 13: window functions are not allowed'],
  ['row_number() over ()', 'x, position 1: there is no function "row_number"'],
  ['pragma version', 'x, position 1: there is no column "pragma"'],
  ["copy t to '/tmp/x'", 'x, position 1: there is no column "copy"'],
  ["attach '/tmp/x.db'", 'x, position 1: there is no column "attach"'],
  ['max(event_time)', 'x, position 5: there is no column "event_time"'],
  ['max(user_index)', 'x, position 5: there is no column "user_index"'],
  ['max(e.amount)', 'x, position 6: cannot be read here: ".amount)"'],
  ['max(s.label)', 'x, position 6: cannot be read here: ".label)"'],
  ['max("amount")', 'x, position 5: cannot be read here: '],
  ['max(`amount`)', 'x, position 5: cannot be read here: "`amount`)"'],
  ['max($1)', 'x, position 5: cannot be read here: "$1)"'],
  ['max(?)', 'x, position 5: cannot be read here: "?)"'],
  ['max(amount::varchar)', 'x, position 11: cannot be read here: "::varchar)"'],
  ['cast(1 as int)', 'x, position 1: there is no function "cast"'],
  ['max(amount[1])', 'x, position 11: cannot be read here: "[1])"'],
  ["count(*) filter (where 'a' = 'it''s' or 1 = 1) ) union all", 'x, position 48: cannot be read'],
  ["count(*) = 'unfinished", 'x, position 12: cannot be read here: '],
  ['count(*\u0000)', 'x, position 8: cannot be read here: '],
  ['\uff43ount(*)', 'x, position 1: cannot be read here: '],
  ['random()', 'x, position 1: there is no function "random"'],
  ['now()', 'x, position 1: there is no function "now"'],
  ['count(*) + amount', 'x, position 12: column "amount" stands outside of an aggregate, expected e.g. max(amount)'],
  ['sum(max(amount))', 'x, position 5: an aggregate inside an aggregate'],
  ['1 + 1', 'x, position 1: nothing is added up over the rows, expected an aggregate such as count(*)'],
  ['max(category)', 'x, position 5: max takes a number, expected a number, got a text'],
  ['sum(amount + category)', 'x, position 14: "+" takes numbers, expected a number, got a text'],
  [
    'count(*) filter (where category = 3)',
    'x, position 35: cannot be set beside a text, expected a text, got a number',
  ],
  ['count(*) > 3', 'x, position 1: the whole expression must be a number, expected a number, got a condition'],
  ['sum(distinct amount)', 'x, position 5: distinct is for count only'],
  ['round(sum(amount), 1.5)', 'x, position 20: round takes digits as a plain number, expected 0 to 9'],
  ['sum(amuont)', 'x, position 5: there is no column "amuont"; did you mean "amount"?'],
  ['summ(amount)', 'x, position 1: there is no function "summ"; did you mean "sum"?'],
  ['sum(1e400)', 'x, position 5: the number is too large, expected a finite number, got 1e400'],
  ['__proto__(1)', 'x, position 1: there is no function "__proto__"'],
  ['max(constructor)', 'x, position 5: there is no column "constructor"'],
  [`${'('.repeat(200)}count(*)${')'.repeat(200)}`, 'nested too deeply, expected at most 100 levels'],
  [' ', 'x, position 2: cannot be read, expected a number, a text, a column or a function, got the end'],
]

test.each(hostile)('refused: %s', (text, fault) => {
  expect(message(text)).toContain(fault)
})

test('texts are quoted whatever is in them', () => {
  const texts = both(String.raw`count(*) filter (where item = ''' OR 1=1; DROP TABLE x; --' or item = '\')`)
  expect(texts.duckdb).toContain(String.raw`(e.item = ''' OR 1=1; DROP TABLE x; --') OR (e.item = '\')`)
  expect(texts.spark).toContain(String.raw`(e.item = '\' OR 1=1; DROP TABLE x; --') OR (e.item = '\\')`)
})

test('NULL is neither equal nor unequal; a missing value is left out of every aggregate', () => {
  const rows = [{ amount: 3 }, { amount: null }, { amount: -1 }]
  const value = (text: string): unknown => evaluateRowSql(text, rows)
  expect(value('count(amount)')).toBe(2)
  expect(value('count(*) filter (where not (amount > 0))')).toBe(1)
  expect(value('sum(amount) / count(*) filter (where amount > 5)')).toBe(null)
})
