import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { Register, Running } from './registers.ts'
import { rowAddresses, type WindowRows } from './window-rows.ts'

/** Sets of so many events (2^j) are made at most; longer ranges are united step by step. */
const mostDoublings = 7

/** Where the levels of a column are in a set. */
export interface LevelPart {
  readonly of: 'category' | 'channel'
  readonly codes: () => Int32Array
  /** Of the bits; level l (from 1 on) is bit `shift` + l - 1. */
  readonly shift: number
}

/**
 * Which levels the hits of each row have, one bit each, of one or two columns: tables say it of 2^j events from each event on, so
 * that a range is two of their entries, or some more where it is long or few ranges see each event. Tables are made when
 * first needed, and sets of rows once per window.
 */
export class LevelUnions implements Register {
  private readonly counts: Running
  private readonly parts: LevelPart[] = []
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

  constructor(counts: Running, thread: KernelThread) {
    this.thread = thread
    this.counts = counts
    this.addresses = thread.space.int32(mostDoublings + 1)
    this.seen = thread.space.float64(2)
  }

  /** The levels of a column are wanted, too. */
  add(part: LevelPart): void {
    if (!this.parts.some(({ of }) => of === part.of)) this.parts.push(part)
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
    kernels.measureRanges(...rowAddresses(rows), this.seen.byteOffset)
    const together = this.seen[0]!
    const most = this.seen[1]!
    // Each further doubling is one more walk over all events, and halves the steps of all rows.
    const worthwhile = Math.ceil(Math.log2(1 + (2 * together) / Math.max(1, this.count)))
    const top = Math.min(mostDoublings, worthwhile, most < 2 ? 0 : 31 - Math.clz32(most))
    while (this.made <= top) this.makeTable(this.made++)
    kernels.uniteSets(...rowAddresses(rows), this.addresses.byteOffset, top, into.byteOffset)
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
    const { address, stride } = this.counts
    for (const [p, { codes, shift }] of this.parts.entries())
      thread.kernels.setBits(codes().byteOffset, shift, address, stride, p === 0 ? 1 : 0, into, count)
  }
}
