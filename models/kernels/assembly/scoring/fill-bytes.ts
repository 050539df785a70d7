/**
 * Rows begin … begin + rows - 1 as bytes, column after column, `stride` bytes apart. A column is four 32-bit words: kind,
 * steps, address of row 0 of its values, address of its table. Kind 0: float32 values, 2^steps - 1 ascending bounds filled
 * up with +Infinity (steps <= 8); the byte is how many bounds lie below the value, 255 for NaN. Kind 1: 16-bit codes; the table
 * holds the byte of every code.
 */
export function fillBytes(columns: usize, count: i32, begin: usize, rows: usize, bytes: usize, stride: usize): void {
  for (let c = 0; c < count; c++) {
    const values = <usize>load<u32>(columns, 8)
    const table = <usize>load<u32>(columns, 12)
    if (load<u32>(columns) == 0) binFloats(values + (begin << 2), table, load<u32>(columns, 4), rows, bytes)
    else
      for (let row: usize = 0; row < rows; row++)
        store<u8>(bytes + row, load<u8>(table + <usize>load<u16>(values + ((begin + row) << 1))))
    columns += 16
    bytes += stride
  }
}

/** Without branches: a mistaken guess costs more than eight steps. */
function binFloats(values: usize, bounds: usize, steps: u32, rows: usize, bytes: usize): void {
  const first: u32 = (1 << steps) >> 1
  for (let row: usize = 0; row < rows; row++) {
    const value = load<f32>(values + (row << 2))
    let bin: u32 = 0
    for (let half = first; half > 0; half >>= 1)
      bin += select<u32>(half, 0, load<f32>(bounds + ((<usize>(bin + half - 1)) << 2)) < value)
    store<u8>(bytes + row, select<u32>(bin, 255, value == value))
  }
}
