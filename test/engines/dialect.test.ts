import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCondition } from '../../core/condition.ts'
import { parseDay } from '../../core/day.ts'
import { evaluateCondition } from '../../core/evaluate-condition.ts'
import { conditionSql } from '../../engines/condition-sql.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import type { Engine } from '../../engines/engine.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import { stableFraction, stableHash } from '../../engines/stable-hash.ts'
import { openTestEngine } from '../features/engine.ts'

const dialects: Record<Dialect['name'], Dialect> = { duckdb: duckdbDialect, spark: sparkDialect }
type Texts = Record<Dialect['name'], string>

/** Every member, as text, for every dialect. */
const members: Record<Exclude<keyof Dialect, 'name'>, (dialect: Dialect) => unknown> = {
  identifier: (d) => d.identifier('a"b`c'),
  text: (d) => d.text("it's \\"),
  number: (d) => `${d.number(-3)} ${d.number(0.1)} ${d.number(1e300)}`,
  bigint: (d) => d.bigint(1n << 63n),
  day: (d) => d.day(parseDay('2024-02-29')),
  cast: (d) => d.cast('x', 'timestamp'),
  type: (d) =>
    (['smallint', 'integer', 'bigint', 'wide', 'double', 'text', 'date', 'boolean'] as const)
      .map((t) => d.type(t))
      .join(' '),
  daysBetween: (d) => d.daysBetween('s', 'e'),
  addDays: (d) => d.addDays('x', '-7'),
  timestampToDay: (d) => d.timestampToDay('t'),
  epochMicros: (d) => d.epochMicros('t'),
  hour: (d) => d.hour('t'),
  isoWeekday: (d) => d.isoWeekday('x'),
  daySeries: (d) => d.daySeries('day', 's', 'e'),
  integerDivide: (d) => d.integerDivide('a', 'b'),
  modulo: (d) => d.modulo('a', 'b'),
  ratio: (d) => d.ratio('a', 'b'),
  toDouble: (d) => d.toDouble('x'),
  roundToBigint: (d) => d.roundToBigint('x'),
  sumInteger: (d) => d.sumInteger('x'),
  sumWide: (d) => d.sumWide('x'),
  bitOr: (d) => d.bitOr('m'),
  bitCount: (d) => d.bitCount('m'),
  hasBit: (d) => d.hasBit('m', 6n),
  anyTrue: (d) => d.anyTrue('c'),
  allTrue: (d) => d.allTrue('c'),
  median: (d) => d.median('x'),
  pair: (d) => d.pair('x', 'y'),
  second: (d) => d.second('p'),
  lagIgnoreNulls: (d) => d.lagIgnoreNulls('x', 'ORDER BY y'),
  isDistinct: (d) => d.isDistinct('a', 'b'),
  starExcept: (d) => `${d.starExcept([])} ${d.starExcept(['a', 'b'])}`,
  values: (d) =>
    d.values(
      'v',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ),
  parquet: (d) => `${d.parquet(["it's/`a"])} ${d.parquet(['a', 'b'])}`,
  createTable: (d) => d.createTable('t', 'SELECT 1').join('; '),
  createView: (d) => d.createView('t', 'SELECT 1'),
  dropTable: (d) => d.dropTable('t').join('; '),
  stableHash: (d) => d.stableHash('x'),
}

