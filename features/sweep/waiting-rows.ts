import type { BatchRows } from './batch-rows.ts'
import type { KernelArray } from './kernels/kernel-space.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import type { RowValues } from './row-values.ts'

/** Columns of the result in shared memory, in the order of the program's outputs. */
export type SweptColumn = Float32Array | Float64Array | Uint16Array

/** Bytes of the rows that wait, about. */
const mostBytes = 8 * 2 ** 20
/** Batches among which they are. */
const mostBatches = 256
/** Kernels take 16 bytes at a time: room for one step too many. */
const spareBytes = 16

/**
 * Rows of many batches, column by column, until they are written to the result: there each cutoff has a stretch of its own, and a
 * batch has but a few rows of each. Of many batches these are long runs, copied at once.
 */
export class WaitingRows {
  private count = 0
  private batches = 0
  /** Row of the result at which the next row of each cutoff goes. */
  private readonly next: Int32Array
  /** By batch, where its rows of each cutoff begin, and its end. */
  private readonly edges: Uint32Array
  /** See the kernel `appendValues`. */
  private readonly table: Uint32Array
  private readonly waiting: readonly KernelArray[]
  /** One column in the order of the result, as its own kind of numbers. */
  private readonly ordered: readonly SweptColumn[]
  private readonly columns: readonly SweptColumn[]
  private readonly mostRows: number
  private readonly thread: KernelThread

  constructor(
    { cutoffs, outputs, layout }: SweepProgram,
    columns: readonly SweptColumn[],
    { values, batchRows, thread }: { values: RowValues; batchRows: number; thread: KernelThread },
  ) {
    const { space } = thread
    const rowBytes = columns.reduce((sum, column) => sum + column.BYTES_PER_ELEMENT, 1)
    const bucketRows = 2 ** layout.user.bits * cutoffs.length
    this.mostRows = Math.max(batchRows, Math.min(bucketRows, Math.floor(mostBytes / rowBytes)))
    this.thread = thread
    this.columns = columns
    this.next = space.int32(cutoffs.length)
    this.edges = space.uint32(mostBatches * (cutoffs.length + 1))
    this.waiting = columns.map((column) => space.uint8(this.mostRows * column.BYTES_PER_ELEMENT + spareBytes))
    const { buffer, byteOffset } = space.uint8(this.mostRows * 8 + spareBytes)
    const floats = new Float32Array(buffer, byteOffset, this.mostRows)
    const doubles = new Float64Array(buffer, byteOffset, this.mostRows)
    const codes = new Uint16Array(buffer, byteOffset, this.mostRows)
    this.ordered = columns.map((column) => [floats, doubles, codes][kindOf(column)]!)
    this.table = space.uint32(3 * columns.length)
    const words = columns.flatMap((column, j) => [
      values.addressOf(outputs[j]!.slot),
      this.waiting[j]!.byteOffset,
      kindOf(column),
    ])
    this.table.set(words)
  }

  /** The next rows of cutoff k go to row `rowStart[at + k]` of the result and after; none waits. */
  begin(rowStart: Int32Array, at: number): void {
    for (let k = 0; k < this.next.length; k++) this.next[k] = rowStart[at + k]!
  }

  /** The batch's values, which come after those that were added before. */
  add({ count, from }: BatchRows): void {
    if (this.count + count > this.mostRows || this.batches === mostBatches) this.writeOut()
    const { table, columns, edges } = this
    this.thread.kernels.appendValues(table.byteOffset, columns.length, this.count, count)
    const at = this.batches++ * from.length
    for (let k = 0; k < from.length; k++) edges[at + k] = this.count + from[k]!
    this.count += count
  }

  /** To the result. */
  writeOut(): void {
    const { batches, columns, edges, next, waiting, ordered } = this
    if (batches === 0) return
    const cutoffs = next.length
    const ends = this.ends()
    for (let j = 0; j < columns.length; j++) {
      const column = columns[j]!
      const run = ordered[j]!
      const power = Math.log2(column.BYTES_PER_ELEMENT)
      this.thread.kernels.orderByCutoff(
        waiting[j]!.byteOffset,
        power,
        edges.byteOffset,
        batches,
        cutoffs,
        run.byteOffset,
      )
      for (let k = 0, from = 0; k < cutoffs; from = ends[k++]!)
        if (ends[k]! > from) column.set(run.subarray(from, ends[k]), next[k])
    }
    for (let k = 0; k < cutoffs; k++) next[k]! += ends[k]! - (ends[k - 1] ?? 0)
    this.count = 0
    this.batches = 0
  }

  /** Rows of each cutoff and those before it. */
  private ends(): readonly number[] {
    const { edges, batches } = this
    const cutoffs = this.next.length
    let rows = 0
    return Array.from(this.next, (_, k) => {
      for (let at = k, b = 0; b < batches; b++, at += cutoffs + 1) rows += edges[at + 1]! - edges[at]!
      return rows
    })
  }
}

/** As the kernel knows it. */
function kindOf(column: SweptColumn): number {
  return column instanceof Float32Array ? 0 : column instanceof Float64Array ? 1 : 2
}
