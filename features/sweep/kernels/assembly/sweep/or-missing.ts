/** The value, or NaN: without a branch, which whoever predicts branches cannot learn. */
export function orMissing(value: f64, isThere: bool): f64 {
  const mask = <u64>0 - <u64>isThere
  return reinterpret<f64>((reinterpret<u64>(value) & mask) | (reinterpret<u64>(NaN) & ~mask))
}
