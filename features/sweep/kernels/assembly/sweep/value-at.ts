/** A number of a record as a double: one word, or two (`isWide`), the low one first. */
export function valueAt(word: usize, isWide: i32): f64 {
  return isWide ? <f64>load<i32>(word, 4) * 4294967296.0 + <f64>load<u32>(word) : <f64>load<i32>(word)
}
