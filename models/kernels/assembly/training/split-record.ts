/** A split by its chunk, 128 bytes: both, feature (-1 = none), cut, flags, g, h, l2 as doubles; at 64 the set, 256 bits. */
export const missingLeft: f64 = 1
export const bySet: f64 = 2

/** `floor` is what both children's objectives must exceed together. */
export function beginRecord(record: usize, floor: f64): void {
  store<f64>(record, floor)
  store<f64>(record, -1, 8)
}

export function writeRecord(
  record: usize,
  both: f64,
  feature: i32,
  cut: i32,
  flags: f64,
  g: f64,
  h: f64,
  l2: f64,
): void {
  store<f64>(record, both)
  store<f64>(record, <f64>feature, 8)
  store<f64>(record, <f64>cut, 16)
  store<f64>(record, flags, 24)
  store<f64>(record, g, 32)
  store<f64>(record, h, 40)
  store<f64>(record, l2, 48)
}

/** Sum of g in a packed pair. */
export function gOf(pair: i64): f64 {
  return <f64>(<i32>(pair >> 32))
}

/** Sum of h in a packed pair. */
export function hOf(pair: i64): f64 {
  return <f64>(<i32>pair)
}

/** |g| - l1, at least 0. */
export function pullOf(g: f64, l1: f64): f64 {
  return l1 == 0 ? g : max(abs(g) - l1, 0)
}

/** The best value of a leaf within its limits. */
export function valueWithin(g: f64, h: f64, l1: f64, l2: f64, low: f64, high: f64): f64 {
  const pull = l1 == 0 ? abs(g) : max(abs(g) - l1, 0)
  const value = g > 0 ? -pull / (h + l2) : pull / (h + l2)
  return min(max(value, low), high)
}

/** Twice the fall of the objective when a leaf has this value. */
export function worthOf(value: f64, g: f64, h: f64, l1: f64, l2: f64): f64 {
  return -(2 * (g * value + l1 * abs(value)) + (h + l2) * value * value)
}
