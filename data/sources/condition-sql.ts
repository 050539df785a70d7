import type { Condition } from '../../core/condition.ts'
import type { Dialect } from '../../engines/dialect.ts'

/** BOOLEAN (or NULL for "unknown") of a parsed condition; `column(name, value)` is the SQL to compare with `value`. */
export function conditionSql(
  condition: Condition,
  dialect: Dialect,
  column: (name: string, value: string | number | null) => string,
): string {
  const literal = (value: string | number): string =>
    typeof value === 'string' ? dialect.text(value) : dialect.number(value)
  const compare = (name: string, by: string, value: string | number): string =>
    `(${column(name, value)} ${by} ${literal(value)})`
  const render = (part: Condition): string => {
    switch (part.op) {
      case 'and':
      case 'or':
        return `(${part.of.map(render).join(part.op === 'and' ? ' AND ' : ' OR ')})`
      case 'not':
        return `(NOT ${render(part.of)})`
      case 'null':
        return `(${column(part.name, null)} IS NULL)`
      case 'compare':
        return compare(part.name, part.by, part.value)
      case 'in':
        return `(${part.values.map((value) => compare(part.name, '=', value)).join(' OR ')})`
    }
  }
  return render(condition)
}
