const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The largest float32 below `value` (a float32): NaN below -Infinity and for NaN; below both zeros the smallest negative. */
export function float32Below(value: number): number {
  if (Number.isNaN(value) || value === -Infinity) return Number.NaN
  float[0] = value === 0 ? 0 : value
  if (value === 0) bits[0] = -0x7fffffff
  else bits[0]! += value > 0 ? -1 : 1
  return float[0]!
}

/** The largest float32 <= `value`: for float32 v, v <= value and v <= float32AtMost(value) are the same. */
export function float32AtMost(value: number): number {
  const rounded = Math.fround(value)
  return rounded > value ? float32Below(rounded) : rounded
}

/** The smallest float32 above `value`, a float32 below Infinity. */
export function float32Above(value: number): number {
  return -float32Below(-value)
}
