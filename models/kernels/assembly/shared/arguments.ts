/*
 * Every argument lies there three times: as a double, as an integer modulo 2^32, as a float32. The engine moves
 * conversions and vector constants into the loops that use them, loads it leaves where they are: so nothing is converted here.
 */

/** Argument `k` of a kernel: a double. */
export function numberAt(args: usize, k: i32): f64 {
  return load<f64>(args + ((<usize>k) << 3))
}

/** Argument `k` as a count. */
export function countAt(args: usize, k: i32): i32 {
  return load<i32>(args + ((<usize>k) << 2), 512)
}

/** Argument `k` as an address: up to 4 GiB. */
export function addressAt(args: usize, k: i32): usize {
  return load<usize>(args + ((<usize>k) << 2), 512)
}

/** Argument `k` rounded to float32. */
export function floatAt(args: usize, k: i32): f32 {
  return load<f32>(args + ((<usize>k) << 2), 768)
}

/** Argument `k` as float32 in all four lanes. */
export function floatsAt(args: usize, k: i32): v128 {
  return v128.load_splat<f32>(args + ((<usize>k) << 2), 768)
}

/** Where the arguments of the call at hand lie: `argumentsAddress` of kernel-control.ts. */
export const argumentsAddress: usize = 8192
export const argumentBytes: usize = 1024

/** Sets argument `k` of the next call as a whole number or an address. */
export function setCount(k: i32, value: i32): void {
  store<i32>(argumentsAddress + ((<usize>k) << 2), value, 512)
}

/** Sets argument `k` of the next call as a double. */
export function setNumber(k: i32, value: f64): void {
  store<f64>(argumentsAddress + ((<usize>k) << 3), value)
}
