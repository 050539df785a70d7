import type { KernelThread } from './kernels/sweep-kernels.ts'
import { LevelUnions } from './level-unions.ts'
import type { ConditionCode, SweepProgram } from './program.ts'
import type { UserEvents } from './user-events.ts'

/** A column that is made anew for every batch of users. */
export interface Register {
  /** `count` events are in the columns. */
  prepare(count: number): void
}

/**
 * The events that meet a condition, oldest first: their indexes, and how many are among the first i events. A window is a
 * range [lo, hi) of events, so it holds the hits counts[lo] .. counts[hi] - 1: two look-ups and no walk, for however many
 * cutoffs. Whatever is added up is added up over the hits alone.
 */
export interface Hits extends Register {
  /** Length: events + 1. */
  counts: Int32Array
  indexes: Int32Array
}

/** By event. */
export interface LevelBits extends Register {
  values: Int32Array
}

/** Sums over the first m hits. */
export interface Sums extends Register {
  values: Float64Array
}

/** Each user's distinct days of hits, ascending, and how many among the first m hits. */
export interface Days extends Register {
  counts: Int32Array
  days: Int32Array
}

const roomFor = (length: number): number => Math.max(512, 2 ** Math.ceil(Math.log2(length + 1)))

/** Room for more, in the place of a smaller one. */
function larger({ space }: KernelThread, smaller: Int32Array, count: number): Int32Array {
  space.giveBack(smaller)
  return space.int32(roomFor(count))
}

function largerSums({ space }: KernelThread, smaller: Float64Array, count: number): Float64Array {
  space.giveBack(smaller)
  return space.float64(roomFor(count))
}

/** The registers of a set of measures over the same columns of events; equal ones are shared. */
export class Registers {
  readonly events: UserEvents
  /** Few rows see each event: a measure that can look for its event shall not ask for all hits. */
  readonly isWalked: boolean
  readonly thread: KernelThread
  private readonly conditions: readonly ConditionCode[]
  private readonly byKey = new Map<string, Register>()
  private readonly inOrder: Register[] = []

  constructor(program: SweepProgram, events: UserEvents, isWalked = false) {
    this.events = events
    this.thread = events.thread
    this.isWalked = isWalked
    this.conditions = program.conditions
  }

  prepare(): void {
    const { count } = this.events
    for (const register of this.inOrder) register.prepare(count)
  }

  /** Made once per key; what it needs of other registers was asked for before. */
  shared<T extends Register>(key: string, make: () => T): T {
    const known = this.byKey.get(key)
    if (known !== undefined) return known as T
    const made = make()
    this.byKey.set(key, made)
    this.inOrder.push(made)
    return made
  }

  hits(condition: number): Hits {
    const code = this.conditions[condition]!
    return this.shared(`hits/${condition}`, () => hitsOf(code, this.events))
  }

  /** 1 where the event's type code meets the condition; null where more than its type decides. */
  typesOf(condition: number): Uint8Array | null {
    const code = this.conditions[condition]!
    return code.by === 'type' ? code.hits : null
  }

  /** Hits that have a level. */
  levelled(of: 'category' | 'channel', condition: number): Hits {
    const all = this.hits(condition)
    const { events } = this
    return this.shared(`levelled/${of}/${condition}`, () =>
      growing(events.thread, (into, count) => keepLevelled(all, events[of], { into, count })),
    )
  }

  /** One bit per level, 0 where the event has none; for at most 31 levels. */
  levelBits(of: 'category' | 'channel'): LevelBits {
    const { events, thread } = this
    return this.shared(`bits/${of}`, () => {
      const register: LevelBits = {
        values: new Int32Array(0),
        prepare(count) {
          if (register.values.length <= count) register.values = larger(thread, register.values, count)
          setBits(events[of], register.values, count)
        },
      }
      return register
    })
  }

  /** Unions of those bits over ranges of hits. */
  levelUnions(of: 'category' | 'channel', condition: number): LevelUnions {
    const hits = this.hits(condition)
    const bits = this.levelBits(of)
    return this.shared(`unions/${of}/${condition}`, () => new LevelUnions(hits, bits, this.thread))
  }

