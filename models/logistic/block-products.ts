import { linearKernels } from '../kernels/linear.ts'
import { createKernelPool, type KernelChoice, type KernelPool } from '../kernels/kernel-pool.ts'
import { MemoryPlan } from '../kernels/memory-plan.ts'
import { blockRows } from '../kernels/plain/add-products.ts'

/** Sums products of columns, 256 rows at a time: the lower triangle of X' X of all blocks that were added. */
export class BlockProducts {
  /** Columns one after another, `blockRows` doubles each; filled by the caller, zero from `rows` on. */
  readonly block: Float64Array
  /** Row-major padded x padded; on and below the diagonal. */
  readonly total: Float64Array
  readonly padded: number
  private readonly pool: KernelPool
  private readonly addresses: readonly [number, number]

  /** For `size` columns. */
  constructor(size: number, kernels: KernelChoice = 'auto') {
    this.padded = Math.ceil(size / 4) * 4
    const plan = new MemoryPlan({ where: 'fit logistic', what: `${size} x ${size} products of columns` })
    const block = plan.reserve(8 * blockRows * this.padded)
    const total = plan.reserve(8 * this.padded ** 2)
    this.pool = createKernelPool(linearKernels, { pages: plan.pages, threads: 1, kernels })
    const { f64 } = this.pool.memory
    this.block = f64.subarray(block / 8, block / 8 + blockRows * this.padded)
    this.total = f64.subarray(total / 8, total / 8 + this.padded ** 2)
    this.addresses = [block, total]
  }

  /** Adds the products of the block's first `rows` rows, rounded up to an even number. */
  add(rows: number): void {
    const even = rows + (rows % 2)
    this.pool.run('addProducts', [...this.addresses, this.padded, even], this.padded / 4)
  }
}
