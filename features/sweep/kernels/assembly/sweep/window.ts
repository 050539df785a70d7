/*
 * Rows of a window, four words: addresses of each row's first event, of the event after its last, of its cutoff's day number; how many
 * rows.
 */

export function loOf(window: usize): usize {
  return <usize>load<u32>(window)
}

export function hiOf(window: usize): usize {
  return <usize>load<u32>(window, 4)
}

export function cutoffOf(window: usize): usize {
  return <usize>load<u32>(window, 8)
}

export function rowsOf(window: usize): i32 {
  return load<i32>(window, 12)
}

/** How many hits (or days) lie before a row's edge, whose event stands at `edge`. */
export function countAt(counts: usize, edge: usize): i32 {
  return load<i32>(counts + ((<usize>load<i32>(edge)) << 2))
}