  sums(of: 'amount' | 'quantity', condition: number): Sums {
    const hits = this.hits(condition)
    const { events, thread } = this
    return this.shared(`sums/${of}/${condition}`, () => {
      const register: Sums = {
        values: new Float64Array(0),
        prepare(count) {
          if (register.values.length <= count) register.values = largerSums(thread, register.values, count)
          addUp(events[of], hits, { into: register.values, count })
        },
      }
      return register
    })
  }

  days(condition: number): Days {
    const hits = this.hits(condition)
    const { events, thread } = this
    return this.shared(`days/${condition}`, () => {
      const register: Days = {
        counts: new Int32Array(0),
        days: new Int32Array(0),
        prepare(count) {
          if (register.counts.length <= count) {
            register.counts = larger(thread, register.counts, count)
            register.days = larger(thread, register.days, count)
          }
          findDays(events, hits, register)
        },
      }
      return register
    })
  }
}

function hitsOf(code: ConditionCode, events: UserEvents): Hits {
  if (code.by === 'all') return everyEvent(events.thread)
  if (code.by === 'type') return typedHits(code.hits, events)
  return growing(events.thread, (into, count) => takeFlagged(events.flags[code.flag]!, { into, count }))
}

/** Codes of types are few: the table of those that are meant lies beside the events. */
function typedHits(hits: Uint8Array, events: UserEvents): Hits {
  const { space, kernels } = events.thread
  const table = space.uint8(hits.length)
  table.set(hits)
  return growing(events.thread, ({ counts, indexes }, count) =>
    kernels.lookUp(table.byteOffset, events.type.byteOffset, counts.byteOffset, indexes.byteOffset, count),
  )
}

/** Every event is a hit; only a longer batch needs anything new. */
function everyEvent(thread: KernelThread): Hits {
  const register: Hits = {
    counts: new Int32Array(0),
    indexes: new Int32Array(0),
    prepare(count) {
      if (register.counts.length > count) return
      register.counts = larger(thread, register.counts, count)
      for (let i = 0; i < register.counts.length; i++) register.counts[i] = i
      register.indexes = register.counts
    },
  }
  return register
}

function growing(thread: KernelThread, fill: (into: Hits, count: number) => void): Hits {
  const register: Hits = {
    counts: new Int32Array(0),
    indexes: new Int32Array(0),
    prepare(count) {
      if (register.counts.length <= count) {
        register.counts = larger(thread, register.counts, count)
        register.indexes = larger(thread, register.indexes, count)
      }
      fill(register, count)
    },
  }
  return register
}

interface Filling<T> {
  readonly into: T
  readonly count: number
}

function takeFlagged(flags: Int32Array, { into, count }: Filling<Hits>): void {
  const { counts, indexes } = into
  let m = 0
  counts[0] = 0
  for (let i = 0; i < count; i++) {
    indexes[m] = i
    m += flags[i]!
    counts[i + 1] = m
  }
}

function keepLevelled(all: Hits, levels: Int32Array, { into, count }: Filling<Hits>): void {
  const { counts, indexes } = into
  let m = 0
  counts[0] = 0
  for (let i = 0; i < count; i++) {
    if (all.counts[i + 1]! > all.counts[i]! && levels[i]! > 0) indexes[m++] = i
    counts[i + 1] = m
  }
}

function setBits(levels: Int32Array, into: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = (1 << levels[i]!) >>> 1
}

function addUp(values: Float64Array, hits: Hits, { into, count }: Filling<Float64Array>): void {
  const { indexes } = hits
  const n = hits.counts[count]!
  let sum = 0
  into[0] = 0
  for (let m = 0; m < n; m++) {
    sum += values[indexes[m]!]!
    into[m + 1] = sum
  }
}

function findDays({ day, users, start }: UserEvents, hits: Hits, into: Days): void {
  const { indexes } = hits
  const { counts, days } = into
  let found = 0
  counts[0] = 0
  for (let u = 0; u < users; u++) {
    const end = hits.counts[start[u + 1]!]!
    let last = -1
    for (let m = hits.counts[start[u]!]!; m < end; m++) {
      const today = day[indexes[m]!]!
      if (today !== last) days[found++] = today
      last = today
      counts[m + 1] = found
    }
  }
}
