import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCondition, type Condition } from '../../core/condition.ts'
import { evaluateCondition, type ConditionValue } from '../../core/evaluate-condition.ts'

const known = { event_type: 'text', category: 'text', amount: 'number', 'odd name': 'text', score: 'any' } as const
const parse = (text: string): Condition => parseCondition(text, { known, where: 'features.add.x.where' })
const fault = (text: string): string => {
  try {
    parse(text)
    return 'no fault'
  } catch (error) {
    return (error as Error).message
  }
}
const holds = (text: string, row: Record<string, ConditionValue>): boolean | null =>
  evaluateCondition(parse(text), (name) => row[name])

test('and binds tighter than or; not binds tightest', () => {
  expect(parse("amount > 1 or amount < -2.5 and not category = 'a'")).toEqual({
    op: 'or',
    of: [
      { op: 'compare', name: 'amount', by: '>', value: 1 },
      {
        op: 'and',
        of: [
          { op: 'compare', name: 'amount', by: '<', value: -2.5 },
          { op: 'not', of: { op: 'compare', name: 'category', by: '=', value: 'a' } },
        ],
      },
    ],
  })
})

test("texts: '' is one quote, keywords in any case, names in double quotes, reversed comparisons", () => {
  expect(parse("category = 'it''s'")).toEqual({ op: 'compare', name: 'category', by: '=', value: "it's" })
  expect(parse(`"odd name" IN ('a', 'b') AND category IS NOT NULL`)).toEqual({
    op: 'and',
    of: [
      { op: 'in', name: 'odd name', values: ['a', 'b'] },
      { op: 'not', of: { op: 'null', name: 'category' } },
    ],
  })
  expect(parse('200 <= amount')).toEqual({ op: 'compare', name: 'amount', by: '>=', value: 200 })
  expect(parse('amount between 1e2 and 200')).toEqual(parse('amount >= 100 and amount <= 200'))
  expect(parse("category not in ('a') or amount != 3 or amount == 4")).toEqual(
    parse("not category in ('a') or amount <> 3 or amount = 4"),
  )
})

test('faults say where, at which position, what was expected and what came', () => {
  const where = 'features.add.x.where, position'
  expect(fault('')).toBe(`${where} 1: cannot be read, expected a column name, got the end`)
  expect(fault('amuont > 3')).toBe(`${where} 1: unknown name "amuont"; did you mean "amount"?`)
  expect(fault('zzz = 3')).toBe(`${where} 1: unknown name "zzz"; known: event_type, category, amount, odd name, score`)
  expect(fault("amount > '3'")).toBe(`${where} 10: "amount" is a number, expected a number, got '3'`)
  expect(fault('category = 3')).toBe(`${where} 12: "category" is a text, expected a 'text', got "3"`)
  expect(fault('amount > 3 amount < 5')).toBe(
    `${where} 12: cannot be read, expected "and", "or" or the end, got "amount"`,
  )
  expect(fault('(amount > 3')).toBe(`${where} 12: cannot be read, expected ")", got the end`)
  expect(fault('amount ; 3')).toBe(`${where} 8: cannot be read, expected a comparison such as = or >, got ";"`)
  expect(fault("category = 'a")).toContain(`${where} 12: cannot be read, expected a number or a 'text', got "'"`)
  expect(fault('amount is 3')).toContain('expected "null"')
  expect(fault('amount not 3')).toContain('expected "in" or "between"')
  expect(fault('amount in 3')).toContain('expected "("')
  expect(fault('amount in (3 4)')).toContain('expected "," or ")"')
  expect(fault('amount between 3 or 4')).toContain('expected "and"')
  expect(fault('amount > 1e999')).toContain('the number is too large')
  expect(fault('amount > 3x')).toContain('position 10: cannot be read')
  expect(fault(`${'('.repeat(200)}amount > 1`)).toContain('nested too deeply')
})

test('three-valued logic: unknown and false = false, unknown or true = true, not unknown = unknown', () => {
  const row = { amount: null, category: 'a' }
  expect(holds('amount > 3', row)).toBe(null)
  expect(holds('not amount > 3', row)).toBe(null)
  expect(holds("amount > 3 and category = 'b'", row)).toBe(false)
  expect(holds("amount > 3 or category = 'a'", row)).toBe(true)
  expect(holds("amount > 3 and category = 'a'", row)).toBe(null)
  expect(holds('amount is null', row)).toBe(true)
  expect(holds('amount in (1, 2)', row)).toBe(null)
  expect(holds("category in ('a', 'b')", row)).toBe(true)
  expect(holds("category not in ('a', 'b')", row)).toBe(false)
  expect(holds('amount = 1', { amount: Number.NaN })).toBe(null)
  expect(holds("score = 'x'", { score: 3 })).toBe(null)
})

test('texts are ordered by code point: U+FF5E comes before U+1F600, and a prefix before the longer text', () => {
  expect(holds("category < '\u{1F600}'", { category: '\uFF5E' })).toBe(true)
  expect(holds("category < 'ab'", { category: 'a' })).toBe(true)
  expect(holds("category >= 'ab'", { category: 'ab' })).toBe(true)
})

const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.oneof(
    fc.record({
      op: fc.constant('compare' as const),
      name: fc.constant('score'),
      by: fc.constantFrom('=' as const, '<>' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
      value: fc.oneof(fc.integer(), fc.string()),
    }),
    fc.record({ op: fc.constant('null' as const), name: fc.constant('odd name') }),
    fc.record({
      op: fc.constant('in' as const),
      name: fc.constant('score'),
      values: fc.array(fc.oneof(fc.integer(), fc.string()), { minLength: 1, maxLength: 3 }),
    }),
  ),
  tree: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), of: tie('tree') }),
  ),
})).tree

function text(of: Condition): string {
  const literal = (value: string | number): string =>
    typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
  if (of.op === 'not') return `not (${text(of.of)})`
  if (!('name' in of)) return of.of.map((part) => `(${text(part)})`).join(` ${of.op} `)
  if (of.op === 'null') return `"${of.name}" is null`
  if (of.op === 'in') return `${of.name} in (${of.values.map(literal).join(', ')})`
  return `${of.name} ${of.by} ${literal(of.value)}`
}

test('any condition written as text is read back as it was', () => {
  fc.assert(
    fc.property(condition, (made) => {
      expect(parse(text(made))).toEqual(made)
    }),
    { seed: 1 },
  )
})
