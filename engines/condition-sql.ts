import type { Condition } from '../core/condition.ts'
import type { Dialect } from './dialect.ts'

/**
 * A condition as SQL, in parentheses where needed. `column` turns a name into an expression (by default the quoted
 * identifier); literals are always quoted by the dialect, so no name or value can break out. Three-valued like SQL.
 */
export function conditionSql(
  condition: Condition,
  dialect: Dialect,
  column: (name: string) => string = (name) => dialect.identifier(name),
): string {
  const literal = (value: string | number): string =>
    typeof value === 'number' ? dialect.number(value) : dialect.text(value)
  switch (condition.op) {
    case 'and':
    case 'or': {
      const parts = condition.of.map((part) => conditionSql(part, dialect, column))
      return `(${parts.join(condition.op === 'and' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return condition.of.op === 'null'
        ? `${column(condition.of.name)} IS NOT NULL`
        : `(NOT ${conditionSql(condition.of, dialect, column)})`
    case 'null':
      return `${column(condition.name)} IS NULL`
    case 'compare':
      return `${column(condition.name)} ${condition.by} ${literal(condition.value)}`
    case 'in':
      return condition.values.length === 1
        ? `${column(condition.name)} = ${literal(condition.values[0]!)}`
        : `${column(condition.name)} IN (${condition.values.map(literal).join(', ')})`
  }
}
