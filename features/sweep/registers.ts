import type { ConditionCode, SweepProgram } from './program.ts'
import type { UserEvents } from './user-events.ts'

/*
 * Running values over one user's events, oldest first. Entry i of a running column tells of the first i events, so that
 * a window, which is a range [lo, hi) of events, needs two look-ups and no walk, for however many cutoffs.
 */

/** A column that is made anew for every user. */
export interface Register {
  /** `count` events are in the columns. */
  prepare(count: number): void
}

/** 1 where the event meets the condition. */
export interface Hits extends Register {
  values: Uint8Array
}

/** A running column of integers. */
export interface Running extends Register {
  values: Int32Array
}

/** A running column of doubles. */
export interface RunningSum extends Register {
  values: Float64Array
}

/** The distinct days of events that meet a condition, ascending: how many among the first i events, and which. */
export interface Days extends Register {
  counts: Int32Array
  days: Int32Array
}

/** Moments of events that meet a condition, in seconds, and how many among the first i events. */
export interface Moments extends Register {
  counts: Int32Array
  seconds: Int32Array
}

const grown = (length: number): number => Math.max(512, 2 ** Math.ceil(Math.log2(length + 1)))

/** The registers of a set of measures over the same columns of events; equal ones are shared. */
export class Registers {
  readonly events: UserEvents
  private readonly conditions: readonly ConditionCode[]
  private readonly byKey = new Map<string, Register>()
  private readonly inOrder: Register[] = []

  constructor(program: SweepProgram, events: UserEvents) {
    this.events = events
    this.conditions = program.conditions
  }

  prepare(): void {
    const { count } = this.events
    for (const register of this.inOrder) register.prepare(count)
  }

  /** Registers of other files, e.g. gaps; made after those that `make` asks for. */
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

  /** How many of the first i events meet the condition. */
  counts(condition: number): Running {
    return this.shared(`counts/${condition}`, () => {
      const hits = this.hits(condition)
      const register: Running = {
        values: new Int32Array(1),
        prepare(count) {
          if (register.values.length <= count) register.values = new Int32Array(grown(count))
          runCounts(hits.values, register.values, count)
        },
      }
      return register
    })
  }

  /** Sum over the first i events that meet the condition. */
  sums(of: 'amount' | 'quantity', condition: number): RunningSum {
    return this.shared(`sums/${of}/${condition}`, () => {
      const hits = this.hits(condition)
      const { events } = this
      const register: RunningSum = {
        values: new Float64Array(1),
        prepare(count) {
          if (register.values.length <= count) register.values = new Float64Array(grown(count))
          runSums(hits.values, events[of], { into: register.values, count })
        },
      }
      return register
    })
  }

  /** Index of the last event before i that meets the condition, or -1. */
  lastIndex(condition: number): Running {
    return this.indexes(`last/${condition}`, condition, runLast)
  }

  /** Index of the first event from i on that meets the condition, or the number of events. */
  nextIndex(condition: number): Running {
    return this.indexes(`next/${condition}`, condition, runNext)
  }

  days(condition: number): Days {
    return this.shared(`days/${condition}`, () => {
      const hits = this.hits(condition)
      const { events } = this
      const register: Days = {
        counts: new Int32Array(1),
        days: new Int32Array(0),
        prepare(count) {
          if (register.counts.length <= count) {
            register.counts = new Int32Array(grown(count))
            register.days = new Int32Array(grown(count))
          }
          runDays(hits.values, events.day, { into: register, count })
        },
      }
      return register
    })
  }

  moments(condition: number): Moments {
    return this.shared(`moments/${condition}`, () => {
      const hits = this.hits(condition)
      const { events } = this
      const register: Moments = {
        counts: new Int32Array(1),
        seconds: new Int32Array(0),
        prepare(count) {
          if (register.counts.length <= count) {
            register.counts = new Int32Array(grown(count))
            register.seconds = new Int32Array(grown(count))
          }
          runMoments(hits.values, events.second, { into: register, count })
        },
      }
      return register
    })
  }

  private indexes(
    key: string,
    condition: number,
    run: (hits: Uint8Array, into: Int32Array, count: number) => void,
  ): Running {
    return this.shared(key, () => {
      const hits = this.hits(condition)
      const register: Running = {
        values: new Int32Array(1),
        prepare(count) {
          if (register.values.length <= count) register.values = new Int32Array(grown(count))
          run(hits.values, register.values, count)
        },
      }
      return register
    })
  }
}

function hitsOf(code: ConditionCode, events: UserEvents): Hits {
  const register: Hits = {
    values: new Uint8Array(0),
    prepare(count) {
      if (register.values.length < count) register.values = new Uint8Array(grown(count)).fill(1)
      if (code.by === 'type') lookUp(code.hits, events.type, { into: register.values, count })
      if (code.by === 'flag') copyFlags(events.flags[code.flag]!, register.values, count)
    },
  }
  return register
}

function lookUp(table: Uint8Array, codes: Int32Array, { into, count }: { into: Uint8Array; count: number }): void {
  for (let i = 0; i < count; i++) into[i] = table[codes[i]!]!
}

function copyFlags(flags: Int32Array, into: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = flags[i]!
}

function runCounts(hits: Uint8Array, into: Int32Array, count: number): void {
  let n = 0
  into[0] = 0
  for (let i = 0; i < count; i++) {
    n += hits[i]!
    into[i + 1] = n
  }
}

function runSums(hits: Uint8Array, values: Float64Array, { into, count }: { into: Float64Array; count: number }): void {
  let sum = 0
  into[0] = 0
  for (let i = 0; i < count; i++) {
    if (hits[i] === 1) sum += values[i]!
    into[i + 1] = sum
  }
}

function runLast(hits: Uint8Array, into: Int32Array, count: number): void {
  let last = -1
  into[0] = -1
  for (let i = 0; i < count; i++) {
    if (hits[i] === 1) last = i
    into[i + 1] = last
  }
}

function runNext(hits: Uint8Array, into: Int32Array, count: number): void {
  let next = count
  into[count] = count
  for (let i = count - 1; i >= 0; i--) {
    if (hits[i] === 1) next = i
    into[i] = next
  }
}

function runDays(hits: Uint8Array, day: Int32Array, { into, count }: { into: Days; count: number }): void {
  const { counts, days } = into
  let n = 0
  let last = -1
  counts[0] = 0
  for (let i = 0; i < count; i++) {
    if (hits[i] === 1 && day[i]! !== last) {
      last = day[i]!
      days[n++] = last
    }
    counts[i + 1] = n
  }
}

function runMoments(hits: Uint8Array, second: Int32Array, { into, count }: { into: Moments; count: number }): void {
  const { counts, seconds } = into
  let n = 0
  counts[0] = 0
  for (let i = 0; i < count; i++) {
    if (hits[i] === 1) seconds[n++] = second[i]!
    counts[i + 1] = n
  }
}
