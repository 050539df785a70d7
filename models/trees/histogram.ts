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
