import { conditionTokens, type Token } from './condition-tokens.ts'
import { didYouMean } from './did-you-mean.ts'
import { EbbError } from './errors.ts'

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A condition over the columns of a row, as data. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'compare'; readonly name: string; readonly by: Comparison; readonly value: string | number }
  | { readonly op: 'in'; readonly name: string; readonly values: readonly (string | number)[] }
  | { readonly op: 'null'; readonly name: string }

/** What a column may be compared with; `any` = both. */
export type ConditionType = 'text' | 'number' | 'any'

export interface ConditionScope {
  /** Names that may appear, with their types. */
  readonly known: Readonly<Record<string, ConditionType>>
  /** For errors, e.g. `features.add.big_baskets_90d.where`. */
  readonly where: string
}

const keywords = new Set(['and', 'or', 'not', 'in', 'is', 'null', 'between', 'true', 'false'])
const maxDepth = 100

/**
 * Parses e.g. `event_type = 'purchase' and (amount > 200 or category in ('a', 'b')) and not (channel is null)`.
 * Comparisons = == != <> < <= > >= of a column with a number or a 'single-quoted text' ('' inside for a quote), in either
 * order; `in`, `not in`, `between`, `is null`, `is not null`; `and` binds tighter than `or`; keywords in any case; a
 * column whose name is a keyword or has other letters in "double quotes". Throws EbbError `config` with the position.
 */
export function parseCondition(text: string, scope: ConditionScope): Condition {
  return new Parser(text, scope).whole()
}

class Parser {
  private readonly tokens: readonly Token[]
  private readonly text: string
  private readonly scope: ConditionScope
  private at = 0
  private depth = 0

  constructor(text: string, scope: ConditionScope) {
    this.tokens = conditionTokens(text)
    this.text = text
    this.scope = scope
  }

  whole(): Condition {
    const condition = this.either()
    if (this.peek().kind !== 'end') throw this.unexpected('"and", "or" or the end')
    return condition
  }

  private either(): Condition {
    const parts = [this.both()]
    while (this.takeWord('or')) parts.push(this.both())
    return parts.length === 1 ? parts[0]! : { op: 'or', of: parts }
  }

  private both(): Condition {
    const parts = [this.single()]
    while (this.takeWord('and')) parts.push(this.single())
    return parts.length === 1 ? parts[0]! : { op: 'and', of: parts }
  }

  private single(): Condition {
    if (++this.depth > maxDepth)
      throw this.fault(this.peek(), 'nested too deeply', { expected: `at most ${maxDepth} levels` })
    try {
      if (this.takeWord('not')) return { op: 'not', of: this.single() }
      if (this.peek().kind !== 'open') return this.predicate()
      this.at++
      const inner = this.either()
      if (this.peek().kind !== 'close') throw this.unexpected('")"')
      this.at++
      return inner
    } finally {
      this.depth--
    }
  }

  private predicate(): Condition {
    const first = this.peek()
    if (first.kind === 'number' || first.kind === 'text') return this.reversed()
    const name = this.column()
    if (this.takeWord('is')) {
      const isNot = this.takeWord('not')
      if (!this.takeWord('null')) throw this.unexpected('"null"')
      return isNot ? { op: 'not', of: { op: 'null', name } } : { op: 'null', name }
    }
    const isNot = this.takeWord('not')
    if (this.takeWord('in')) return negated(isNot, { op: 'in', name, values: this.list(name) })
    if (this.takeWord('between')) return negated(isNot, this.range(name))
    if (isNot) throw this.unexpected('"in" or "between"')
    const by = this.comparison()
    return { op: 'compare', name, by, value: this.literal(name) }
  }

  private reversed(): Condition {
    const literal = this.peek()
    this.at++
    const by = mirrored[this.comparison()]
    const name = this.column()
    return { op: 'compare', name, by, value: this.checked(literal, name) }
  }

  private range(name: string): Condition {
    const low = this.literal(name)
    if (!this.takeWord('and')) throw this.unexpected('"and"')
    const high = this.literal(name)
    return {
      op: 'and',
      of: [
        { op: 'compare', name, by: '>=', value: low },
        { op: 'compare', name, by: '<=', value: high },
      ],
    }
  }

  private column(): string {
    const token = this.peek()
    const isQuoted = this.text[token.at] === '"'
    if (token.kind !== 'name' || (!isQuoted && keywords.has(token.value.toLowerCase())))
      throw this.unexpected('a column name')
    if (!Object.hasOwn(this.scope.known, token.value)) throw this.unknownName(token)
    this.at++
    return token.value
  }

  private comparison(): Comparison {
    const token = this.peek()
    if (token.kind !== 'operator') throw this.unexpected('a comparison such as = or >')
    this.at++
    return token.value === '==' ? '=' : token.value === '!=' ? '<>' : (token.value as Comparison)
  }

  private list(name: string): (string | number)[] {
    if (this.peek().kind !== 'open') throw this.unexpected('"("')
    this.at++
    const values = [this.literal(name)]
    while (this.peek().kind === 'comma') {
      this.at++
      values.push(this.literal(name))
    }
    if (this.peek().kind !== 'close') throw this.unexpected('"," or ")"')
    this.at++
    return values
  }

  private literal(name: string): string | number {
    const token = this.peek()
    if (token.kind !== 'number' && token.kind !== 'text') throw this.unexpected("a number or a 'text'")
    this.at++
    return this.checked(token, name)
  }

  private checked(token: Token, name: string): string | number {
    const type = this.scope.known[name]!
    if (type !== 'any' && type !== token.kind)
      throw this.fault(token, `"${name}" is a ${type}`, {
        expected: type === 'text' ? "a 'text'" : 'a number',
        received: shown(token),
      })
    if (token.kind === 'text') return token.value
    const value = Number(token.value)
    if (!Number.isFinite(value))
      throw this.fault(token, 'the number is too large', { expected: 'a finite number', received: token.value })
    return value
  }

  private peek(): Token {
    return this.tokens[this.at]!
  }

  private takeWord(word: string): boolean {
    const token = this.peek()
    const isWord = token.kind === 'name' && token.value.toLowerCase() === word && this.text[token.at] !== '"'
    if (isWord) this.at++
    return isWord
  }

  private unknownName(token: Token): EbbError {
    const known = Object.keys(this.scope.known)
    const near = didYouMean(token.value, known)
    const hint = near === null ? `known: ${known.join(', ')}` : `did you mean "${near}"?`
    return this.fault(token, `unknown name "${token.value}"`, { hint })
  }

  private unexpected(expected: string): EbbError {
    const token = this.peek()
    return this.fault(token, 'cannot be read', { expected, received: token.kind === 'end' ? 'the end' : shown(token) })
  }

  private fault(
    token: Token,
    what: string,
    more: { readonly expected?: string; readonly received?: string; readonly hint?: string },
  ): EbbError {
    return new EbbError({
      code: 'CONDITION_INVALID',
      kind: 'config',
      where: `${this.scope.where}, position ${token.at + 1}`,
      what,
      ...more,
      column: token.at + 1,
    })
  }
}

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const negated = (isNot: boolean, condition: Condition): Condition => (isNot ? { op: 'not', of: condition } : condition)

const shown = (token: Token): string => (token.kind === 'text' ? `'${token.value}'` : `"${token.value}"`)
