import { missingCode } from '../../core/dataset.ts'
import type { SweepProgram } from './program.ts'
import { computeOf, type Compute } from './sweep-formulas.ts'

/** Columns of the result in shared memory, in the order of the program's outputs. */
export type SweptColumn = Float32Array | Float64Array | Uint16Array

/** Values of all tiles together, so that they stay in a core's cache. */
const tileValues = 65_536
const mostTileRows = 128
const fewestTileRows = 16

/**
 * Values of rows by cutoff, slot by slot, some dozen rows at a time: a full tile runs through the formulas in short plain loops
 * and goes to the columns in runs, where single values would touch every column's memory once per row.
 */
export class RowTiles {
  readonly values: Float64Array
  /** Distance of two slots in `values`. */
  readonly slotStride: number
  private readonly fill: Int32Array
  private readonly nextRow: Int32Array
  private readonly slots: number
  private readonly views: readonly (readonly Float64Array[])[]
  /** By cutoff and formula. */
  private readonly inputs: readonly (readonly (readonly Float64Array[])[])[]
  private readonly computes: readonly Compute[]
  private readonly program: SweepProgram
  private readonly columns: readonly SweptColumn[]

  constructor(program: SweepProgram, columns: readonly SweptColumn[]) {
    this.program = program
    this.columns = columns
    this.slots = program.measures.length + program.derived.length
    const fitting = tileValues / Math.max(1, program.cutoffs.length * this.slots)
    const tileRows = Math.min(mostTileRows, Math.max(fewestTileRows, 2 ** Math.floor(Math.log2(fitting))))
    this.slotStride = tileRows
    this.values = new Float64Array(program.cutoffs.length * this.slots * tileRows)
    this.fill = new Int32Array(program.cutoffs.length)
    this.nextRow = new Int32Array(program.cutoffs.length)
    this.computes = program.derived.map(computeOf)
    this.views = program.cutoffs.map((_, k) =>
      Array.from({ length: this.slots }, (_, slot) => {
        const from = (k * this.slots + slot) * tileRows
        return this.values.subarray(from, from + tileRows)
      }),
    )
    this.inputs = this.views.map((views) => program.derived.map(({ from }) => from.map((slot) => views[slot]!)))
  }

  /** Rows of cutoff k go to row `rowStart[at + k]` and after. */
  begin(rowStart: Int32Array, at: number): void {
    for (let k = 0; k < this.nextRow.length; k++) this.nextRow[k] = rowStart[at + k]!
  }

  /** Place of slot 0 of the next row of cutoff k. */
  place(k: number): number {
    return k * this.slots * this.slotStride + this.fill[k]!
  }

  /** Number of the next row of cutoff k. */
  row(k: number): number {
    return this.nextRow[k]! + this.fill[k]!
  }

  /** The row at `place(k)` is filled. */
  advance(k: number): void {
    if (++this.fill[k]! === this.slotStride) this.flush(k)
  }

  flushAll(): void {
    for (let k = 0; k < this.fill.length; k++) if (this.fill[k]! > 0) this.flush(k)
  }

  private flush(k: number): void {
    const rows = this.fill[k]!
    const views = this.views[k]!
    const { measures, derived, outputs } = this.program
    for (let d = 0; d < derived.length; d++) this.computes[d]!(this.inputs[k]![d]!, views[measures.length + d]!, rows)
    for (let j = 0; j < outputs.length; j++)
      copyOut(views[outputs[j]!.slot]!, this.columns[j]!, { from: this.nextRow[k]!, rows })
    this.nextRow[k]! += rows
    this.fill[k] = 0
  }
}

/** One loop per kind of column. Every NaN stems from the one constant, so its bits are always the same. */
function copyOut(values: Float64Array, column: SweptColumn, { from, rows }: { from: number; rows: number }): void {
  if (column instanceof Float32Array) copyFloats(values, column, from, rows)
  else if (column instanceof Float64Array) copyDoubles(values, column, from, rows)
  else copyCodes(values, column, from, rows)
}

function copyFloats(values: Float64Array, column: Float32Array, from: number, rows: number): void {
  for (let t = 0; t < rows; t++) column[from + t] = values[t]!
}

function copyDoubles(values: Float64Array, column: Float64Array, from: number, rows: number): void {
  for (let t = 0; t < rows; t++) column[from + t] = values[t]!
}

function copyCodes(values: Float64Array, column: Uint16Array, from: number, rows: number): void {
  for (let t = 0; t < rows; t++) column[from + t] = Number.isNaN(values[t]!) ? missingCode : values[t]! - 1
}
