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
  private records: Int32Array = new Int32Array(0)
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
    this.records = records
    const { layout } = this
    this.readTimes(from)
    this.readSeen(from)
    this.readField(from, layout.type, this.type)
    this.readField(from, layout.category, this.category)
    this.readField(from, layout.channel, this.channel)
    this.readField(from, layout.micro, this.micro)
    for (let f = 0; f < this.flags.length; f++) this.readField(from, layout.flags[f]!, this.flags[f]!)
    if (layout.amount !== null) this.readValue(from, layout.amount, this.amount)
    if (layout.quantity !== null) this.readValue(from, layout.quantity, this.quantity)
  }

  private readSeen(from: number): void {
    const { seen, known, day, layout, count } = this
    const { delaysDays } = this.program
    if (seen !== day) {
      if (layout.delay === null) for (let i = 0; i < count; i++) seen[i] = day[i]! + delaysDays[0]!
      else {
        this.readField(from, layout.delay, seen)
        for (let i = 0; i < count; i++) seen[i] = day[i]! + delaysDays[seen[i]!]!
      }
    }
    if (layout.late === null) return
    this.readField(from, layout.late, known)
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

  private readTimes(from: number): void {
    const { second, day, records, count } = this
    const { words } = this.layout
    const { baseDay } = this.program
    for (let i = 0, p = from; i < count; i++, p += words) {
      const value = records[p]!
      second[i] = value
      day[i] = baseDay + ((value / 86_400) | 0)
    }
  }

  private readField(from: number, field: Field | null, into: Int32Array): void {
    if (field === null) return
    const { records, count } = this
    const { words } = this.layout
    const { shift } = field
    const mask = 2 ** field.bits - 1
    for (let i = 0, p = from + field.word; i < count; i++, p += words) into[i] = (records[p]! >>> shift) & mask
  }

  private readValue(from: number, word: number, into: Float64Array): void {
    const { records, count } = this
    const { words, isWide } = this.layout
    if (!isWide) for (let i = 0, p = from + word; i < count; i++, p += words) into[i] = records[p]!
    else
      for (let i = 0, p = from + word; i < count; i++, p += words)
        into[i] = records[p + 1]! * 4_294_967_296 + (records[p]! >>> 0)
  }
}
