import { EbbError } from '../../core/errors.ts'
import { rowSqlTokens, type Token } from './tokens.ts'

const maxDepth = 100
const maxLength = 10_000

/** The words of an expression, one after the other, and faults with their position. */
export class TokenReader {
  protected at = 0
  protected readonly tokens: readonly Token[]
  private readonly where: string
  private depth = 0

  constructor(text: string, where: string) {
    this.where = where
    if (text.length > maxLength)
      throw this.fault(maxLength, 'the expression is too long', { expected: `at most ${maxLength} characters` })
    const tokens = rowSqlTokens(text)
    if ('badAt' in tokens)
      throw this.fault(
        tokens.badAt,
        `cannot be read here: ${JSON.stringify(text.slice(tokens.badAt, tokens.badAt + 12))}`,
      )
    this.tokens = tokens
  }

  /** One level deeper; refuses what is nested too deeply. */
  protected deeper<T>(work: () => T): T {
    if (++this.depth > maxDepth)
      throw this.fault(this.peek().at, 'nested too deeply', { expected: `at most ${maxDepth} levels` })
    try {
      return work()
    } finally {
      this.depth--
    }
  }

  protected peek(): Token {
    return this.tokens[this.at]!
  }

  protected isWord(word: string): boolean {
    const token = this.peek()
    return token.kind === 'name' && token.value === word
  }

  protected takeWord(word: string): boolean {
    const isIt = this.isWord(word)
    if (isIt) this.at++
    return isIt
  }

  /** The next sign if it is one of these, else null. */
  protected takeSign(...signs: readonly string[]): string | null {
    const token = this.peek()
    if (token.kind !== 'sign' || !signs.includes(token.value)) return null
    this.at++
    return token.value
  }

  protected unexpected(expected: string): EbbError {
    const token = this.peek()
    return this.fault(token.at, 'cannot be read', {
      expected,
      received: token.kind === 'end' ? 'the end' : `"${token.value}"`,
    })
  }

  protected fault(
    at: number,
    what: string,
    more: { readonly expected?: string; readonly received?: string; readonly hint?: string } = {},
  ): EbbError {
    const where = `${this.where}, position ${at + 1}`
    return new EbbError({ code: 'ROW_SQL_INVALID', kind: 'config', where, what, ...more, column: at + 1 })
  }
}
