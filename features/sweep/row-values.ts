import { missingCode } from '../../core/dataset.ts'
import type { BatchRows } from './batch-rows.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import { computeOf, type Compute } from './sweep-formulas.ts'

/** Columns of the result in shared memory, in the order of the program's outputs. */
export type SweptColumn = Float32Array | Float64Array | Uint16Array

/** Values of a batch of rows, slot by slot, from which the formulas are computed and the result's columns are filled. */
export class RowValues {
  /** Slot s of row r: `values[s * stride + r]`. */
  readonly values: Float64Array
  readonly stride: number
  private readonly views: readonly Float64Array[]
  private readonly inputs: readonly (readonly Float64Array[])[]
  private readonly computes: readonly Compute[]
  private readonly program: SweepProgram
  private readonly columns: readonly SweptColumn[]

  constructor(
    program: SweepProgram,
    columns: readonly SweptColumn[],
    { mostRows, thread }: { mostRows: number; thread: KernelThread },
  ) {
    const { measures, derived } = program
    const slots = measures.length + derived.length
    this.program = program
    this.columns = columns
    this.stride = mostRows
    this.values = thread.space.float64(slots * mostRows)
    this.views = Array.from({ length: slots }, (_, slot) =>
      this.values.subarray(slot * mostRows, (slot + 1) * mostRows),
    )
    this.inputs = derived.map(({ from }) => from.map((slot) => this.views[slot]!))
    this.computes = derived.map(computeOf)
  }

  /** All measures of the rows are there. */
  finish(rows: BatchRows): void {
    const { measures, derived, outputs } = this.program
    for (let d = 0; d < derived.length; d++)
      this.computes[d]!(this.inputs[d]!, this.views[measures.length + d]!, rows.count)
    for (let j = 0; j < outputs.length; j++) copyOut(this.views[outputs[j]!.slot]!, this.columns[j]!, rows)
  }
}

/** One loop per kind of column. Every NaN stems from the one constant, so its bits are always the same. */
function copyOut(values: Float64Array, column: SweptColumn, rows: BatchRows): void {
  if (column instanceof Float32Array) copyFloats(values, column, rows)
  else if (column instanceof Float64Array) copyDoubles(values, column, rows)
  else copyCodes(values, column, rows)
}

function copyFloats(values: Float64Array, column: Float32Array, { from, next }: BatchRows): void {
  for (let k = 0; k < next.length; k++) {
    const shift = next[k]! - from[k]!
    const end = from[k + 1]!
    for (let r = from[k]!; r < end; r++) column[shift + r] = values[r]!
  }
}

function copyDoubles(values: Float64Array, column: Float64Array, { from, next }: BatchRows): void {
  for (let k = 0; k < next.length; k++) column.set(values.subarray(from[k], from[k + 1]), next[k])
}

function copyCodes(values: Float64Array, column: Uint16Array, { from, next }: BatchRows): void {
  for (let k = 0; k < next.length; k++) {
    const shift = next[k]! - from[k]!
    for (let r = from[k]!; r < from[k + 1]!; r++)
      column[shift + r] = Number.isNaN(values[r]!) ? missingCode : values[r]! - 1
  }
}
