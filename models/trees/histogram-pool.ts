import type { Histogram } from './histogram.ts'

/** Histograms that are used again and again. Over its limit it still lends, but says so: `isOverfull`. */
export class HistogramPool {
  private readonly free: Histogram[] = []
  private readonly length: number
  private readonly limit: number
  private lent = 0

  /** `length` numbers per histogram; at most about `bytes` in all, but no fewer than four. */
  constructor(length: number, bytes: number) {
    this.length = length
    this.limit = Math.max(4, Math.floor(bytes / Math.max(4 * length, 1)))
  }

  get isOverfull(): boolean {
    return this.lent > this.limit
  }

  /** A histogram of zeros. */
  take(): Histogram {
    this.lent++
    return this.free.pop()?.fill(0) ?? new Int32Array(this.length)
  }

  give(histogram: Histogram): void {
    this.lent--
    this.free.push(histogram)
  }
}
