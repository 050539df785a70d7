import { parseRowSql } from '../../features/row-sql/parse.ts'
import type { Expression } from '../../features/row-sql/expression.ts'

type Value = number | string | boolean | null
export type Columns = Readonly<Record<string, Value>>

/** The slow twin of the SQL: walks the tree row by row. Three-valued like SQL; nothing of the renderer is used. */
export function evaluateRowSql(text: string, rows: readonly Columns[]): Value {
  return group(parseRowSql(text, 'test'), rows)
}

/** Value over a group of rows. */
function group(node: Expression, rows: readonly Columns[]): Value {
  if (node.kind !== 'aggregate') return combine(node, (child) => group(child, rows))
  const kept = rows.filter((row) => node.filter === null || single(node.filter, row) === true)
  if (node.of === null) return kept.length
  const values = kept.map((row) => single(node.of!, row)).filter((value) => value !== null)
  if (node.name === 'count') return node.isDistinct ? new Set(values).size : values.length
  if (values.length === 0) return null
  const numbers = (values as number[]).toSorted((a, b) => a - b)
  const total = numbers.reduce((a, b) => a + b, 0)
  if (node.name === 'sum') return total
  if (node.name === 'avg') return total / numbers.length
  if (node.name === 'min') return numbers[0]!
  if (node.name === 'max') return numbers.at(-1)!
  const middle = (numbers.length - 1) / 2
  return (numbers[Math.floor(middle)]! + numbers[Math.ceil(middle)]!) / 2
}

/** Value of one row. */
function single(node: Expression, row: Columns): Value {
  if (node.kind === 'column') return row[node.name] ?? null
  return combine(node, (child) => single(child, row))
}

function combine(node: Expression, at: (child: Expression) => Value): Value {
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'negative': {
      const of = at(node.of)
      return of === null ? null : -(of as number)
    }
    case 'not': {
      const of = at(node.of)
      return of === null ? null : !of
    }
    case 'isNull':
      return at(node.of) === null
    case 'in': {
      const of = at(node.of)
      if (of === null) return null
      const list = new Set(node.list.map(at))
      return list.has(of) ? true : list.has(null) ? null : false
    }
    case 'case':
      for (const { when, value } of node.whens) if (at(when) === true) return at(value)
      return node.otherwise === null ? null : at(node.otherwise)
    case 'binary':
      return binary(node.by, at(node.left), at(node.right))
    case 'call':
      return call(node.name, node.of.map(at))
    default:
      throw new Error(`cannot evaluate ${node.kind} here`)
  }
}

function binary(by: string, a: Value, b: Value): Value {
  if (by === 'and') return a === false || b === false ? false : a === null || b === null ? null : true
  if (by === 'or') return a === true || b === true ? true : a === null || b === null ? null : false
  if (a === null || b === null) return null
  const [x, y] = [a as number, b as number]
  switch (by) {
    case '+':
      return x + y
    case '-':
      return x - y
    case '*':
      return x * y
    case '/':
      return y === 0 ? null : x / y
    case '=':
      return x === y
    case '<>':
      return x !== y
    case '<':
      return x < y
    case '<=':
      return x <= y
    case '>':
      return x > y
    default:
      return x >= y
  }
}

function call(name: string, of: readonly Value[]): Value {
  const known = of.filter((value) => value !== null)
  if (name === 'coalesce') return known[0] ?? null
  if (name === 'least') return known.length === 0 ? null : known.reduce((a, b) => (b < a ? b : a))
  if (name === 'greatest') return known.length === 0 ? null : known.reduce((a, b) => (b > a ? b : a))
  if (name === 'nullif') return of[0] === of[1] ? null : of[0]!
  const [first] = of
  if (first === null || first === undefined) return null
  if (name === 'lower') return String(first).toLowerCase()
  if (name === 'upper') return String(first).toUpperCase()
  if (name === 'length') return String(first).length
  const x = first as number
  const power = 10 ** ((of[1] as number | undefined) ?? 0)
  const functions: Record<string, () => number | null> = {
    abs: () => Math.abs(x),
    floor: () => Math.floor(x),
    ceil: () => Math.ceil(x),
    sqrt: () => (x < 0 ? null : Math.sqrt(x)),
    ln: () => (x <= 0 ? null : Math.log(x)),
    exp: () => (x < 700 ? Math.exp(x) : null),
    round: () => (Math.sign(x) * Math.round(Math.abs(x) * power)) / power,
  }
  return functions[name]!()
}
