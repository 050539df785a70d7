import { expect, test } from 'vitest'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import { lifecycleColumn, lifecycleSchema, lifecycleStage } from '../../cohorts/lifecycle.ts'

const limits = lifecycleSchema.parse({ silentDays: 14 })
const stage = (daysSinceFirst: number, daysSinceLast: number, daysSinceReturn: number | null = null): string =>
  lifecycleStage({ daysSinceFirst, daysSinceLast, daysSinceReturn }, limits)

test('defaults: new for 30 days, silent after 30, returned for 30', () => {
  expect(lifecycleSchema.parse({})).toEqual({ newDays: 30, silentDays: 30, returnedDays: 30 })
})

test('first event 30 days ago is new, 31 is not; new comes before silent', () => {
  expect([stage(30, 1), stage(31, 1), stage(30, 20)]).toEqual(['new', 'active', 'new'])
})

test('last event 14 days ago is active, 15 is silent', () => {
  expect([stage(100, 14), stage(100, 15)]).toEqual(['active', 'silent'])
})

test('back from a silence 30 days ago is returned, 31 days ago is active, and silent again is silent', () => {
  expect([stage(100, 1, 30), stage(100, 1, 31), stage(100, 15, 20)]).toEqual(['returned', 'active', 'silent'])
})

test('a user without any event is silent', () => {
  expect(lifecycleStage({ daysSinceFirst: null, daysSinceLast: null, daysSinceReturn: null }, limits)).toBe('silent')
})

test('the same rule as SQL, for every dialect', () => {
  const column = lifecycleColumn(limits)
  const words =
    "CASE WHEN F <= 30 THEN 'new' WHEN L IS NULL OR L > 14 THEN 'silent' WHEN R <= 30 THEN 'returned' ELSE 'active' END"
  const expected: Record<Dialect['name'], string> = { duckdb: words, spark: words }
  const short = (name: string): string =>
    ({ first: 'F', last: 'L', return: 'R' })[name.replace('stage_days_since_', '')]!
  expect(column.expression(short, duckdbDialect)).toBe(expected.duckdb)
  expect(column.expression(short, sparkDialect)).toBe(expected.spark)
})
