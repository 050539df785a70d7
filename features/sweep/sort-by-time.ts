import type { Field, RecordLayout } from './program.ts'

/** Records moved by insertion, per record of the user, above which a radix sort costs less. */
const mostMoved = 16
const radix = 256

/**
 * Puts each user's records in order of second and, where the layout has it, microsecond. Records that are in order already
 * cost one comparison each; those that come a few places late, as from an engine whose threads read a sorted file, are
 * moved there; only real disorder is sorted. Stable; equal moments stay in the order in which they came, which no value
 * depends on.
 */
export function sortByTime(
  records: Int32Array,
  { layout, start, users }: { layout: RecordLayout; start: Int32Array; users: number },
): void {
  const held = new Int32Array(layout.words)
  for (let u = 0; u < users; u++) {
    const from = start[u]!
    const count = start[u + 1]! - from
    const isDone =
      layout.micro === null
        ? insertBySecond(records, held, { from, count })
        : insertByMicrosecond(records, held, { from, count, micro: layout.micro })
    if (!isDone) permute(records, layout, { from, order: radixOrder(keysOf(records, layout, { from, count })) })
  }
}

interface Stretch {
  readonly from: number
  readonly count: number
}

/** Moves records that are later than they should be; false where that takes too many moves (the rest is left as it is). */
function insertBySecond(records: Int32Array, held: Int32Array, { from, count }: Stretch): boolean {
  const words = held.length
  const first = from * words
  const end = (from + count) * words
  let left = mostMoved * count * words
  for (let p = first + words; p < end; p += words) {
    const second = records[p]!
    if (records[p - words]! <= second) continue
    let to = p - words
    while (to > first && records[to - words]! > second) to -= words
    left -= p - to
    if (left < 0) return false
    moveBack(records, held, { from: p, to })
  }
  return true
}

function insertByMicrosecond(
  records: Int32Array,
  held: Int32Array,
  { from, count, micro }: Stretch & { readonly micro: Field },
): boolean {
  const words = held.length
  const { word, shift } = micro
  const mask = 2 ** micro.bits - 1
  const first = from * words
  const end = (from + count) * words
  let left = mostMoved * count * words
  for (let p = first + words; p < end; p += words) {
    const second = records[p]!
    const fraction = (records[p + word]! >>> shift) & mask
    let to = p
    for (; to > first; to -= words) {
      const before = records[to - words]!
      if (before < second) break
      if (before === second && ((records[to - words + word]! >>> shift) & mask) <= fraction) break
    }
    if (to === p) continue
    left -= p - to
    if (left < 0) return false
    moveBack(records, held, { from: p, to })
  }
  return true
}

/** The record at word `from` goes to word `to`, those between one place on. */
function moveBack(records: Int32Array, held: Int32Array, { from, to }: { from: number; to: number }): void {
  const words = held.length
  for (let w = 0; w < words; w++) held[w] = records[from + w]!
  for (let p = from - 1; p >= to; p--) records[p + words] = records[p]!
  for (let w = 0; w < words; w++) records[to + w] = held[w]!
}

/** Second and microsecond as one number, exact below 2^53. */
function keysOf(records: Int32Array, { words, micro }: RecordLayout, { from, count }: Stretch): Float64Array {
  const keys = new Float64Array(count)
  const mask = micro === null ? 0 : 2 ** micro.bits - 1
  for (let i = 0, p = from * words; i < count; i++, p += words) {
    const fraction = micro === null ? 0 : (records[p + micro.word]! >>> micro.shift) & mask
    keys[i] = records[p]! * 1_048_576 + fraction
  }
  return keys
}

/** Least significant byte first; a byte that all keys share costs only its count. */
function radixOrder(keys: Float64Array): Uint32Array {
  const n = keys.length
  let order = Uint32Array.from({ length: n }, (_, i) => i)
  let next = new Uint32Array(n)
  const counts = new Uint32Array(radix + 1)
  const digits = new Uint8Array(n)
  for (let place = 0, divisor = 1; place < 7; place++, divisor *= radix) {
    counts.fill(0)
    for (let i = 0; i < n; i++) {
      const digit = Math.floor(keys[i]! / divisor) % radix
      digits[i] = digit
      counts[digit + 1]!++
    }
    if (counts.includes(n)) continue
    for (let d = 1; d <= radix; d++) counts[d]! += counts[d - 1]!
    for (let i = 0; i < n; i++) next[counts[digits[order[i]!]!]!++] = order[i]!
    ;[order, next] = [next, order]
  }
  return order
}

function permute(
  records: Int32Array,
  { words }: RecordLayout,
  { from, order }: { from: number; order: Uint32Array },
): void {
  const copy = records.slice(from * words, (from + order.length) * words)
  for (let i = 0, p = from * words; i < order.length; i++) {
    const source = order[i]! * words
    for (let w = 0; w < words; w++, p++) records[p] = copy[source + w]!
  }
}
