/*
 * Rows that wait to be written: values of a batch as the result has them, column by column; then those of many batches by
 * cutoff, so that long runs go to the result. Columns have 16 bytes to spare at their end.
 */

/**
 * Appends the batch's values to the columns. `table`, by column, words of 32 bits: address of the doubles, address of the
 * column, kind (0: float32, 1: double, 2: 16-bit code where the value is code + 1). NaN = missing, which has one pattern of bits in
 * a column; a code's is 65,535.
 */
export function appendValues(table: usize, columns: i32, at: i32, rows: i32): void {
  for (let j: i32 = 0; j < columns; j++, table += 12) {
    const from = <usize>load<u32>(table)
    const into = <usize>load<u32>(table, 4)
    const kind = load<i32>(table, 8)
    if (kind == 0) appendFloats(from, into + ((<usize>at) << 2), rows)
    else if (kind == 1) appendDoubles(from, into + ((<usize>at) << 3), rows)
    else appendCodes(from, into + ((<usize>at) << 1), rows)
  }
}

/** Four at a time: up to three more are read and written. */
function appendFloats(from: usize, into: usize, rows: i32): void {
  const missing = f32x4.splat(NaN)
  const end = from + ((<usize>rows) << 3)
  for (; from < end; from += 32, into += 16) {
    const low = f32x4.demote_f64x2_zero(v128.load(from))
    const high = f32x4.demote_f64x2_zero(v128.load(from, 16))
    const four = v128.shuffle<i64>(low, high, 0, 2)
    v128.store(into, v128.bitselect(four, missing, f32x4.eq(four, four)))
  }
}

function appendDoubles(from: usize, into: usize, rows: i32): void {
  const missing = f64x2.splat(NaN)
  const end = from + ((<usize>rows) << 3)
  for (; from < end; from += 16, into += 16) {
    const two = v128.load(from)
    v128.store(into, v128.bitselect(two, missing, f64x2.eq(two, two)))
  }
}

function appendCodes(from: usize, into: usize, rows: i32): void {
  const end = from + ((<usize>rows) << 3)
  for (; from < end; from += 8, into += 2) {
    const value = load<f64>(from)
    store<u16>(into, value == value ? <u16>(<u32>value - 1) : 65535)
  }
}

/**
 * A column (2 ** power bytes a value), in which each batch's rows are ordered by cutoff, into the order of cutoff, then batch: cutoff
 * k's from value `places[k]` of `into` on. Runs come one behind the other, with any gaps. `edges`: by batch, rows of the column at
 * which each cutoff begins, and the end; cutoffs + 1 of them.
 */
export function orderByCutoff(
  column: usize,
  power: i32,
  edges: usize,
  batches: i32,
  cutoffs: i32,
  places: usize,
  into: usize,
): void {
  const step = (<usize>cutoffs + 1) << 2
  const last = edges + step * <usize>batches
  for (let k: usize = 0; k < (<usize>cutoffs) << 2; k += 4) {
    let run = into + ((<usize>load<u32>(places + k)) << power)
    for (let edge = edges + k; edge < last; edge += step) {
      let from = column + ((<usize>load<u32>(edge)) << power)
      const end = column + ((<usize>load<u32>(edge, 4)) << power)
      const bytes = end - from
      // Sixteen bytes at a time; what is too much is written over by the next ones.
      for (let to = run; from < end; from += 16, to += 16) v128.store(to, v128.load(from))
      run += bytes
    }
  }
}
