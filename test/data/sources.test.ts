import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { csvFields } from '../../data/sources/csv-header.ts'
import {
  columnsOf,
  isNumberExpression,
  parseNumberExpression,
  type NumberExpression,
} from '../../data/sources/number-expression.ts'
import { attributeTableSchema, sourceSchema } from '../../data/sources.ts'

const minimal = { path: 'a.csv', columns: { user_id: 'u', event_time: 't', event_type: 'k' } }
const issues = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

test('the worked example of the config is a source', () => {
  const app = {
    path: 'data/app/dt=*/part-*.parquet',
    columns: {
      user_id: 'app_user',
      event_time: 'ts',
      event_type: 'name',
      amount: 'value_cents / 100',
      category: 'cat',
    },
    set: { channel: 'app' },
    ids: { table: 'data/id-map.csv', from: 'app_id', to: 'user_id' },
    maxAgeDays: 2,
    delayDays: 1,
    contract: {
      event_type: { values: ['login', 'view'], severity: 'warn' },
      amount: { min: -10000, nullFraction: 0.9 },
    },
  }
  expect(issues(sourceSchema, app)).toEqual([])
  const customer = {
    path: 'c.parquet',
    key: 'user_id',
    validFrom: 'valid_from',
    columns: { tier: 'category', registered: 'day' },
  }
  expect(issues(attributeTableSchema, customer)).toEqual([])
})

test('defaults: not one reject, no delay, all users, duplicates kept', () => {
  expect(sourceSchema.parse(minimal)).toEqual({
    ...minimal,
    header: true,
    decimal: '.',
    encoding: 'utf-8',
    nullValues: [],
    rejects: { maxFraction: 0 },
    set: {},
    delayDays: 0,
    contract: {},
    deduplicate: false,
    sample: 1,
  })
})

test('what a config may not say', () => {
  const columns = { user_id: 'u', event_time: 't' }
  expect(issues(sourceSchema, { path: 'a.csv', columns })).toEqual([
    'columns: event_type is needed: map a column, or set a constant (set: { event_type: purchase })',
  ])
  expect(issues(sourceSchema, { ...minimal, set: { event_type: 'x' } })).toEqual([
    'set.event_type: event_type comes from columns.event_type already',
  ])
  expect(issues(sourceSchema, { ...minimal, timeZone: 'Berlin' })).toEqual([
    'timeZone: an IANA time zone such as Europe/Berlin',
  ])
  expect(issues(sourceSchema, { ...minimal, columns: { ...minimal.columns, amount: 'sum(x)' } })).toEqual([
    'columns.amount: a column, or arithmetic (+ - * / and brackets) over columns and numbers',
  ])
  expect(issues(attributeTableSchema, { path: 'c.csv', columns: { tier: 'category' } })[0]).toContain(
    'validFrom: either validFrom, or static: true',
  )
  expect(issues(attributeTableSchema, { path: 'c.csv', static: true, columns: {} })).toEqual([
    'columns: at least one column',
  ])
  expect(issues(sourceSchema, { ...minimal, thousands: '.' })).toEqual([
    'thousands: must not be the decimal point, which is "."',
  ])
  expect(issues(sourceSchema, { ...minimal, sample: 0 })).toHaveLength(1)
  expect(issues(sourceSchema, { ...minimal, timestampFormat: '%d.%m.%Q' })).toHaveLength(1)
  expect(issues(sourceSchema, { ...minimal, timestampFormat: ['%-d.%m.%Y %H:%M %z', '%%%j'] })).toEqual([])
})

test('editors get a JSON Schema in which defaulted keys are optional', () => {
  const schema = z.toJSONSchema(sourceSchema, { target: 'draft-07', io: 'input' }) as { required: string[] }
  expect(schema.required).toEqual(['columns'])
})

const evaluate = (expression: NumberExpression, values: Readonly<Record<string, number>>): number => {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'column') return values[expression.name]!
  if (expression.kind === 'negate') return -evaluate(expression.of, values)
  const [left, right] = [evaluate(expression.left, values), evaluate(expression.right, values)]
  return { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[expression.operator]
}

test('arithmetic: * before +, from the left, brackets, unary minus, quoted names', () => {
  const value = (text: string) => evaluate(parseNumberExpression(text)!, { a: 7, b: 2, 'net "x"': 5 })
  expect(value('a + b * 3')).toBe(13)
  expect(value('a - b - 1')).toBe(4)
  expect(value('a / b / 2')).toBe(1.75)
  expect(value('-(a - .5) * 2')).toBe(-13)
  expect(value('"net ""x""" + 1')).toBe(6)
  expect(columnsOf(parseNumberExpression('a + b * (a - "net ""x""")')!)).toEqual(['a', 'b', 'net "x"'])
})

test('arithmetic agrees with JavaScript on random trees', () => {
  const trees = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('a', 'b', '3', '0.5'),
      fc
        .tuple(tie('tree'), fc.constantFrom(' + ', '-', '*', ' / '), tie('tree'))
        .map(([left, operator, right]) => `(${left})${operator}${right}`),
    ),
  })).tree
  fc.assert(
    fc.property(trees, (text) => {
      // oxlint-disable-next-line no-new-func
      const javascript = new Function('a', 'b', `return ${text}`) as (a: number, b: number) => number
      expect(evaluate(parseNumberExpression(text)!, { a: 7, b: 2 })).toBe(javascript(7, 2))
    }),
    { seed: 1 },
  )
})

test('nothing but arithmetic passes', () => {
  for (const text of [
    '',
    ' ',
    'a b',
    'a +',
    '(a',
    'a)',
    'a; b',
    "'x'",
    'f(a)',
    'a -- b;',
    'a = b',
    '""',
    'a::int',
    '1e3',
    'a.b',
    'a /* */ b',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
  ])
    expect([text, isNumberExpression(text)]).toEqual([text, false])
})

test('header fields: quotes, doubled quotes, blanks, an empty last field, an open quote', () => {
  expect(csvFields('a,b', ',')).toEqual(['a', 'b'])
  expect(csvFields(' a ; "b;c" ;"d ""e"""', ';')).toEqual(['a', 'b;c', 'd "e"'])
  expect(csvFields('a,', ',')).toEqual(['a', ''])
  expect(csvFields('"a', ',')).toBeUndefined()
})
