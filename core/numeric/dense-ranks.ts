/** Values may be told apart by row number below this many rows. */
const rowBits = 2 ** 21

/**
 * Ranks of the distinct values: 1 for the smallest, `count` for the largest, 0 for NaN; -0 equals 0. One native sort of
 * (value, row) packed into doubles, so at most 2,097,151 rows; more throw a RangeError.
 */
export function denseRanks(values: Float32Array): { readonly ranks: Uint32Array; readonly count: number } {
  if (values.length >= rowBits) throw new RangeError(`denseRanks: at most ${rowBits - 1} values, got ${values.length}`)
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  const packed = new Float64Array(values.length)
  let present = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue
    float[0] = values[i]! + 0
    const word = bits[0]!
    const key = word >= 0x80000000 ? 0xffffffff - word : word + 0x80000000
    packed[present++] = key * rowBits + i
  }
  const sorted = packed.subarray(0, present).sort()
  const ranks = new Uint32Array(values.length)
  let count = 0
  let previous = -1
  for (let at = 0; at < present; at++) {
    const key = Math.floor(sorted[at]! / rowBits)
    if (key !== previous) count++
    previous = key
    ranks[sorted[at]! - key * rowBits] = count
  }
  return { ranks, count }
}
