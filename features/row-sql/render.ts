import type { Dialect } from '../../engines/dialect.ts'
import type { Expression, ScalarName } from './expression.ts'

/** Sums are of so small parts of one: integers, so that the order of rows does not matter. */
const sumScale = 1e6

/** Numbers are DOUBLE throughout, but for counts. `column` turns a name into SQL. */
export function renderRowSql(expression: Expression, dialect: Dialect, column: (name: string) => string): string {
  const render = (node: Expression): string => {
    switch (node.kind) {
      case 'literal':
        return literal(node.value, dialect)
      case 'column':
        return node.type === 'number' ? dialect.toDouble(column(node.name)) : column(node.name)
      case 'negative':
        return `(- ${render(node.of)})`
      case 'not':
        return `(NOT ${render(node.of)})`
      case 'isNull':
        return `(${render(node.of)} IS NULL)`
      case 'in':
        return `(${render(node.of)} IN (${node.list.map(render).join(', ')}))`
      case 'binary':
        return node.by === '/'
          ? dialect.ratio(render(node.left), render(node.right))
          : `(${render(node.left)} ${node.by.toUpperCase()} ${render(node.right)})`
      case 'case': {
        const whens = node.whens.map(({ when, value }) => `WHEN ${render(when)} THEN ${render(value)}`)
        const otherwise = node.otherwise === null ? '' : ` ELSE ${render(node.otherwise)}`
        return `(CASE ${whens.join(' ')}${otherwise} END)`
      }
      case 'call':
        return scalar(node.name, node.of.map(render), dialect)
      case 'aggregate':
        return aggregate(node, render, dialect)
    }
  }
  return dialect.toDouble(render(expression))
}

function literal(value: number | string | boolean | null, dialect: Dialect): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  return typeof value === 'string' ? dialect.text(value) : dialect.toDouble(dialect.number(value))
}

/** What an engine would refuse (a logarithm of 0, a root of -1) is missing. */
function scalar(name: ScalarName, of: readonly string[], dialect: Dialect): string {
  const [x] = of
  if (name === 'ln') return `(CASE WHEN ${x} > 0 THEN LN(${x}) END)`
  if (name === 'sqrt') return `(CASE WHEN ${x} >= 0 THEN SQRT(${x}) END)`
  if (name === 'exp') return `(CASE WHEN ${x} < 700 THEN EXP(${x}) END)`
  if (name === 'ceil' || name === 'floor' || name === 'length') return dialect.toDouble(`${name.toUpperCase()}(${x})`)
  if (name === 'round')
    return dialect.toDouble(`ROUND(${x}, ${of[1] === undefined ? '0' : dialect.cast(of[1], 'integer')})`)
  return `${name.toUpperCase()}(${of.join(', ')})`
}

function aggregate(
  node: Extract<Expression, { kind: 'aggregate' }>,
  render: (node: Expression) => string,
  dialect: Dialect,
): string {
  const condition = node.filter === null ? null : render(node.filter)
  const given = (value: string): string => (condition === null ? value : `CASE WHEN ${condition} THEN ${value} END`)
  if (node.of === null) return condition === null ? 'COUNT(*)' : `COUNT(*) FILTER (WHERE ${condition})`
  const value = given(render(node.of))
  if (node.name === 'count') return node.isDistinct ? `COUNT(DISTINCT ${value})` : `COUNT(${value})`
  if (node.name === 'min' || node.name === 'max') return `${node.name.toUpperCase()}(${value})`
  if (node.name === 'median') return dialect.median(value)
  const parts = dialect.sumWide(dialect.roundToBigint(`(${value}) * ${dialect.toDouble(dialect.number(sumScale))}`))
  const scale = node.name === 'sum' ? '' : ` * COUNT(${value})`
  return dialect.ratio(parts, `(${dialect.toDouble(dialect.number(sumScale))}${scale})`)
}
