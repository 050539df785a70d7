/** The events whose code the table marks: their indexes, and how many are among the first i events. */
export function lookUp(table: usize, codes: usize, counts: usize, indexes: usize, count: i32): void {
  let hits: i32 = 0
  store<i32>(counts, 0)
  for (let i: i32 = 0; i < count; i++) {
    store<i32>(indexes + ((<usize>hits) << 2), i)
    hits += <i32>load<u8>(table + <usize>load<i32>(codes + ((<usize>i) << 2)))
    store<i32>(counts + ((<usize>i) << 2), hits, 4)
  }
}
