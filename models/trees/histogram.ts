import type { BinnedMatrix } from './binned-matrix.ts'
import type { Gradients } from './gradients.ts'

/** Numbers per feature in a histogram: 256 bins of (g, h). */
export const featureStride = 512

/** Sums of g and h by feature and bin: `[f * 512 + 2 b]` is g, `[f * 512 + 2 b + 1]` is h. Features fill up words of four. */
export type Histogram = Int32Array

export const histogramLength = (matrix: BinnedMatrix): number => matrix.wordsPerRow * 4 * featureStride

/**
 * Adds `rows` to `histogram`, all features of a row at once: neighbouring additions go to different features,
 * so that none waits for the one before it. One 32-bit word holds four features.
 */
export function addRows(histogram: Histogram, matrix: BinnedMatrix, { pairs }: Gradients, rows: Uint32Array): void {
  const { words, wordsPerRow } = matrix
  const length = wordsPerRow * 4 * featureStride
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const g = pairs[2 * row]!
    const h = pairs[2 * row + 1]!
    let at = row * wordsPerRow
    for (let base = 0; base < length; base += 4 * featureStride, at++) {
      const word = words[at]!
      let entry = base + ((word & 255) << 1)
      histogram[entry]! += g
      histogram[entry + 1]! += h
      entry = base + featureStride + ((word >>> 7) & 510)
      histogram[entry]! += g
      histogram[entry + 1]! += h
      entry = base + 2 * featureStride + ((word >>> 15) & 510)
      histogram[entry]! += g
      histogram[entry + 1]! += h
      entry = base + 3 * featureStride + ((word >>> 23) & 510)
      histogram[entry]! += g
      histogram[entry + 1]! += h
    }
  }
}

/** `whole -= part`: what is left is the histogram of the other child, exactly. */
export function subtract(whole: Histogram, part: Histogram): void {
  for (let i = 0; i < whole.length; i++) whole[i]! -= part[i]!
}

/** Which rows and features `addSelected` sums. */
export interface Selection {
  readonly pairs: Int32Array
  readonly rows: Uint32Array
  readonly features: ArrayLike<number>
}

/**
 * Adds `rows` of a few features: the k-th of `features` to the 512 numbers at `k * 512`. Three features at a time, read
 * from the row's own cache line.
 */
export function addSelected(histogram: Histogram, matrix: BinnedMatrix, { pairs, rows, features }: Selection): void {
  const { bytes } = matrix
  const stride = 4 * matrix.wordsPerRow
  let k = 0
  for (; k + 3 <= features.length; k += 3) {
    const first = features[k]!
    const second = features[k + 1]!
    const third = features[k + 2]!
    const slot = histogram.subarray(k * featureStride, (k + 3) * featureStride)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const g = pairs[2 * row]!
      const h = pairs[2 * row + 1]!
      const at = row * stride
      let entry = bytes[at + first]! << 1
      slot[entry]! += g
      slot[entry + 1]! += h
      entry = featureStride + (bytes[at + second]! << 1)
      slot[entry]! += g
      slot[entry + 1]! += h
      entry = 2 * featureStride + (bytes[at + third]! << 1)
      slot[entry]! += g
      slot[entry + 1]! += h
    }
  }
  for (; k < features.length; k++) {
    const feature = features[k]!
    const slot = k * featureStride
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const entry = slot + (bytes[row * stride + feature]! << 1)
      histogram[entry]! += pairs[2 * row]!
      histogram[entry + 1]! += pairs[2 * row + 1]!
    }
  }
}
