import { type Hits, hitsOf, latestOf, levelledHits } from './hits.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { larger, largerSums } from './larger.ts'
import { type LevelPart, LevelUnions } from './level-unions.ts'
import type { ConditionCode, SweepProgram } from './program.ts'
import { TypeCounts } from './type-counts.ts'
import type { UserEvents } from './user-events.ts'

/** A column that is made anew for every batch of users. */
export interface Register {
  /** `count` events are in the columns. */
  prepare(count: number): void
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
    return this.shared(`levelled/${of}/${condition}`, () => levelledHits(all, of, events))
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
