import { sortFloat32 } from './sort-float32.ts'

/**
 * Upper bounds of at most `maxBins` bins, ascending; sorts `values` in place (no NaN). With few distinct values each gets
 * its own bin. Else frequent values (at least 1/maxBins of all) stand alone and the others share the bins that are left
 * by about equal count, as LightGBM does it (Ke et al. 2017, "GreedyFindBin" of the code).
 * Empty or constant `values` give no bounds: one bin.
 */
export function numericBounds(values: Float32Array, maxBins: number): Float32Array {
  sortFloat32(values)
  const ends = distinctEnds(values)
  const closed = ends.length <= maxBins ? ends : greedyEnds(ends, maxBins)
  const bounds = closed.filter((end) => end < values.length).map((end) => between(values[end - 1]!, values[end]!))
  return Float32Array.from(bounds)
}

/** End (exclusive) of each run of equal values in sorted `values`. */
function distinctEnds(values: Float32Array): number[] {
  const ends: number[] = []
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) ends.push(i)
  if (values.length > 0) ends.push(values.length)
  return ends
}

/** The ends of runs at which a bin closes, the last one not counted; fewer than `maxBins` of them. */
function greedyEnds(ends: readonly number[], maxBins: number): number[] {
  const rowCount = ends.at(-1)!
  const counts = ends.map((end, run) => end - (ends[run - 1] ?? 0))
  const isFrequent = counts.map((count) => count * maxBins >= rowCount)
  let rowsLeft = counts.reduce((sum, count, run) => (isFrequent[run] ? sum : sum + count), 0)
  let binsLeft = maxBins - isFrequent.filter(Boolean).length
  let share = rowsLeft / binsLeft
  let inBin = 0
  const closed: number[] = []
  for (let run = 0; run + 1 < ends.length && closed.length < maxBins - 1; run++) {
    inBin += counts[run]!
    const isFull = isFrequent[run] || inBin >= share || (isFrequent[run + 1] && inBin >= share / 2)
    if (!isFull) continue
    closed.push(ends[run]!)
    if (!isFrequent[run]) {
      rowsLeft -= inBin
      binsLeft--
      share = rowsLeft / Math.max(binsLeft, 1)
    }
    inBin = 0
  }
  return closed
}

/** A float32 b with low <= b < high: the middle where float32 has one; infinities are values like others. */
function between(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2)
  return middle >= low && middle < high ? middle : low
}
