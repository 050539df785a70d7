import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { Register, Running } from './registers.ts'
import { type WindowRows } from './window-rows.ts'

/** Sets of so many events (2^j) are made at most; longer ranges are united step by step. */
const mostDoublings = 7

/** Where the levels of a column are in a set: level l (from 1 on) is bit `shift` + l - 1. */
export interface LevelPart {
  readonly of: 'category' | 'channel'
  readonly codes: () => Int32Array
  readonly shift: number
  readonly levels: number
}

/** A column, and by code its set: one bit, none of code 0; two words each. */
interface LevelSets {
  readonly part: LevelPart
  readonly sets: Uint32Array
}

/**
 * Which levels the hits of each row have, one bit each, of one or two columns: tables say it of 2^j events from each event on, so
 * that a range is two of their entries, or some more where it is long or few ranges see each event. Tables are made when
 * first needed, and sets of rows once per window.
 */
export class LevelUnions implements Register {
  /** Null: every event is a hit. */
  private readonly counts: Running | null
  private readonly parts: LevelSets[] = []
  /** Tables of sets of 2^j events, 64 bits each, and their addresses. */
  private readonly tables: Float64Array[] = []
  private readonly addresses: Int32Array
  /** Tables that are made for the present events. */
  private made = 0
  private count = 0
  /** Events that the rows of a window see: together, at most. */
  private readonly seen: Float64Array
  private readonly sets = new Map<WindowRows, { readonly values: Float64Array; isMade: boolean }>()
  private readonly thread: KernelThread

  constructor(counts: Running | null, thread: KernelThread) {
    this.thread = thread
    this.counts = counts
    this.addresses = thread.space.int32(mostDoublings + 1)
    this.seen = thread.space.float64(2)
  }

  /** The levels of a column are wanted, too. */
  add(part: LevelPart): void {
    if (this.parts.some((known) => known.part.of === part.of)) return
    const sets = this.thread.space.uint32(2 * (part.levels + 1)).fill(0)
    for (let level = 1; level <= part.levels; level++) {
      const bit = part.shift + level - 1
      sets[2 * level + (bit >>> 5)] = 1 << (bit & 31)
    }
    this.parts.push({ part, sets })
  }

  prepare(count: number): void {
    this.count = count
    this.made = 0
    for (const sets of this.sets.values()) sets.isMade = false
  }

  /** Address of the sets of the rows of a window. */
  of(rows: WindowRows): number {
    const sets = this.sets.get(rows) ?? this.room(rows)
    if (!sets.isMade) this.unite(rows, sets.values)
    sets.isMade = true
    return sets.values.byteOffset
  }

  private room(rows: WindowRows): { readonly values: Float64Array; isMade: boolean } {
    const sets = { values: this.thread.space.float64(rows.cutoff.length), isMade: false }
    this.sets.set(rows, sets)
    return sets
  }

  private unite(rows: WindowRows, into: Float64Array): void {
    const { kernels } = this.thread
    kernels.measureRanges(rows.address, this.seen.byteOffset)
    const together = this.seen[0]!
    const most = this.seen[1]!
    // Each further doubling is one more walk over all events, and halves the steps of all rows.
    const worthwhile = Math.ceil(Math.log2(1 + (2 * together) / Math.max(1, this.count)))
    const top = Math.min(mostDoublings, worthwhile, most < 2 ? 0 : 31 - Math.clz32(most))
    while (this.made <= top) this.makeTable(this.made++)
    kernels.uniteSets(rows.address, this.addresses.byteOffset, top, into.byteOffset)
  }

  private makeTable(j: number): void {
    const { count, tables, thread } = this
    if (tables.length === j) tables.push(new Float64Array(0))
    // Entries are joined two by two, so that one past the end may be written.
    if (tables[j]!.length < count + 1) {
      thread.space.giveBack(tables[j]!)
      tables[j] = thread.space.float64(2 ** Math.ceil(Math.log2(count + 1)))
      this.addresses[j] = tables[j]!.byteOffset
    }
    const into = tables[j]!.byteOffset
    if (j > 0) return thread.kernels.joinSets(tables[j - 1]!.byteOffset, into, 2 ** (j - 1), count)
    const first = this.parts[0]!
    const last = this.parts.at(-1)!
    thread.kernels.findSets(
      first.part.codes().byteOffset,
      first.sets.byteOffset,
      last.part.codes().byteOffset,
      last.sets.byteOffset,
      into,
      count,
    )
    if (this.counts !== null) thread.kernels.keepSets(this.counts.address, this.counts.stride, into, count)
  }
}
