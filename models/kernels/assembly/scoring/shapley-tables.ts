/**
 * Adds what a group's table says of each row's cell. The group, 32-bit words: change points, columns with a table of steps,
 * features W (even; the last may be one that nobody reads), offset of the table among the tables; then the change points of two words
 * (offset of the column among the bytes; least byte that reaches it, 0, step of 16 bits), the columns with steps of two (offset of
 * the column; offset of its 256 steps of 16 bits in the image), and W offsets of phi. `cells` has room for a tile, 16 bits each.
 */
export function addTable(
  group: usize,
  image: usize,
  tables: usize,
  rows: usize,
  bytes: usize,
  cells: usize,
  phi: usize,
): void {
  const points = <usize>load<u32>(group)
  const columns = <usize>load<u32>(group, 4)
  const width = <usize>load<u32>(group, 8)
  const table = tables + <usize>load<u32>(group, 12)
  findCells(group + 16, points, rows, bytes, cells)
  let at = group + 16 + (points << 3)
  for (let k: usize = 0; k < columns; k++, at += 8)
    addSteps(image + <usize>load<u32>(at, 4), bytes + <usize>load<u32>(at), rows, cells)
  addColumns(table, at, width, rows, cells, phi)
}

/** The cell of a row is the sum, modulo 2^16, of the steps of the change points that its bytes reach. Rows go 32 at a time. */
function findCells(points: usize, count: usize, rows: usize, bytes: usize, cells: usize): void {
  const end = points + (count << 3)
  for (let row: usize = 0; row < rows; row += 32) {
    let a = i16x8.splat(0)
    let b = a
    let c = a
    let d = a
    for (let point = points; point < end; point += 8) {
      const column = bytes + row + <usize>load<u32>(point)
      const least = v128.load8_splat(point, 4)
      const step = v128.load16_splat(point, 6)
      const low = i8x16.ge_u(v128.load(column), least)
      const high = i8x16.ge_u(v128.load(column, 16), least)
      a = i16x8.add(a, v128.and(i16x8.extend_low_i8x16_s(low), step))
      b = i16x8.add(b, v128.and(i16x8.extend_high_i8x16_s(low), step))
      c = i16x8.add(c, v128.and(i16x8.extend_low_i8x16_s(high), step))
      d = i16x8.add(d, v128.and(i16x8.extend_high_i8x16_s(high), step))
    }
    const to = cells + (row << 1)
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
  }
}

/** For columns with many change points. */
function addSteps(steps: usize, column: usize, rows: usize, cells: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const cell = cells + (row << 1)
    store<u16>(cell, load<u16>(cell) + load<u16>(steps + ((<usize>load<u8>(column + row)) << 1)))
  }
}

/** phi[feature][row] += table[cell of the row][feature]; two rows at a time, so that phi has room for one row more. */
function addColumns(table: usize, places: usize, width: usize, rows: usize, cells: usize, phi: usize): void {
  let k: usize = 0
  for (; k + 8 <= width; k += 8) addEight(table + (k << 3), places + (k << 2), width, rows, cells, phi)
  if (k + 4 <= width) {
    addFour(table + (k << 3), places + (k << 2), width, rows, cells, phi)
    k += 4
  }
  if (k < width) addTwo(table + (k << 3), places + (k << 2), width, rows, cells, phi)
}

function addPair(a: v128, b: v128, first: usize, second: usize): void {
  v128.store(first, f64x2.add(v128.load(first), v128.shuffle<f64>(a, b, 0, 2)))
  v128.store(second, f64x2.add(v128.load(second), v128.shuffle<f64>(a, b, 1, 3)))
}

function addTwo(table: usize, places: usize, width: usize, rows: usize, cells: usize, phi: usize): void {
  const f0 = phi + <usize>load<u32>(places)
  const f1 = phi + <usize>load<u32>(places, 4)
  const size = width << 3
  for (let row: usize = 0; row < rows; row += 2) {
    const a = table + <usize>load<u16>(cells + (row << 1)) * size
    const b = table + <usize>load<u16>(cells + (row << 1), 2) * size
    const at = row << 3
    addPair(v128.load(a), v128.load(b), f0 + at, f1 + at)
  }
}

function addFour(table: usize, places: usize, width: usize, rows: usize, cells: usize, phi: usize): void {
  const f0 = phi + <usize>load<u32>(places)
  const f1 = phi + <usize>load<u32>(places, 4)
  const f2 = phi + <usize>load<u32>(places, 8)
  const f3 = phi + <usize>load<u32>(places, 12)
  const size = width << 3
  for (let row: usize = 0; row < rows; row += 2) {
    const a = table + <usize>load<u16>(cells + (row << 1)) * size
    const b = table + <usize>load<u16>(cells + (row << 1), 2) * size
    const at = row << 3
    addPair(v128.load(a), v128.load(b), f0 + at, f1 + at)
    addPair(v128.load(a, 16), v128.load(b, 16), f2 + at, f3 + at)
  }
}

function addEight(table: usize, places: usize, width: usize, rows: usize, cells: usize, phi: usize): void {
  const f0 = phi + <usize>load<u32>(places)
  const f1 = phi + <usize>load<u32>(places, 4)
  const f2 = phi + <usize>load<u32>(places, 8)
  const f3 = phi + <usize>load<u32>(places, 12)
  const f4 = phi + <usize>load<u32>(places, 16)
  const f5 = phi + <usize>load<u32>(places, 20)
  const f6 = phi + <usize>load<u32>(places, 24)
  const f7 = phi + <usize>load<u32>(places, 28)
  const size = width << 3
  for (let row: usize = 0; row < rows; row += 2) {
    const a = table + <usize>load<u16>(cells + (row << 1)) * size
    const b = table + <usize>load<u16>(cells + (row << 1), 2) * size
    const at = row << 3
    addPair(v128.load(a), v128.load(b), f0 + at, f1 + at)
    addPair(v128.load(a, 16), v128.load(b, 16), f2 + at, f3 + at)
    addPair(v128.load(a, 32), v128.load(b, 32), f4 + at, f5 + at)
    addPair(v128.load(a, 48), v128.load(b, 48), f6 + at, f7 + at)
  }
}
