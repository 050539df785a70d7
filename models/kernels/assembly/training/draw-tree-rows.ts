import { addressAt, countAt, numberAt } from '../shared/arguments'
import { isStopped } from '../shared/is-stopped'
import { nextBelow } from './xoshiro'

/** Draws between two questions whether to go on, less one: some milliseconds. */
const drawsPerQuestion: i32 = 262143

/**
 * How often each row is drawn for one tree, as uint16 by row at `draws`; arguments as `growForestTree`. Groups (users, or
 * rows) are drawn with replacement, as many as there are.
 */
export function drawTreeRows(args: usize, state: usize, draws: usize, times: usize): void {
  const rows = countAt(args, 0)
  const end = draws + ((<usize>rows) << 1)
  const groupCount = countAt(args, 6)
  if (groupCount == 0) {
    for (let at = draws; at < end; at += 2) store<u16>(at, 1)
    return
  }
  memory.fill(times, 0, (<usize>groupCount) << 1)
  for (let draw = 0; draw < groupCount; draw++) {
    if ((draw & drawsPerQuestion) == drawsPerQuestion && isStopped()) return
    const at = times + ((<usize>nextBelow(state, groupCount)) << 1)
    store<u16>(at, load<u16>(at) + 1)
  }
  let group = addressAt(args, 5)
  for (let at = draws; at < end; at += 2, group += 4)
    store<u16>(at, load<u16>(times + ((<usize>load<u32>(group)) << 1)))
}

/** The largest power of two at or below a positive, normal number. */
function powerOfTwoBelow(value: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(value) & 0x7ff0000000000000)
}

/**
 * Lists the drawn rows at `order`, and at `pairs` by row (h, g) in whole steps: h = draws x weight, g = -h where churned.
 * Writes at `facts`: draws per drawn row, by weight; steps of h per unit of weight. Returns how many rows were drawn.
 */
export function weighDrawnRows(args: usize, draws: usize, order: usize, pairs: usize, facts: usize): i32 {
  const rows = countAt(args, 0)
  const labels = addressAt(args, 2)
  const weights = addressAt(args, 3)
  const unit = numberAt(args, 4)
  let total: f64 = 0
  let once: f64 = 0
  for (let row: usize = 0; row < <usize>rows; row++) {
    const drawn = load<u16>(draws + (row << 1))
    if (drawn == 0) continue
    const weight = weights == 0 ? 1 / unit : <f64>load<f32>(weights + (row << 2)) / unit
    once += weight
    total += <f64>drawn * weight
  }
  const most = max(<f64>2147483647 - 4 * <f64>rows, 1)
  const steps: f64 = weights == 0 ? 1 : powerOfTwoBelow(most / max(total, 1e-300))
  let to = order
  for (let row: usize = 0; row < <usize>rows; row++) {
    const drawn = load<u16>(draws + (row << 1))
    if (drawn == 0) continue
    store<u32>(to, <u32>row)
    to += 4
    const weight = weights == 0 ? <f64>1 : <f64>load<f32>(weights + (row << 2))
    const h = <i32>max(1, floor((<f64>drawn * steps * weight) / unit + 0.5))
    store<i32>(pairs + (row << 3), h)
    store<i32>(pairs + (row << 3), load<u8>(labels + row) == 1 ? -h : 0, 4)
  }
  store<f64>(facts, total / once)
  store<f64>(facts, steps / unit, 8)
  return <i32>((to - order) >> 2)
}
