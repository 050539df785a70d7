import type { KernelThread } from './kernels/sweep-kernels.ts'
import { fineMeasures, type Field, type MeasureCode, type RecordLayout, type SweepProgram } from './program.ts'

/** Labels need no more than times and types; some of the measures need no more than their own columns. */
type Purpose = 'spine' | 'features' | readonly MeasureCode[]

type ColumnLayout = Omit<RecordLayout, 'flags'> & { readonly flags: readonly (Field | null)[] }

/**
 * The events of some users as columns, user by user, each user's oldest first; index 0 .. count - 1 of every column is
 * valid. Columns that the program does not need stay empty. They only ever grow, so whoever reads them asks for them anew
 * at each batch of users.
 */
export class UserEvents {
  count = 0
  users = 0
  /** Events of the u-th user: start[u] .. start[u + 1] - 1. */
  start: Int32Array
  second: Int32Array = new Int32Array(0)
  day: Int32Array = new Int32Array(0)
  /** The day plus the source's delay; what windows go by. */
  seen: Int32Array = new Int32Array(0)
  /** Day from whose end on the event is known: a cutoff knows it iff it is greater. */
  known: Int32Array = new Int32Array(0)
  type: Int32Array = new Int32Array(0)
  category: Int32Array = new Int32Array(0)
  channel: Int32Array = new Int32Array(0)
  micro: Int32Array = new Int32Array(0)
  flags: Int32Array[]
  amount: Float64Array = new Float64Array(0)
  quantity: Float64Array = new Float64Array(0)
  private capacity = 0
  private records: Int32Array = new Int32Array(0)
  /** Word of each user's first record. */
  private from: Int32Array
  readonly thread: KernelThread
  private readonly program: SweepProgram
  private readonly layout: ColumnLayout
  private readonly recordBytes: number

  constructor(program: SweepProgram, purpose: Purpose, thread: KernelThread) {
    this.program = program
    this.thread = thread
    this.start = thread.space.int32(64).fill(0)
    this.from = thread.space.int32(64)
    this.layout = layoutFor(program, purpose)
    this.recordBytes = 4 * program.layout.words
    this.flags = this.layout.flags.map(() => new Int32Array(0))
    // Kernels look in front of the first event where there is none; in front of an empty column is no memory.
    this.ensure(1)
  }

  /** Room for `count` events in every column that the program needs. */
  ensure(count: number): void {
    if (count <= this.capacity) return
    this.capacity = Math.max(256, 2 ** Math.ceil(Math.log2(count)))
    const { layout } = this
    const { space } = this.thread
    for (const column of this.columns()) space.giveBack(column)
    const integers = (isNeeded: boolean): Int32Array => space.int32(isNeeded ? this.capacity : 0)
    this.second = integers(true)
    this.day = integers(true)
    const isPrompt = layout.delay === null && this.program.delaysDays[0] === 0
    this.seen = isPrompt ? this.day : integers(true)
    this.known = layout.late === null ? this.seen : integers(true)
    // Codes that no record has are 0.
    const codes = (field: Field | null): Int32Array => (field === null ? integers(true).fill(0) : integers(true))
    this.type = codes(layout.type)
    this.category = codes(layout.category)
    this.channel = codes(layout.channel)
    this.micro = integers(layout.micro !== null)
    this.flags = layout.flags.map((field) => integers(field !== null))
    this.amount = space.float64(layout.amount === null ? 0 : this.capacity)
    this.quantity = space.float64(layout.quantity === null ? 0 : this.capacity)
  }

  /** Each once: the seen and the known day may be the day itself. */
  private columns(): ReadonlySet<Int32Array | Float64Array> {
    const { second, day, seen, known, type, category, channel, micro, flags, amount, quantity } = this
    return new Set([second, day, seen, known, type, category, channel, micro, ...flags, amount, quantity])
  }

  /** Reads one user: `count` records from word `from` on. Records lie in the thread's space. */
  read(records: Int32Array, from: number, count: number): void {
    this.clear()
    this.add(from, count)
    this.readAdded(records)
  }

  clear(): void {
    this.count = 0
    this.users = 0
  }

  /** Another user, whose `count` records begin at word `from`; `readAdded` reads all of them. */
  add(from: number, count: number): void {
    if (this.users + 1 === this.start.length) this.growUsers()
    this.from[this.users++] = from
    this.count += count
    this.start[this.users] = this.count
  }

  readAdded(records: Int32Array): void {
    this.ensure(this.count)
    this.records = records
    const { layout } = this
    this.readTimes()
    this.readSeen()
    this.readCodes()
    this.readField(layout.micro, this.micro)
    for (let f = 0; f < this.flags.length; f++) this.readField(layout.flags[f]!, this.flags[f]!)
    if (layout.amount !== null) this.readValue(layout.amount, this.amount)
    if (layout.quantity !== null) this.readValue(layout.quantity, this.quantity)
  }