const expected: Record<keyof typeof members, Texts> = {
  identifier: { duckdb: '"a""b`c"', spark: '`a"b``c`' },
  text: { duckdb: "'it''s \\'", spark: "'it\\'s \\\\'" },
  number: {
    duckdb: "-3 CAST('0.1' AS DOUBLE) CAST('1e+300' AS DOUBLE)",
    spark: "-3 CAST('0.1' AS DOUBLE) CAST('1e+300' AS DOUBLE)",
  },
  bigint: {
    duckdb: "CAST('-9223372036854775808' AS BIGINT)",
    spark: "CAST('-9223372036854775808' AS BIGINT)",
  },
  day: { duckdb: "DATE '2024-02-29'", spark: "DATE '2024-02-29'" },
  cast: { duckdb: 'CAST(x AS TIMESTAMP)', spark: 'CAST(x AS TIMESTAMP_NTZ)' },
  type: {
    duckdb: 'SMALLINT INTEGER BIGINT HUGEINT DOUBLE VARCHAR DATE BOOLEAN',
    spark: 'SMALLINT INT BIGINT DECIMAL(38, 0) DOUBLE STRING DATE BOOLEAN',
  },
  daysBetween: { duckdb: "datediff('day', s, e)", spark: 'datediff(e, s)' },
  addDays: { duckdb: '(x + CAST(-7 AS INTEGER))', spark: 'date_add(x, CAST(-7 AS INT))' },
  timestampToDay: { duckdb: 'CAST(t AS DATE)', spark: 'CAST(t AS DATE)' },
  epochMicros: { duckdb: 'epoch_us(t)', spark: 'unix_micros(CAST(t AS TIMESTAMP_LTZ))' },
  hour: { duckdb: 'CAST(hour(t) AS INTEGER)', spark: 'hour(t)' },
  isoWeekday: { duckdb: 'CAST(isodow(x) AS INTEGER)', spark: '(weekday(x) + 1)' },
  daySeries: {
    duckdb:
      '(SELECT CAST(range AS DATE) AS day FROM range(CAST(s AS TIMESTAMP), CAST(e AS TIMESTAMP), INTERVAL 1 DAY))',
    spark: "(SELECT explode(CASE WHEN s < e THEN sequence(s, date_add(e, -1), INTERVAL '1' DAY) END) AS day)",
  },
  integerDivide: { duckdb: '(a // NULLIF(b, 0))', spark: '(a DIV NULLIF(b, 0))' },
  modulo: { duckdb: '(a % NULLIF(b, 0))', spark: '(a % NULLIF(b, 0))' },
  ratio: { duckdb: '(CAST(a AS DOUBLE) / NULLIF(b, 0))', spark: '(CAST(a AS DOUBLE) / NULLIF(b, 0))' },
  toDouble: { duckdb: 'CAST(x AS DOUBLE)', spark: 'CAST(x AS DOUBLE)' },
  roundToBigint: { duckdb: 'CAST(round(x) AS BIGINT)', spark: 'CAST(round(x) AS BIGINT)' },
  sumInteger: { duckdb: 'CAST(SUM(x) AS BIGINT)', spark: 'SUM(CAST(x AS BIGINT))' },
  sumWide: { duckdb: 'SUM(CAST(x AS HUGEINT))', spark: 'SUM(CAST(x AS DECIMAL(38, 0)))' },
  bitOr: { duckdb: 'bit_or(m)', spark: 'bit_or(m)' },
  bitCount: { duckdb: 'CAST(bit_count(m) AS INTEGER)', spark: 'bit_count(m)' },
  hasBit: { duckdb: "((m & CAST('6' AS BIGINT)) <> 0)", spark: "((m & CAST('6' AS BIGINT)) <> 0)" },
  anyTrue: { duckdb: 'bool_or(c)', spark: 'bool_or(c)' },
  allTrue: { duckdb: 'bool_and(c)', spark: 'bool_and(c)' },
  median: { duckdb: 'quantile_cont(CAST(x AS DOUBLE), 0.5)', spark: 'percentile(CAST(x AS DOUBLE), 0.5D)' },
  pair: { duckdb: 'struct_pack(a := x, b := y)', spark: "named_struct('a', x, 'b', y)" },
  second: { duckdb: "struct_extract(p, 'b')", spark: '(p).b' },
  lagIgnoreNulls: {
    duckdb: 'lag(x IGNORE NULLS) OVER (ORDER BY y)',
    spark: 'lag(x) IGNORE NULLS OVER (ORDER BY y)',
  },
  isDistinct: { duckdb: '(a IS DISTINCT FROM b)', spark: '(NOT (a <=> b))' },
  starExcept: { duckdb: '* * EXCLUDE (a, b)', spark: '* * EXCEPT (a, b)' },
  values: { duckdb: '(VALUES (1, 2), (3, 4)) AS v(a, b)', spark: '(VALUES (1, 2), (3, 4)) AS v(a, b)' },
  parquet: {
    duckdb: "read_parquet(['it''s/`a'], hive_partitioning = false) read_parquet(['a', 'b'], hive_partitioning = false)",
    spark: "parquet.`it's/``a` (SELECT * FROM parquet.`a` UNION ALL SELECT * FROM parquet.`b`)",
  },
  createTable: {
    duckdb: 'CREATE OR REPLACE TEMP TABLE t AS\nSELECT 1',
    spark: 'DROP VIEW IF EXISTS t; CACHE TABLE t AS\nSELECT 1',
  },
  createView: {
    duckdb: 'CREATE OR REPLACE TEMP VIEW t AS\nSELECT 1',
    spark: 'CREATE OR REPLACE TEMPORARY VIEW t AS\nSELECT 1',
  },
  dropTable: { duckdb: 'DROP TABLE IF EXISTS t', spark: 'DROP VIEW IF EXISTS t' },
  stableHash: {
    duckdb: "CAST('0x' || substring(md5(x), 1, 15) AS BIGINT)",
    spark: 'CAST(conv(substring(md5(x), 1, 15), 16, 10) AS BIGINT)',
  },
}

