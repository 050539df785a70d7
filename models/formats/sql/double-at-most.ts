import { float32Above } from '../float32-neighbours.ts'

const bits = new BigInt64Array(1)
const double = new Float64Array(bits.buffer)
const single = new Float32Array(1)
const singleBits = new Int32Array(single.buffer)

/**
 * The largest double that rounds to a float32 <= `bound` (a float32): v <= it where fround(v) <= bound, so that a query need
 * not round its columns. Halfway between two float32, doubles go to the even one.
 */
export function doubleAtMost(bound: number): number {
  if (!Number.isFinite(bound)) return bound
  const above = float32Above(bound)
  const middle = above === Infinity ? bound + (bound - previousFloat32(bound)) / 2 : (bound + above) / 2
  single[0] = bound
  return (singleBits[0]! & 1) === 0 ? middle : doubleBelow(middle)
}

const previousFloat32 = (value: number): number => -float32Above(-value)

/** The next double towards -Infinity of a finite one. */
function doubleBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  double[0] = value
  bits[0] = bits[0]! + (value > 0 ? -1n : 1n)
  return double[0]!
}
