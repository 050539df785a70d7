/** Arithmetic over columns and numbers: what a config may write for `amount` and `quantity`. */
export type NumberExpression =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'negate'; readonly of: NumberExpression }
  | {
      readonly kind: 'operation'
      readonly operator: '+' | '-' | '*' | '/'
      readonly left: NumberExpression
      readonly right: NumberExpression
    }

const tokenPattern = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")+)"|([-+*/()]))/y
const maximumDepth = 50

/**
 * `value_cents / 100` -> its tree; undefined when the text is anything but + - * / and brackets over columns and
 * numbers. A column is a bare word or any text in double quotes. Nothing of the text ever reaches SQL unparsed.
 */
export function parseNumberExpression(text: string): NumberExpression | undefined {
  const tokens = tokenize(text)
  if (tokens === undefined) return undefined
  const reader = new Reader(tokens)
  const expression = reader.sum(0)
  return reader.isAtEnd() ? expression : undefined
}

export const isNumberExpression = (text: string): boolean => parseNumberExpression(text) !== undefined

/** Columns in order of appearance, each once. */
export function columnsOf(expression: NumberExpression): string[] {
  switch (expression.kind) {
    case 'column':
      return [expression.name]
    case 'number':
      return []
    case 'negate':
      return columnsOf(expression.of)
    case 'operation':
      return [...new Set([...columnsOf(expression.left), ...columnsOf(expression.right)])]
  }
}

type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'symbol'; readonly symbol: string }

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = []
  const source = text.trimEnd()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < source.length) {
    const match = tokenPattern.exec(source)
    if (match === null) return undefined
    const [, number, word, quoted, symbol] = match
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', symbol })
    else tokens.push({ kind: 'column', name: word ?? quoted!.replaceAll('""', '"') })
  }
  return tokens
}

/** Recursive descent; every method returns undefined at the first token that does not fit. */
class Reader {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  isAtEnd(): boolean {
    return this.at === this.tokens.length
  }

  sum(depth: number): NumberExpression | undefined {
    return this.chain(['+', '-'], () => this.product(depth))
  }

  private product(depth: number): NumberExpression | undefined {
    return this.chain(['*', '/'], () => this.factor(depth))
  }

  private factor(depth: number): NumberExpression | undefined {
    if (depth > maximumDepth) return undefined
    const token = this.tokens[this.at++]
    if (token === undefined) return undefined
    if (token.kind !== 'symbol') return token
    if (token.symbol === '-') {
      const of = this.factor(depth + 1)
      return of && { kind: 'negate', of }
    }
    if (token.symbol !== '(') return undefined
    const inner = this.sum(depth + 1)
    return this.take([')']) === undefined ? undefined : inner
  }

  private chain(operators: readonly string[], next: () => NumberExpression | undefined): NumberExpression | undefined {
    let left = next()
    while (left !== undefined) {
      const operator = this.take(operators)
      if (operator === undefined) return left
      const right = next()
      left = right && { kind: 'operation', operator: operator as '+' | '-' | '*' | '/', left, right }
    }
    return undefined
  }

  private take(symbols: readonly string[]): string | undefined {
    const token = this.tokens[this.at]
    if (token?.kind !== 'symbol' || !symbols.includes(token.symbol)) return undefined
    this.at++
    return token.symbol
  }
}
