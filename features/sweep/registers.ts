import type { KernelThread } from './kernels/sweep-kernels.ts'
import { type LevelPart, LevelUnions } from './level-unions.ts'
import type { ConditionCode, SweepProgram } from './program.ts'
import { TypeCounts } from './type-counts.ts'
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

/** A number of the first i events, for i = 0 .. events, at address + i * stride. Both hold until the next batch. */
export interface Running {
  readonly address: number
  readonly stride: number
}

/** Sums over the hits among the first i events. */
export interface Sums extends Register {
  values: Float64Array
}

/** Each user's distinct days of hits, ascending, and how many among the first i events. */
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
  readonly thread: KernelThread
  private readonly conditions: readonly ConditionCode[]
  private readonly byKey = new Map<string, Register>()
  private readonly inOrder: Register[] = []

  constructor(program: SweepProgram, events: UserEvents) {
    this.events = events
    this.thread = events.thread
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

  /** How many events meet the condition. */
  counts(condition: number): Running {
    const code = this.conditions[condition]!
    if (code.by === 'type') return this.types().counts(code.hits)
    const hits = this.hits(condition)
    return running(() => hits.counts.byteOffset)
  }

  /** Index of the last event that meets the condition; -1: none. */
  latest(condition: number): Running {
    const code = this.conditions[condition]!
    if (code.by === 'type') return this.types().latest(code.hits)
    const hits = this.hits(condition)
    if (code.by === 'all') return running(() => hits.counts.byteOffset - 4)
    const register = this.shared(`latest/${condition}`, () => latestOf(hits, this.thread))
    return running(() => register.values.byteOffset)
  }

  private types(): TypeCounts {
    return this.shared('types', () => new TypeCounts(this.events))
  }

  /** Hits that have a level. */
  levelled(of: 'category' | 'channel', condition: number): Hits {
    const all = this.hits(condition)
    const { events } = this
    return this.shared(`levelled/${of}/${condition}`, () =>
      growing(events.thread, (into, count) =>
        events.thread.kernels.keepLevelled(
          all.counts.byteOffset,
          events[of].byteOffset,
          into.counts.byteOffset,
          into.indexes.byteOffset,
          count,
        ),
      ),
    )
  }

  /** Which levels the hits of each row have: of one column or, where their bits fit into one set, of both. */
  levelUnions(
    condition: number,
    { of, shift, levels, isShared }: Omit<LevelPart, 'codes'> & { readonly isShared: boolean },
  ): LevelUnions {
    const counts = this.counts(condition)
    const { events, thread } = this
    const key = `unions/${isShared ? 'both' : of}/${condition}`
    const unions = this.shared(key, () => new LevelUnions(condition === 0 ? null : counts, thread))
    unions.add({ of, codes: () => events[of], shift, levels })
    return unions
  }

  /** Of 0, 1, 2, ..., where kernels find them. */
  logarithms(values: Float64Array): Float64Array {
    return this.shared('logarithms', () => {
      const copied = this.thread.space.float64(values.length)
      copied.set(values)
      return { values: copied, prepare: () => {} }
    }).values
  }

  sums(of: 'amount' | 'quantity', condition: number): Sums {
    const counts = this.counts(condition)
    const { events, thread } = this
    return this.shared(`sums/${of}/${condition}`, () => {
      const register: Sums = {
        values: new Float64Array(0),
        prepare(count) {
          if (register.values.length <= count) register.values = largerSums(thread, register.values, count)
          const { address, stride } = counts
          thread.kernels.addUp(events[of].byteOffset, address, stride, register.values.byteOffset, count)
        },
      }
      return register
    })
  }

  days(condition: number): Days {
    const counts = this.counts(condition)
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
          const { address, stride } = counts
          const { day, start, users } = events
          thread.kernels.findDays(
            day.byteOffset,
            address,
            stride,
            start.byteOffset,
            users,
            register.counts.byteOffset,
            register.days.byteOffset,
          )
        },
      }
      return register
    })
  }
}

const running = (address: () => number): Running => ({
  get address() {
    return address()
  },
  stride: 4,
})

function hitsOf(code: ConditionCode, events: UserEvents): Hits {
  if (code.by === 'all') return everyEvent(events.thread)
  if (code.by === 'type') return typedHits(code.hits, events)
  return growing(events.thread, (into, count) =>
    events.thread.kernels.takeFlagged(
      events.flags[code.flag]!.byteOffset,
      into.counts.byteOffset,
      into.indexes.byteOffset,
      count,
    ),
  )
}

/** Codes of types are few: the table of those that are meant lies beside the events. */
function typedHits(hits: Uint8Array, events: UserEvents): Hits {
  const { space, kernels } = events.thread
  const table = space.uint8(hits.length)
  table.set(hits)
  return growing(events.thread, (into, count) =>
    kernels.lookUp(table.byteOffset, events.type.byteOffset, into.counts.byteOffset, into.indexes.byteOffset, count),
  )
}

/** Every event is a hit; only a longer batch needs anything new. A word before the counts says -1, so that they tell the last hit, too. */
function everyEvent(thread: KernelThread): Hits {
  let room: Int32Array = new Int32Array(0)
  const register: Hits = {
    counts: room,
    indexes: room,
    prepare(count) {
      if (register.counts.length > count) return
      room = larger(thread, room, count + 1)
      for (let i = 0; i < room.length; i++) room[i] = i - 1
      register.counts = room.subarray(1)
      register.indexes = register.counts
    },
  }
  return register
}

interface Latest extends Register {
  values: Int32Array
}

function latestOf(hits: Hits, thread: KernelThread): Latest {
  const register: Latest = {
    values: new Int32Array(0),
    prepare(count: number) {
      if (register.values.length <= count) register.values = larger(thread, register.values, count)
      thread.kernels.findLatest(hits.counts.byteOffset, hits.indexes.byteOffset, register.values.byteOffset, count)
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