const names = Object.keys(members) as (keyof typeof members)[]
test.each(names)('%s is spelled by every dialect', (member) => {
  for (const [name, dialect] of Object.entries(dialects) as [Dialect['name'], Dialect][])
    expect([name, members[member](dialect)]).toEqual([name, expected[member][name]])
})

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())
const value = async (sql: string): Promise<unknown> => (await engine.rows(`SELECT ${sql} AS v`))[0]!['v']

test('DuckDB means what the interface says: days, weekdays, hours, division by zero, bits, hashes', async () => {
  const d = duckdbDialect
  expect(await value(d.daysBetween("DATE '2024-02-28'", "DATE '2024-03-01'"))).toBe(2)
  expect(await value(d.addDays("DATE '2024-02-28'", '2'))).toBe('2024-03-01')
  expect(await value(d.isoWeekday("DATE '2024-03-03'"))).toBe(7)
  expect(await value(d.hour("TIMESTAMP '2024-03-03 23:59:59'"))).toBe(23)
  expect(Number(await value(d.epochMicros("TIMESTAMP '1970-01-02 00:00:00'")))).toBe(86_400_000_000)
  expect(await value(d.ratio('1', '0'))).toBe(null)
  expect(await value(d.integerDivide('-7', '2'))).toBe(-3)
  expect(await value(d.integerDivide('7', '0'))).toBe(null)
  expect(await value(d.modulo('7', '4'))).toBe(3)
  expect(await value(d.bitCount(d.bigint(-1n)))).toBe(64)
  expect(await value(d.hasBit('5', 4n))).toBe(true)
  expect(await value(d.roundToBigint('2.5'))).toBe(3)
  expect(await value(d.isDistinct('NULL', 'NULL'))).toBe(false)
  expect(await value(d.number(0.1))).toBe(0.1)
  const days = await engine.rows(`SELECT day FROM ${d.daySeries('day', "DATE '2024-02-28'", "DATE '2024-03-01'")}`)
  expect(days).toEqual([{ day: '2024-02-28' }, { day: '2024-02-29' }])
  const none = await engine.rows(`SELECT day FROM ${d.daySeries('day', "DATE '2024-02-28'", "DATE '2024-02-28'")}`)
  expect(none).toEqual([])
  const lagged = await engine.rows(
    `SELECT ${d.lagIgnoreNulls('x', 'ORDER BY y')} AS v FROM ${d.values(
      't',
      ['x', 'y'],
      [
        ['1', '1'],
        ['NULL', '2'],
        ['3', '3'],
      ],
    )} ORDER BY y`,
  )
  expect(lagged.map((row) => row['v'])).toEqual([null, 1, 1])
  expect(await value(`(SELECT ${d.median('x')} FROM ${d.values('t', ['x'], [['1'], ['2'], ['4'], ['9']])})`)).toBe(3)
})

