import { addressAt, countAt } from '../shared/arguments'

const digitBits: u32 = 11
const digits: i32 = 2048

/**
 * Bounds of the bins of one feature; chunk = feature of the batch. The same as `numericBounds` in trees/.
 * 0 values: float32 by feature, `rows` each, NaN = missing (overwritten); 1 rows; 2 room: (rows + 3 x 2048) x 4 bytes by
 * feature; 3 most bins; 4 bounds: 256 float32 by feature, +Infinity after the last; 5 bounds found, int32 by feature, -1
 * where nothing is present.
 */
export function fitBounds(args: usize, chunk: i32, thread: i32): void {
  const rows = countAt(args, 1)
  const keys = addressAt(args, 0) + ((<usize>chunk * <usize>rows) << 2)
  const room = addressAt(args, 2) + ((<usize>chunk * (<usize>rows + 3 * <usize>digits)) << 2)
  const bounds = addressAt(args, 4) + ((<usize>chunk) << 10)
  const counts = room + ((<usize>rows) << 2)
  const present = orderedKeys(keys, rows, counts)
  for (let b = 0; b < 256; b++) store<f32>(bounds + ((<usize>b) << 2), Infinity)
  let found = -1
  if (present > 0) {
    scatter(keys, room, present, counts, 0)
    scatter(room, keys, present, counts + 4 * digits, digitBits)
    scatter(keys, room, present, counts + 8 * digits, 2 * digitBits)
    toFloats(room, present)
    const runs = runEnds(room, present, keys)
    const mostBins = countAt(args, 3)
    const closed = runs <= mostBins ? runs : closeBins(keys, runs, mostBins)
    found = writeBounds(room, present, keys, closed, bounds)
  }
  store<i32>(addressAt(args, 5) + ((<usize>chunk) << 2), found)
}

/** Drops NaN, maps float bits to integers of the same order, in place, and counts the three digits. Returns how many. */
function orderedKeys(values: usize, rows: i32, counts: usize): i32 {
  memory.fill(counts, 0, 12 * digits)
  let count = 0
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + ((<usize>i) << 2))
    if (value != value) continue
    const bits = reinterpret<u32>(value)
    const key = bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)
    store<u32>(values + ((<usize>count) << 2), key)
    count++
    addOne(counts + ((<usize>(key & 2047)) << 2))
    addOne(counts + 4 * digits + ((<usize>((key >>> digitBits) & 2047)) << 2))
    addOne(counts + 8 * digits + ((<usize>(key >>> (2 * digitBits))) << 2))
  }
  return count
}

function addOne(address: usize): void {
  store<u32>(address, load<u32>(address) + 1)
}

/** One pass of a radix sort; `counts` become places. */
function scatter(from: usize, to: usize, count: i32, counts: usize, shift: u32): void {
  let place: u32 = 0
  for (let digit = 0; digit < digits; digit++) {
    const address = counts + ((<usize>digit) << 2)
    const here = load<u32>(address)
    store<u32>(address, place)
    place += here
  }
  for (let i = 0; i < count; i++) {
    const key = load<u32>(from + ((<usize>i) << 2))
    const address = counts + ((<usize>((key >>> shift) & 2047)) << 2)
    const at = load<u32>(address)
    store<u32>(address, at + 1)
    store<u32>(to + ((<usize>at) << 2), key)
  }
}

function toFloats(keys: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const address = keys + ((<usize>i) << 2)
    const key = load<u32>(address)
    store<u32>(address, key ^ (<u32>(~(<i32>key) >> 31) | 0x80000000))
  }
}

/** End (exclusive) of each run of equal values. */
function runEnds(values: usize, count: i32, ends: usize): i32 {
  let runs = 0
  let before = load<f32>(values)
  for (let i = 1; i < count; i++) {
    const value = load<f32>(values + ((<usize>i) << 2))
    if (value == before) continue
    store<u32>(ends + ((<usize>runs) << 2), <u32>i)
    runs++
    before = value
  }
  store<u32>(ends + ((<usize>runs) << 2), <u32>count)
  return runs + 1
}

function sizeOf(ends: usize, run: i32): i32 {
  const end = load<i32>(ends + ((<usize>run) << 2))
  return run == 0 ? end : end - load<i32>(ends + ((<usize>(run - 1)) << 2))
}

/** Keeps the ends at which a bin closes, at the front of `ends`; see `greedyEnds` in trees/numeric-bounds.ts. */
function closeBins(ends: usize, runs: i32, mostBins: i32): i32 {
  const rows = load<i32>(ends + ((<usize>(runs - 1)) << 2))
  let rowsLeft = rows
  let binsLeft = mostBins
  for (let run = 0; run < runs; run++) {
    const size = sizeOf(ends, run)
    if (<i64>size * mostBins < rows) continue
    rowsLeft -= size
    binsLeft--
  }
  let share: f64 = <f64>rowsLeft / <f64>max(binsLeft, 1)
  let inBin = 0
  let closed = 0
  let before = 0
  for (let run = 0; run + 1 < runs && closed < mostBins - 1; run++) {
    const end = load<i32>(ends + ((<usize>run) << 2))
    const size = end - before
    const next = load<i32>(ends + ((<usize>(run + 1)) << 2)) - end
    before = end
    inBin += size
    const isAlone = <i64>size * mostBins >= rows
    const isFull = isAlone || <f64>inBin >= share || (<f64>inBin >= share / 2 && <i64>next * mostBins >= rows)
    if (!isFull) continue
    store<i32>(ends + ((<usize>closed) << 2), end)
    closed++
    if (!isAlone) {
      rowsLeft -= inBin
      binsLeft--
      share = <f64>rowsLeft / <f64>max(binsLeft, 1)
    }
    inBin = 0
  }
  return closed
}

function writeBounds(values: usize, count: i32, ends: usize, closed: i32, bounds: usize): i32 {
  let found = 0
  for (let k = 0; k < closed; k++) {
    const end = load<i32>(ends + ((<usize>k) << 2))
    if (end >= count) continue
    const low = load<f32>(values + ((<usize>(end - 1)) << 2))
    const high = load<f32>(values + ((<usize>end) << 2))
    const middle = <f32>((<f64>low + <f64>high) / 2)
    store<f32>(bounds + ((<usize>found) << 2), middle >= low && middle < high ? middle : low)
    found++
  }
  return found
}
