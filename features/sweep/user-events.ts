import type { Field, RecordLayout, SweepProgram } from './program.ts'

/**
 * The events of one user as columns, oldest first; index 0 .. count - 1 of every column is valid. Columns that the
 * program does not need stay empty. They only ever grow, so whoever reads them asks for them anew at each user.
 */
export class UserEvents {
  count = 0
  second = new Int32Array(0)
  day = new Int32Array(0)
  /** The day plus the source's delay; what windows go by. */
  seen = new Int32Array(0)
  /** Day from whose end on the event is known: a cutoff knows it iff it is greater. */
  known = new Int32Array(0)
  type = new Int32Array(0)
  category = new Int32Array(0)
  channel = new Int32Array(0)
  micro = new Int32Array(0)
  flags: Int32Array[]
  amount = new Float64Array(0)
  quantity = new Float64Array(0)
  private capacity = 0
  private readonly program: SweepProgram
  private readonly layout: RecordLayout

  /** Labels need no more than times and types. */
  constructor(program: SweepProgram, purpose: 'spine' | 'features') {
    this.program = program
    const none = { category: null, channel: null, amount: null, quantity: null, flags: [] }
    this.layout = purpose === 'spine' ? { ...program.layout, ...none } : program.layout
    this.flags = this.layout.flags.map(() => new Int32Array(0))
  }

  /** Room for `count` events in every column that the program needs. */
  ensure(count: number): void {
    if (count <= this.capacity) return
    this.capacity = Math.max(256, 2 ** Math.ceil(Math.log2(count)))
    const { layout } = this
    const integers = (isNeeded: boolean): Int32Array<ArrayBuffer> => new Int32Array(isNeeded ? this.capacity : 0)
    this.second = integers(true)
    this.day = integers(true)
    const isPrompt = layout.delay === null && this.program.delaysDays[0] === 0
    this.seen = isPrompt ? this.day : integers(true)
    this.known = layout.late === null ? this.seen : integers(true)
    this.type = integers(layout.type !== null)
    this.category = integers(layout.category !== null)
    this.channel = integers(layout.channel !== null)
    this.micro = integers(layout.micro !== null)
    this.flags = layout.flags.map(() => integers(true))
    this.amount = new Float64Array(layout.amount === null ? 0 : this.capacity)
    this.quantity = new Float64Array(layout.quantity === null ? 0 : this.capacity)
  }

  /** Reads `count` records from word `from` on. */
  read(records: Int32Array, from: number, count: number): void {
    this.ensure(count)
    this.count = count
    const { layout } = this
    this.readTimes(records, from, count)
    this.readSeen(records, from, count)
    readField(records, { layout, field: layout.type, from, count }, this.type)
    readField(records, { layout, field: layout.category, from, count }, this.category)
    readField(records, { layout, field: layout.channel, from, count }, this.channel)
    readField(records, { layout, field: layout.micro, from, count }, this.micro)
    for (let f = 0; f < this.flags.length; f++)
      readField(records, { layout, field: layout.flags[f]!, from, count }, this.flags[f]!)
    if (layout.amount !== null) readValue(records, { layout, word: layout.amount, from, count }, this.amount)
    if (layout.quantity !== null) readValue(records, { layout, word: layout.quantity, from, count }, this.quantity)
  }

  private readSeen(records: Int32Array, from: number, count: number): void {
    const { seen, known, day, layout } = this
    const { delaysDays } = this.program
    if (seen !== day) {
      if (layout.delay === null) for (let i = 0; i < count; i++) seen[i] = day[i]! + delaysDays[0]!
      else {
        readField(records, { layout, field: layout.delay, from, count }, seen)
        for (let i = 0; i < count; i++) seen[i] = day[i]! + delaysDays[seen[i]!]!
      }
    }
    if (layout.late === null) return
    readField(records, { layout, field: layout.late, from, count }, known)
    for (let i = 0; i < count; i++) known[i] = known[i]! + seen[i]!
  }

  /** The events of `all` that a cutoff knows and that are seen from `start` on and before `end`, in the same order. */
  select(all: UserEvents, cutoff: number, { start, end }: { start: number; end: number }): void {
    this.ensure(all.count)
    let n = 0
    for (let i = 0; i < all.count; i++) {
      const seen = all.seen[i]!
      if (seen < start || seen >= end || all.known[i]! >= cutoff) continue
      this.second[n] = all.second[i]!
      this.day[n] = all.day[i]!
      this.seen[n] = seen
      this.known[n] = all.known[i]!
      this.type[n] = all.type[i]!
      this.category[n] = all.category[i]!
      this.channel[n] = all.channel[i]!
      this.micro[n] = all.micro[i]!
      for (let f = 0; f < this.flags.length; f++) this.flags[f]![n] = all.flags[f]![i]!
      this.amount[n] = all.amount[i]!
      this.quantity[n] = all.quantity[i]!
      n++
    }
    this.count = n
  }

  private readTimes(records: Int32Array, from: number, count: number): void {
    const { second, day } = this
    const { words } = this.layout
    const { baseDay } = this.program
    for (let i = 0, p = from; i < count; i++, p += words) {
      const value = records[p]!
      second[i] = value
      day[i] = baseDay + ((value / 86_400) | 0)
    }
  }
}

interface Reading {
  readonly layout: RecordLayout
  readonly from: number
  readonly count: number
}

function readField(
  records: Int32Array,
  { layout, field, from, count }: Reading & { readonly field: Field | null },
  into: Int32Array,
): void {
  if (field === null) return
  const { words } = layout
  const { shift } = field
  const mask = 2 ** field.bits - 1
  for (let i = 0, p = from + field.word; i < count; i++, p += words) into[i] = (records[p]! >>> shift) & mask
}

function readValue(
  records: Int32Array,
  { layout, word, from, count }: Reading & { readonly word: number },
  into: Float64Array,
): void {
  const { words } = layout
  if (!layout.isWide) for (let i = 0, p = from + word; i < count; i++, p += words) into[i] = records[p]!
  else
    for (let i = 0, p = from + word; i < count; i++, p += words)
      into[i] = records[p + 1]! * 4_294_967_296 + (records[p]! >>> 0)
}
