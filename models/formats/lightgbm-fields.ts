import { foreignFault } from './foreign-fault.ts'

/** The `key=value` lines of one block of a LightGBM file, read with the checks that its numbers need. */
export class LightgbmFields {
  private readonly values: ReadonlyMap<string, string>
  private readonly where: string

  constructor(text: string, where: string) {
    const pairs = text.split('\n').map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? ([line.trim(), ''] as const) : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const)
    })
    this.values = new Map(pairs)
    this.where = where
  }

  has(key: string): boolean {
    return this.values.has(key)
  }

  /** Undefined where the block lacks the key. */
  optional(key: string): string | undefined {
    return this.values.get(key)
  }

  text(key: string): string {
    const value = this.values.get(key)
    if (value === undefined) throw foreignFault(this.where, `${key} is missing`, { expected: `${key}=…` })
    return value
  }

  /** A whole number >= 0. */
  count(key: string): number {
    const value = this.text(key)
    const count = Number(value)
    if (value !== '' && Number.isSafeInteger(count) && count >= 0) return count
    throw foreignFault(this.where, `${key} cannot be read`, { expected: 'a whole number >= 0', received: value })
  }

  /** `length` numbers; `inf` and `-inf` are infinities. */
  numbers(key: string, length: number): Float64Array {
    const words = this.text(key).split(/\s+/).filter(Boolean)
    if (words.length !== length)
      throw foreignFault(this.where, `${key} has the wrong length`, {
        expected: `${length} numbers`,
        received: words.length,
      })
    return Float64Array.from(words, (word) => this.number(key, word))
  }

  /** `length` whole numbers. */
  integers(key: string, length: number): Float64Array {
    const numbers = this.numbers(key, length)
    const odd = numbers.find((value) => !Number.isSafeInteger(value))
    if (odd !== undefined)
      throw foreignFault(this.where, `${key} cannot be read`, { expected: 'whole numbers', received: odd })
    return numbers
  }

  private number(key: string, word: string): number {
    if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity
    const value = Number(word)
    if (!Number.isNaN(value)) return value
    throw foreignFault(this.where, `${key} cannot be read`, { expected: 'numbers', received: word })
  }
}
