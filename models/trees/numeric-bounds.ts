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
  const inner = closed.filter((end) => end < values.length)
  return Float32Array.from(inner, (end) => between(values[end - 1]!, values[end]!))
}

/** End (exclusive) of each run of equal values in sorted `values`. */
function distinctEnds(values: Float32Array): Uint32Array {
  const ends = new Uint32Array(values.length)
  let count = 0
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) ends[count++] = i
  if (values.length > 0) ends[count++] = values.length
  return ends.subarray(0, count)
}

/** The ends of runs at which a bin closes, the last one not counted; fewer than `maxBins` of them. */
function greedyEnds(ends: Uint32Array, maxBins: number): Uint32Array {
  const rowCount = ends.at(-1)!
  const countOf = (run: number): number => ends[run]! - (run === 0 ? 0 : ends[run - 1]!)
  const isFrequent = (run: number): boolean => countOf(run) * maxBins >= rowCount
  let rowsLeft = rowCount
  let binsLeft = maxBins
  for (let run = 0; run < ends.length; run++) {
    if (!isFrequent(run)) continue
    rowsLeft -= countOf(run)
    binsLeft--
  }
  let share = rowsLeft / Math.max(binsLeft, 1)
  let inBin = 0
  const closed: number[] = []
  for (let run = 0; run + 1 < ends.length && closed.length < maxBins - 1; run++) {
    inBin += countOf(run)
    const isAlone = isFrequent(run)
    const isFull = isAlone || inBin >= share || (inBin >= share / 2 && isFrequent(run + 1))
    if (!isFull) continue
    closed.push(ends[run]!)
    if (!isAlone) {
      rowsLeft -= inBin
      binsLeft--
      share = rowsLeft / Math.max(binsLeft, 1)
    }
    inBin = 0
  }
  return Uint32Array.from(closed)
}

/** A float32 b with low <= b < high: the middle where float32 has one; infinities are values like others. */
function between(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2)
  return middle >= low && middle < high ? middle : low
}