  private growUsers(): void {
    for (const name of ['start', 'from'] as const) {
      const larger = this.thread.space.int32(2 * this[name].length)
      larger.set(this[name])
      this.thread.space.giveBack(this[name])
      this[name] = larger
    }
  }

  private readSeen(): void {
    const { seen, known, day, layout, count } = this
    const { kernels } = this.thread
    const { delaysDays } = this.program
    if (seen !== day) {
      if (layout.delay === null) kernels.shiftAll(day.byteOffset, seen.byteOffset, count, delaysDays[0]!)
      else {
        this.readField(layout.delay, seen)
        for (let i = 0; i < count; i++) seen[i] = day[i]! + delaysDays[seen[i]!]!
      }
    }
    if (layout.late === null) return
    this.readField(layout.late, known)
    kernels.addColumn(seen.byteOffset, known.byteOffset, count)
  }

  /**
   * The events of the u-th user of `all` that the cutoff knows and that are seen from `start` on and before `end`, in
   * the same order.
   */
  select(all: UserEvents, u: number, { cutoff, start, end }: { cutoff: number; start: number; end: number }): void {
    this.ensure(all.start[u + 1]! - all.start[u]!)
    let n = 0
    for (let i = all.start[u]!; i < all.start[u + 1]!; i++) {
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
    this.users = 1
    this.start[1] = n
  }

  private readTimes(): void {
    const { second, day, recordBytes, program } = this
    const { kernels } = this.thread
    const { records, from, start, users } = this.source(0)
    kernels.readTimes(records, from, start, users, recordBytes, second.byteOffset, day.byteOffset, program.baseDay)
  }

  /** All three codes mostly lie in one word, which is then read once. */
  private readCodes(): void {
    const { type, category, channel } = this.layout
    const isTogether = type !== null && type.word === category?.word && type.word === channel?.word
    if (isTogether) return this.readThree([type, category, channel])
    this.readField(type, this.type)
    this.readField(category, this.category)
    this.readField(channel, this.channel)
  }

  private readThree([a, b, c]: readonly [Field, Field, Field]): void {
    const { records, from, start, users } = this.source(a.word)
    this.thread.kernels.readThree(
      records,
      from,
      start,
      users,
      this.recordBytes,
      this.type.byteOffset,
      a.shift,
      2 ** a.bits - 1,
      this.category.byteOffset,
      b.shift,
      2 ** b.bits - 1,
      this.channel.byteOffset,
      c.shift,
      2 ** c.bits - 1,
    )
  }

  private readField(field: Field | null, into: Int32Array): void {
    if (field === null) return
    const { records, from, start, users } = this.source(field.word)
    const mask = 2 ** field.bits - 1
    this.thread.kernels.readField(records, from, start, users, this.recordBytes, into.byteOffset, field.shift, mask)
  }

  private readValue(word: number, into: Float64Array): void {
    const { records, from, start, users } = this.source(word)
    const isWide = this.layout.isWide ? 1 : 0
    this.thread.kernels.readValue(records, from, start, users, this.recordBytes, into.byteOffset, isWide)
  }

  /** Addresses of that word of the first record, and of whose records are where. */
  private source(word: number): { records: number; from: number; start: number; users: number } {
    const { records, from, start, users } = this
    return { records: records.byteOffset + 4 * word, from: from.byteOffset, start: start.byteOffset, users }
  }
}

/** Without the columns that nobody asks for. */
function layoutFor({ layout, conditions }: SweepProgram, purpose: Purpose): ColumnLayout {
  if (purpose === 'features') return layout
  if (purpose === 'spine') return { ...layout, category: null, channel: null, amount: null, quantity: null, flags: [] }
  const asked = new Set(purpose.flatMap(({ feature }) => ('of' in feature ? [String(feature.of)] : [])))
  const used = purpose.flatMap(({ condition, filled }) => [conditions[condition]!, conditions[filled]!])
  const { category, channel, amount, quantity } = layout
  return {
    ...layout,
    type: used.some(({ by }) => by === 'type') ? layout.type : null,
    flags: layout.flags.map((field, f) => (used.some((code) => code.by === 'flag' && code.flag === f) ? field : null)),
    micro: purpose.some(({ feature }) => fineMeasures.has(feature.measure)) ? layout.micro : null,
    category: asked.has('category') ? category : null,
    channel: asked.has('channel') ? channel : null,
    amount: asked.has('amount') ? amount : null,
    quantity: asked.has('quantity') ? quantity : null,
  }
}
