import { didYouMean } from '../../core/did-you-mean.ts'
import { eventScope } from '../event-columns.ts'
import {
  aggregateNames,
  scalarFunctions,
  type AggregateName,
  type BinaryOperator,
  type Expression,
  type ScalarFunction,
  type ScalarName,
} from './expression.ts'
import type { Token } from './tokens.ts'
import { TypedReader } from './typed-reader.ts'

const words = [
  'and',
  'or',
  'not',
  'in',
  'is',
  'null',
  'between',
  'case',
  'when',
  'then',
  'else',
  'end',
  'true',
  'false',
]
const reserved = new Set([...words, 'filter', 'distinct', 'where', 'over', 'select', 'from'])

/** Columns and their types. */
export const rowColumns: Readonly<Record<string, 'text' | 'number'>> = { ...eventScope, days_ago: 'number' }

/** See `features/row-sql.ts`. Throws EbbError `config` with the position. */
export function parseRowSql(text: string, where: string): Expression {
  return new Parser(text, where).whole()
}

class Parser extends TypedReader {
  whole(): Expression {
    const expression = this.either()
    if (this.peek().kind !== 'end') throw this.unexpected('an operator or the end')
    this.expectType(expression, 'number', 'the whole expression must be a number')
    this.checkAggregates(expression)
    return expression
  }

  private either(): Expression {
    let left = this.both()
    while (this.takeWord('or')) left = this.binary('or', left, this.both())
    return left
  }

  private both(): Expression {
    let left = this.negation()
    while (this.takeWord('and')) left = this.binary('and', left, this.negation())
    return left
  }

  private negation(): Expression {
    const { at } = this.peek()
    if (!this.takeWord('not')) return this.predicate()
    return this.deeper(() => this.opposite(this.negation(), at))
  }

  private predicate(): Expression {
    const left = this.sum()
    const { at } = this.peek()
    if (this.takeWord('is')) {
      const isNot = this.takeWord('not')
      if (!this.takeWord('null')) throw this.unexpected('"null"')
      const isNull = this.placed({ kind: 'isNull', of: left, type: 'truth' }, at)
      return isNot ? this.opposite(isNull, at) : isNull
    }
    const isNot = this.takeWord('not')
    if (this.takeWord('in')) {
      const list = this.list()
      for (const one of list) this.expectAlike(left, one)
      const found = this.placed({ kind: 'in', of: left, list, type: 'truth' }, at)
      return isNot ? this.opposite(found, at) : found
    }
    if (this.takeWord('between')) {
      const low = this.sum()
      if (!this.takeWord('and')) throw this.unexpected('"and"')
      const inside = this.binary('and', this.binary('>=', left, low), this.binary('<=', left, this.sum()))
      return isNot ? this.opposite(inside, at) : inside
    }
    if (isNot) throw this.unexpected('"in" or "between"')
    const sign = this.takeSign('=', '<>', '<', '<=', '>', '>=')
    return sign === null ? left : this.binary(sign as BinaryOperator, left, this.sum())
  }

  private sum(): Expression {
    let left = this.product()
    for (;;) {
      const sign = this.takeSign('+', '-')
      if (sign === null) return left
      left = this.binary(sign as BinaryOperator, left, this.product())
    }
  }

  private product(): Expression {
    let left = this.signed()
    for (;;) {
      const sign = this.takeSign('*', '/')
      if (sign === null) return left
      left = this.binary(sign as BinaryOperator, left, this.signed())
    }
  }

  private signed(): Expression {
    const { at } = this.peek()
    if (this.takeSign('-') === null) return this.primary()
    return this.deeper(() => {
      const of = this.signed()
      this.expectType(of, 'number', 'only a number can be negative')
      return this.placed({ kind: 'negative', of, type: 'number' }, at)
    })
  }

  private primary(): Expression {
    const token = this.peek()
    if (token.kind === 'number' || token.kind === 'text') return this.literal(token)
    if (this.takeSign('(') !== null)
      return this.deeper(() => {
        const inner = this.either()
        if (this.takeSign(')') === null) throw this.unexpected('")"')
        return inner
      })
    if (token.kind !== 'name') throw this.unexpected('a number, a text, a column or a function')
    if (this.takeWord('null')) return this.placed({ kind: 'literal', value: null, type: null }, token.at)
    if (this.takeWord('true')) return this.placed({ kind: 'literal', value: true, type: 'truth' }, token.at)
    if (this.takeWord('false')) return this.placed({ kind: 'literal', value: false, type: 'truth' }, token.at)
    if (this.takeWord('case')) return this.deeper(() => this.cases(token.at))
    this.at++
    const isCall = this.peek().kind === 'sign' && this.peek().value === '('
    return isCall ? this.deeper(() => this.call(token)) : this.column(token)
  }

