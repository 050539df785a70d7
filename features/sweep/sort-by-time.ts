import type { RecordLayout } from './program.ts'

/** Up to so many events of a user are sorted by insertion. */
const fewEvents = 48
const radix = 256

/**
 * Puts each user's records in order of second and, where the layout has it, microsecond. Records that are in order
 * already cost one comparison each. Stable; equal moments stay in the order in which they came, which no value depends on.
 */
export function sortByTime(
  records: Int32Array,
  { layout, start, users }: { layout: RecordLayout; start: Int32Array; users: number },
): void {
  for (let u = 0; u < users; u++) {
    const from = start[u]!
    const count = start[u + 1]! - from
    if (isInOrder(records, layout, { from, count })) continue
    const order = count <= fewEvents ? insertionOrder : radixOrder
    permute(records, layout, { from, order: order(keysOf(records, layout, { from, count })) })
  }
}

interface Stretch {
  readonly from: number
  readonly count: number
}

function isInOrder(records: Int32Array, { words, micro }: RecordLayout, { from, count }: Stretch): boolean {
  let p = from * words
  for (let i = 1; i < count; i++, p += words) {
    const difference = records[p + words]! - records[p]!
    if (difference < 0) return false
    if (difference > 0 || micro === null) continue
    const mask = 2 ** micro.bits - 1
    const earlier = (records[p + micro.word]! >>> micro.shift) & mask
    if (((records[p + words + micro.word]! >>> micro.shift) & mask) < earlier) return false
  }
  return true
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

function insertionOrder(keys: Float64Array): Uint32Array {
  const order = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    let j = i
    while (j > 0 && keys[order[j - 1]!]! > keys[i]!) {
      order[j] = order[j - 1]!
      j--
    }
    order[j] = i
  }
  return order
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
