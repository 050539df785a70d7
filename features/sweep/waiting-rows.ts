import type { BatchRows } from './batch-rows.ts'
import type { KernelArray } from './kernels/kernel-space.ts'
import { spareBytes } from './kernels/spare-bytes.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import { alignment, placeRuns, writeRuns, type Runs } from './row-runs.ts'
import type { RowValues } from './row-values.ts'

/** Columns of the result in shared memory, in the order of the program's outputs. */
export type SweptColumn = Float32Array | Float64Array | Uint16Array

/** Bytes of the rows that wait, about. */
const mostBytes = 8 * 2 ** 20
/** Batches among which they are. */
const mostBatches = 256

/**
 * Rows of many batches, column by column, until they are written to the result: there each cutoff has a stretch of its own, and a
 * batch has but a few rows of each. Of many batches these are long runs, copied at once.
 */
export class WaitingRows {
  /** Most rows that wait, and room for runs of them. */
  readonly mostRows: number
  readonly roomRows: number
  private count = 0
  private batches = 0
  private readonly runs: Runs
  /** By batch, where its rows of each cutoff begin, and its end. */
  private readonly edges: Uint32Array
  /** See the kernel `appendValues`. */
  private readonly table: Uint32Array
  private readonly waiting: readonly KernelArray[]
  /** One column in the order of the result, as numbers of its kind. */
  private readonly ordered: readonly SweptColumn[]
  private readonly columns: readonly SweptColumn[]
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
    this.roomRows = this.mostRows + cutoffs.length * alignment
    this.thread = thread
    this.columns = columns
    this.runs = {
      next: space.int32(cutoffs.length),
      places: space.int32(cutoffs.length),
      counts: space.int32(cutoffs.length),
    }
    this.edges = space.uint32(mostBatches * (cutoffs.length + 1))
    this.waiting = columns.map((column) => space.uint8(this.mostRows * column.BYTES_PER_ELEMENT + spareBytes))
    const { buffer, byteOffset } = space.uint8(this.roomRows * 8 + spareBytes)
    const floats = new Float32Array(buffer, byteOffset, this.roomRows)
    const doubles = new Float64Array(buffer, byteOffset, this.roomRows)
    const codes = new Uint16Array(buffer, byteOffset, this.roomRows)
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
    this.runs.next.set(rowStart.subarray(at, at + this.runs.next.length))
  }

  hasRoom(rows: number): boolean {
    return this.count + rows <= this.mostRows && this.batches < mostBatches
  }

  /** The batch's values, which come after those that were added before. */
  add({ count, from }: BatchRows): void {
    const { table, columns, edges } = this
    this.thread.kernels.appendValues(table.byteOffset, columns.length, this.count, count)
    const at = this.batches++ * from.length
    for (let k = 0; k < from.length; k++) edges[at + k] = this.count + from[k]!
    this.count += count
  }

  /** To the result, with what else `write` knows of the same rows. */
  writeOut(write: (runs: Runs) => void): void {
    if (this.batches === 0) return
    const { batches, columns, edges, waiting, ordered, runs } = this
    const { next, places, counts } = runs
    placeRuns(edges, batches, runs)
    write(runs)
    for (let j = 0; j < columns.length; j++) {
      this.thread.kernels.orderByCutoff(
        waiting[j]!.byteOffset,
        Math.log2(columns[j]!.BYTES_PER_ELEMENT),
        edges.byteOffset,
        batches,
        next.length,
        places.byteOffset,
        ordered[j]!.byteOffset,
      )
      writeRuns(ordered[j]!, columns[j]!, runs)
    }
    for (let k = 0; k < next.length; k++) next[k]! += counts[k]!
    this.count = 0
    this.batches = 0
  }
}

/** As the kernel knows it. */
function kindOf(column: SweptColumn): number {
  return column instanceof Float32Array ? 0 : column instanceof Float64Array ? 1 : 2
}