  private literal(token: Token): Expression {
    this.at++
    if (token.kind === 'text') return this.placed({ kind: 'literal', value: token.value, type: 'text' }, token.at)
    const value = Number(token.value)
    if (!Number.isFinite(value))
      throw this.fault(token.at, 'the number is too large', { expected: 'a finite number', received: token.value })
    return this.placed({ kind: 'literal', value, type: 'number' }, token.at)
  }

  private column(token: Token): Expression {
    if (!Object.hasOwn(rowColumns, token.value) || reserved.has(token.value)) {
      const known = Object.keys(rowColumns)
      const near = didYouMean(token.value, known)
      const hint = near === null ? `columns: ${known.join(', ')}` : `did you mean "${near}"?`
      throw this.fault(token.at, `there is no column "${token.value}"`, { hint })
    }
    return this.placed({ kind: 'column', name: token.value, type: rowColumns[token.value]! }, token.at)
  }

  private call(token: Token): Expression {
    const name = token.value
    if ((aggregateNames as readonly string[]).includes(name)) return this.aggregate(name as AggregateName, token.at)
    if (!Object.hasOwn(scalarFunctions, name)) {
      const known = [...aggregateNames, ...Object.keys(scalarFunctions)]
      const near = didYouMean(name, known)
      const hint = near === null ? `functions: ${known.join(', ')}` : `did you mean "${near}"?`
      throw this.fault(token.at, `there is no function "${name}"`, { hint })
    }
    const { inputs, takes, gives }: ScalarFunction = scalarFunctions[name as ScalarName]
    const of = this.list()
    const [least, most] = inputs
    if (of.length < least || of.length > most)
      throw this.fault(token.at, `${name} takes ${least === most ? least : `${least} to ${most}`} inputs`, {
        received: `${of.length}`,
      })
    for (const one of of)
      if (takes === null) this.expectAlike(of.find(({ type }) => type !== null) ?? one, one)
      else this.expectType(one, takes, `${name} takes a ${takes}`)
    if (name === 'round' && of.length === 2) this.expectDigits(of[1]!)
    const type = gives ?? of.find((one) => one.type !== null)?.type ?? null
    return this.placed({ kind: 'call', name: name as ScalarName, of, type }, token.at)
  }

  private aggregate(name: AggregateName, at: number): Expression {
    this.takeSign('(')
    const isStar = name === 'count' && this.takeSign('*') !== null
    const isDistinct = !isStar && this.takeWord('distinct')
    const { at: distinctAt } = this.tokens[this.at - 1]!
    if (isDistinct && name !== 'count') throw this.fault(distinctAt, 'distinct is for count only')
    const of = isStar ? null : this.either()
    if (this.takeSign(')') === null) throw this.unexpected('")"')
    if (name !== 'count') this.expectType(of!, 'number', `${name} takes a number`)
    let filter: Expression | null = null
    if (this.takeWord('filter')) {
      if (this.takeSign('(') === null || !this.takeWord('where')) throw this.unexpected('"(where"')
      filter = this.either()
      this.expectType(filter, 'truth', 'the filter must be a condition')
      if (this.takeSign(')') === null) throw this.unexpected('")"')
    }
    if (this.isWord('over')) throw this.fault(this.peek().at, 'window functions are not allowed')
    return this.placed({ kind: 'aggregate', name, of, isDistinct, filter, type: 'number' }, at)
  }

  private cases(at: number): Expression {
    const whens: { when: Expression; value: Expression }[] = []
    while (this.takeWord('when')) {
      const when = this.either()
      this.expectType(when, 'truth', 'when takes a condition')
      if (!this.takeWord('then')) throw this.unexpected('"then"')
      whens.push({ when, value: this.either() })
    }
    if (whens.length === 0) throw this.unexpected('"when"')
    const otherwise = this.takeWord('else') ? this.either() : null
    if (!this.takeWord('end')) throw this.unexpected('"end"')
    const results = [...whens.map(({ value }) => value), ...(otherwise === null ? [] : [otherwise])]
    const typed = results.find(({ type }) => type !== null) ?? results[0]!
    for (const one of results) this.expectAlike(typed, one)
    return this.placed({ kind: 'case', whens, otherwise, type: typed.type }, at)
  }

  private list(): Expression[] {
    if (this.takeSign('(') === null) throw this.unexpected('"("')
    const list = [this.either()]
    while (this.takeSign(',') !== null) list.push(this.either())
    if (this.takeSign(')') === null) throw this.unexpected('"," or ")"')
    return list
  }
}
