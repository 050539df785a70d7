import type { Field, RecordLayout } from './program.ts'

/** What an event's record has to hold; bits of codes, 0 = not needed. */
export interface RecordNeeds {
  readonly userBits: number
  readonly typeBits: number
  readonly categoryBits: number
  readonly channelBits: number
  readonly microBits: number
  readonly delayBits: number
  readonly lateBits: number
  readonly flags: number
  readonly amount: boolean
  readonly quantity: boolean
  readonly isWide: boolean
}

/** A word is a signed 32-bit integer of the engine, so 31 bits of it are used. */
const wordBits = 31

/** Bits that codes 0 .. `most` need. */
export const bitsFor = (most: number): number => (most <= 0 ? 0 : 32 - Math.clz32(most))

/** Packs the fields, first fit, from word 1 on. */
export function layOut(needs: RecordNeeds): RecordLayout {
  const used: number[] = [wordBits]
  const place = (bits: number): Field => {
    let word = used.findIndex((taken, at) => at > 0 && taken + bits <= wordBits)
    if (word < 0) word = used.push(0) - 1
    const field = { word, shift: used[word]!, bits }
    used[word] = field.shift + bits
    return field
  }
  const optional = (bits: number): Field | null => (bits === 0 ? null : place(bits))
  const user = place(needs.userBits)
  const fields = {
    type: optional(needs.typeBits),
    category: optional(needs.categoryBits),
    channel: optional(needs.channelBits),
    delay: optional(needs.delayBits),
    late: optional(needs.lateBits),
    micro: optional(needs.microBits),
    flags: Array.from({ length: needs.flags }, () => place(1)),
  }
  let words = used.length
  const value = (isNeeded: boolean): number | null => {
    if (!isNeeded) return null
    words += needs.isWide ? 2 : 1
    return words - (needs.isWide ? 2 : 1)
  }
  const amount = value(needs.amount)
  const quantity = value(needs.quantity)
  return { words, user, ...fields, amount, quantity, isWide: needs.isWide }
}
