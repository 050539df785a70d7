/** Numbers one after the other as a kernel reads them: 32-bit words and doubles, offsets in bytes. */
export class ImageWriter {
  private bytes = new ArrayBuffer(1 << 16)
  private words = new Uint32Array(this.bytes)
  private length = 0

  /** Where the next word goes. */
  get offset(): number {
    return 4 * this.length
  }

  word(value: number): void {
    this.reserve(1)
    this.words[this.length++] = value
  }

  push(...values: readonly number[]): void {
    for (const value of values) this.word(value)
  }

  /** Doubles lie at multiples of 8; returns where. */
  doubles(values: Float64Array): number {
    if (this.length % 2 === 1) this.word(0)
    this.reserve(2 * values.length)
    new Float64Array(this.bytes, this.offset, values.length).set(values)
    this.length += 2 * values.length
    return this.offset - 8 * values.length
  }

  /** Overwrites the word at `offset`. */
  patch(offset: number, value: number): void {
    this.words[offset / 4] = value
  }

  finish(): Uint32Array {
    return this.words.slice(0, this.length)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.words.length) return
    const before = this.words
    this.bytes = new ArrayBuffer(4 * Math.max(2 * before.length, this.length + count))
    this.words = new Uint32Array(this.bytes)
    this.words.set(before)
  }
}
