import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import { SweepFormulas } from './sweep-formulas.ts'

/** Values of a batch of rows, slot by slot: measures, and formulas over them. */
export class RowValues {
  /** Slot s of row r: `values[s * stride + r]`. */
  readonly values: Float64Array
  /** Kernels take a few rows at a time, so there is room for some more than were asked for. */
  readonly stride: number
  private readonly formulas: SweepFormulas

  constructor({ measures, derived }: SweepProgram, mostRows: number, thread: KernelThread) {
    const slots = measures.length + derived.length
    this.stride = Math.ceil(mostRows / 4) * 4
    this.values = thread.space.float64(slots * this.stride)
    const addressOf = (slot: number): number => this.addressOf(slot)
    this.formulas = new SweepFormulas(derived, { first: measures.length, addressOf }, thread)
  }

  /** Of the slot's first row, in the memory of kernels. */
  addressOf(slot: number): number {
    return this.values.byteOffset + 8 * slot * this.stride
  }

  /** All measures of the rows are there. */
  finish(rows: number): void {
    this.formulas.compute(rows)
  }
}
