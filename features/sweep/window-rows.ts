import type { KernelSpace } from './kernels/kernel-space.ts'

/** Some rows, and the events lo .. hi - 1 that a window holds in each; all of them events of the row's user. */
export class WindowRows {
  readonly cutoff: Int32Array
  readonly lo: Int32Array
  readonly hi: Int32Array
  /** For kernels: addresses of lo, hi and cutoff, and how many rows there are. */
  private readonly words: Int32Array

  constructor({ cutoff, lo, hi }: { cutoff: Int32Array; lo: Int32Array; hi: Int32Array }, space: KernelSpace) {
    this.cutoff = cutoff
    this.lo = lo
    this.hi = hi
    this.words = space.int32(4)
    this.words.set([lo.byteOffset, hi.byteOffset, cutoff.byteOffset, 0])
  }

  get address(): number {
    return this.words.byteOffset
  }

  set count(rows: number) {
    this.words[3] = rows
  }
}

/** Writes the value of a measure for row r to `values[offset + r]`. NaN = missing. */
export type Evaluate = (rows: WindowRows, values: Float64Array, offset: number) => void

/** Address of the values of a measure. */
export const valuesAt = (values: Float64Array, offset: number): number => values.byteOffset + 8 * offset
