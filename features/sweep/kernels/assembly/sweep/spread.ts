import { orMissing } from './or-missing'

/*
 * Means and spreads of n steps from their sum S1 and the sum S2 of their squares: integers, so exact up to the division, as the SQL's.
 */

const secondsPerDay: f64 = 86400

/** Days, of n steps that add up to so many seconds; missing of none. */
export function meanOfSeconds(n: i32, sum: i32): f64 {
  return orMissing(<f64>sum / (<f64>n * secondsPerDay), n > 0)
}

/** sqrt((n S2 - S1^2) / (n (n - 1))) of days; missing of fewer than two steps. */
export function spreadOfDays(n: i32, square: i64, sum: i64): f64 {
  return n > 1 ? sqrt(<f64>(<i64>n * square - sum * sum) / (<f64>n * <f64>(n - 1))) : NaN
}

/** The same of seconds, in days. */
export function spreadOfSeconds(n: i32, square: u64, sum: u64): f64 {
  return n > 1 ? sqrt(spread(<u64>n, square, sum) / (<f64>n * <f64>(n - 1))) / secondsPerDay : NaN
}

/** n S2 - S1^2, which is not negative (Cauchy), rounded once; n < 2^31, S1 < 2^32. */
function spread(n: u64, square: u64, sum: u64): f64 {
  const low = (square & 0xffffffff) * n
  const middle = (square >> 32) * n + (low >> 32)
  const product = (middle << 32) | (low & 0xffffffff)
  const taken = sum * sum
  const high = (middle >> 32) - u64(product < taken)
  const rest = product - taken
  if (high == 0) return <f64>rest
  // The 64 highest bits; those that are cut off leave a 1 behind, so that the rounding knows of them.
  const shift = 64 - clz(high)
  const top = (high << (64 - shift)) | (rest >> shift)
  const isCut = u64(rest << (64 - shift) != 0)
  return <f64>(top | isCut) * <f64>((<u64>1) << shift)
}