test('the stable hash is the same in DuckDB and here; "abc" is 900150983cd24fb of its MD5', async () => {
  expect(stableHash('abc')).toBe(0x900150983cd24fbn)
  for (const text of ['', 'abc', '12345', "o'brien", 'Zoë'])
    expect(BigInt((await value(duckdbDialect.stableHash(duckdbDialect.text(text)))) as number | bigint)).toBe(
      stableHash(text),
    )
  expect(stableFraction('abc')).toBeCloseTo(0.56252, 5)
})

test('a number that is not finite has no literal', () => {
  for (const dialect of Object.values(dialects))
    expect(() => dialect.number(Number.NaN)).toThrow('must be finite, got NaN')
})

const names3 = { event_type: 'text', amount: 'number', 'x"; DROP TABLE t; --': 'text' } as const
test('a condition as SQL, for every dialect', () => {
  const condition = parseCondition(
    `event_type in ('a', 'it''s') and (amount > 2.5 or amount is not null) and not "x""; DROP TABLE t; --" = 'b\\'`,
    { known: names3, where: 'where' },
  )
  const texts: Texts = {
    duckdb: `("event_type" IN ('a', 'it''s') AND ("amount" > CAST('2.5' AS DOUBLE) OR "amount" IS NOT NULL) AND (NOT "x""; DROP TABLE t; --" = 'b\\'))`,
    spark:
      "(`event_type` IN ('a', 'it\\'s') AND (`amount` > CAST('2.5' AS DOUBLE) OR `amount` IS NOT NULL) AND (NOT `x\"; DROP TABLE t; --` = 'b\\\\'))",
  }
  for (const [name, dialect] of Object.entries(dialects) as [Dialect['name'], Dialect][])
    expect(conditionSql(condition, dialect)).toBe(texts[name])
})

test('hostile texts, names and null rows: DuckDB and the plain evaluator agree on 200 random conditions', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom("'", "'';--", '\\', '"', "' OR 1=1 --", 'é', '😀', '～'),
  )
  const text = fc.oneof(hostile, fc.constant('a')).filter((made) => !made.includes('\0'))
  const by = fc.constantFrom('=' as const, '<>' as const, '<' as const, '<=' as const, '>' as const, '>=' as const)
  const leaf = fc.oneof(
    fc.record({ op: fc.constant('compare' as const), name: fc.constant('t'), by, value: text }),
    fc.record({
      op: fc.constant('compare' as const),
      name: fc.constant('n'),
      by,
      value: fc.integer({ min: -2, max: 2 }),
    }),
    fc.record({
      op: fc.constant('in' as const),
      name: fc.constant('t'),
      values: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('null' as const), name: fc.constantFrom('n', 't') }),
  )
  const not = leaf.map((of) => ({ op: 'not' as const, of }))
  const tree = fc.record({
    op: fc.constantFrom('and' as const, 'or' as const),
    of: fc.array(fc.oneof(leaf, not), { minLength: 2, maxLength: 3 }),
  })
  const row = fc.record({ t: fc.option(text), n: fc.option(fc.integer({ min: -2, max: 2 })) })
  const cases = fc.sample(fc.tuple(tree, row), { numRuns: 200, seed: 3 })
  const sql = cases.map(([condition, { t, n }]) => {
    const columns: Record<string, string> = {
      t: t === null ? 'CAST(NULL AS VARCHAR)' : duckdbDialect.text(t),
      n: n === null ? 'CAST(NULL AS INTEGER)' : duckdbDialect.number(n),
    }
    return conditionSql(condition, duckdbDialect, (name) => columns[name]!)
  })
  const got = await engine.rows(
    `SELECT * FROM (VALUES ${sql.map((one, i) => `(${i}, ${one})`).join(', ')}) v(i, v) ORDER BY i`,
  )
  const plain = cases.map(([condition, values]) => evaluateCondition(condition, (name) => values[name as 't' | 'n']))
  expect(got.map((one) => one['v'])).toEqual(plain)
  expect(new Set(plain)).toEqual(new Set([true, false, null]))
})
