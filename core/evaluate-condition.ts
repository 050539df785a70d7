import type { Comparison, Condition } from './condition.ts'

/** What a row holds: NaN and undefined read as null. */
export type ConditionValue = string | number | null | undefined

/**
 * SQL's three-valued logic over one row: true, false, or null for "unknown". A text never equals a number; such a
 * comparison is unknown. Texts are ordered by code point, as the engines order them.
 */
export function evaluateCondition(condition: Condition, get: (name: string) => ConditionValue): boolean | null {
  switch (condition.op) {
    case 'and':
      return allOf(condition.of.map((part) => evaluateCondition(part, get)))
    case 'or':
      return not(allOf(condition.of.map((part) => not(evaluateCondition(part, get)))))
    case 'not':
      return not(evaluateCondition(condition.of, get))
    case 'null':
      return isMissing(get(condition.name))
    case 'compare':
      return compare(get(condition.name), condition.by, condition.value)
    case 'in':
      return not(allOf(condition.values.map((value) => not(compare(get(condition.name), '=', value)))))
  }
}

const isMissing = (value: ConditionValue): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value)

const not = (value: boolean | null): boolean | null => (value === null ? null : !value)

function allOf(values: readonly (boolean | null)[]): boolean | null {
  if (values.includes(false)) return false
  return values.includes(null) ? null : true
}

function compare(left: ConditionValue, by: Comparison, right: string | number): boolean | null {
  if (isMissing(left) || typeof left !== typeof right) return null
  const order = typeof left === 'string' ? compareText(left, right as string) : left - (right as number) || 0
  return { '=': order === 0, '<>': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[by]
}

/** Negative, 0 or positive, by code point (JavaScript's `<` orders by UTF-16 unit). */
function compareText(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
