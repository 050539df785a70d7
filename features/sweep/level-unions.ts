import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { Hits, LevelBits, Register } from './registers.ts'

/**
 * Which levels the hits a .. b - 1 have, one bit each: of a few hits by a walk; of many overlapping ranges by two look-ups in
 * a table whose row j holds the union of 2^j hits from each hit on (a sparse table; rows are made when first needed).
 */
export class LevelUnions implements Register {
  private readonly hits: Hits
  private readonly bits: LevelBits
  private readonly rows: Int32Array[] = []
  /** Rows that are made for the present events. */
  private made = 0
  private count = 0
  private readonly thread: KernelThread

  constructor(hits: Hits, bits: LevelBits, thread: KernelThread) {
    this.thread = thread
    this.hits = hits
    this.bits = bits
  }

  prepare(count: number): void {
    this.count = this.hits.counts[count]!
    this.made = 0
  }

  /** Hits of all ranges together, above which the table costs less than walking. */
  get mostWalked(): number {
    return 4 * this.count
  }

  walk(a: number, b: number): number {
    const { indexes } = this.hits
    const { values } = this.bits
    let union = 0
    for (let m = a; m < b; m++) union |= values[indexes[m]!]!
    return union
  }

  lookUp(a: number, b: number): number {
    if (a >= b) return 0
    const j = 31 - Math.clz32(b - a)
    while (this.made <= j) this.makeRow(this.made++)
    const row = this.rows[j]!
    return row[a]! | row[b - (1 << j)]!
  }

  private makeRow(j: number): void {
    const { count } = this
    if (this.rows.length === j) this.rows.push(new Int32Array(0))
    if (this.rows[j]!.length < count) {
      this.thread.space.giveBack(this.rows[j]!)
      this.rows[j] = this.thread.space.int32(2 ** Math.ceil(Math.log2(count)))
    }
    const row = this.rows[j]!
    if (j === 0) firstRow(this.hits, this.bits, { row, count })
    else joinPairs(this.rows[j - 1]!, { row, count, half: 2 ** (j - 1) })
  }
}

function firstRow({ indexes }: Hits, { values }: LevelBits, { row, count }: { row: Int32Array; count: number }): void {
  for (let m = 0; m < count; m++) row[m] = values[indexes[m]!]!
}

/** Entries whose range would pass the end are never asked for. */
function joinPairs(shorter: Int32Array, { row, count, half }: { row: Int32Array; count: number; half: number }): void {
  for (let m = 0; m + 2 * half <= count; m++) row[m] = shorter[m]! | shorter[m + half]!
}
