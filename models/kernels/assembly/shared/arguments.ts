/** Argument `k` of a kernel: a double. */
export function numberAt(args: usize, k: i32): f64 {
  return load<f64>(args + ((<usize>k) << 3))
}

/** Argument `k` as a count. */
export function countAt(args: usize, k: i32): i32 {
  return <i32>load<f64>(args + ((<usize>k) << 3))
}

/** Argument `k` as an address: up to 4 GiB. */
export function addressAt(args: usize, k: i32): usize {
  return <usize>(<u32>load<f64>(args + ((<usize>k) << 3)))
}
