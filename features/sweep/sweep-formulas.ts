import type { FormulaName } from '../definition.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { DerivedCode } from './program.ts'

/**
 * Formulas that the sweep knows, by their number in `kernels/assembly/sweep/formulas.ts`, whose arithmetic is that of `formula.ts`,
 * operation by operation; a derived feature with another one is joined from SQL.
 */
export const sweepFormulas: Readonly<Partial<Record<FormulaName, number>>> = {
  ratio: 0,
  difference: 1,
  product: 2,
  share: 3,
  decay: 4,
  fade: 5,
  rate: 6,
  below: 7,
  slope: 8,
  countPositive: 9,
  sum: 10,
  largest: 11,
  concentration: 12,
  shift: 13,
}

/** Derived features, one after the other, over rows of slots: value of slot s and row r at `addressOf(s) + 8 * r`. */
export class SweepFormulas {
  private readonly table: Uint32Array
  private readonly limits: Float64Array
  private readonly thread: KernelThread

  /** The d-th one goes to slot `first + d`. */
  constructor(
    derived: readonly DerivedCode[],
    { first, addressOf }: { first: number; addressOf: (slot: number) => number },
    thread: KernelThread,
  ) {
    const words = derived.flatMap(({ formula, whenEmpty, from }, d) => [
      sweepFormulas[formula]!,
      whenEmpty === 'zero' ? 1 : 0,
      addressOf(first + d),
      from.length,
      ...from.map(addressOf),
    ])
    this.thread = thread
    this.table = thread.space.uint32(words.length)
    this.table.set(words)
    this.limits = thread.space.float64(derived.length)
    this.limits.set(derived.map(({ limit }) => limit))
  }

  /** Where the number of rows is odd, one more is computed. */
  compute(rows: number): void {
    const { table, limits } = this
    this.thread.kernels.computeFormulas(table.byteOffset, limits.byteOffset, limits.length, rows)
  }
}
