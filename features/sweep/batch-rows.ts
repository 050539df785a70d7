import { missingCode } from '../../core/dataset.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { status, type SweepProgram } from './program.ts'
import type { KeyColumns, LabelColumns } from './tasks.ts'

/** Who is a row, by user and cutoff, and where it is written. */
export interface SweptSpine {
  /** From status `example` on the pair is a row. */
  readonly rows: Uint8Array
  /** One per prediction. */
  readonly statuses: readonly Uint8Array[]
  readonly keys: KeyColumns
}

/** Rows of a batch of users: ordered by cutoff, then by user, as they are in the result. */
export class BatchRows {
  /** Users of the batch. */
  users = 0
  /** Rows of the batch. */
  count = 0
  /** Rows of the batch's u-th user: `order[rowsFrom[u]] .. order[rowsFrom[u + 1] - 1]`, by cutoff. */
  readonly rowsFrom: Int32Array
  readonly order: Int32Array
  /** Day number by row. */
  readonly cutoff: Int32Array
  /** Rows of cutoff k: `from[k] .. from[k + 1] - 1`. */
  readonly from: Int32Array
  /** Row of the result at which the next row of cutoff k goes. */
  readonly next: Int32Array
  private readonly cutoffs: readonly number[]
  /** By user of the batch. */
  private readonly userIndexes: Int32Array
  private readonly most: number

  constructor({ cutoffs }: SweepProgram, most: number, { space }: KernelThread) {
    this.cutoffs = cutoffs
    this.most = most
    this.rowsFrom = space.int32(most + 1).fill(0)
    this.order = space.int32(most)
    this.cutoff = space.int32(most)
    this.from = space.int32(cutoffs.length + 1)
    this.next = space.int32(cutoffs.length)
    this.userIndexes = space.int32(most)
  }

  /** Rows of cutoff k go to row `rowStart[at + k]` of the result and after. */
  begin(rowStart: Int32Array, at: number): void {
    for (let k = 0; k < this.next.length; k++) this.next[k] = rowStart[at + k]!
  }

  hasRoom(rows: number): boolean {
    return this.count + rows <= this.most
  }

  /** A user with at least one row. */
  add(user: number, rows: number): void {
    this.userIndexes[this.users++] = user
    this.count += rows
    this.rowsFrom[this.users] = this.count
  }

  /** All users are there: says where each row is, and writes what it has besides its features. */
  arrange({ rows, statuses, keys }: SweptSpine): void {
    const { cutoffs, users, userIndexes, from, rowsFrom, order, cutoff } = this
    const filled = Int32Array.from(rowsFrom.subarray(0, users))
    let row = 0
    for (let k = 0; k < cutoffs.length; k++) {
      from[k] = row
      const shift = this.next[k]! - row
      for (let u = 0; u < users; u++) {
        const user = userIndexes[u]!
        const at = user * cutoffs.length + k
        if (rows[at]! < status.example) continue
        keys.users[shift + row] = user
        for (let p = 0; p < statuses.length; p++) writeLabel(keys.predictions[p]!, shift + row, statuses[p]![at]!)
        order[filled[u]!++] = row++
      }
      cutoff.fill(cutoffs[k]!, from[k], row)
      keys.cutoffs.fill(cutoffs[k]!, this.next[k], shift + row)
    }
    from[cutoffs.length] = row
  }

  /** The rows are in the result. */
  clear(): void {
    for (let k = 0; k < this.next.length; k++) this.next[k]! += this.from[k + 1]! - this.from[k]!
    this.users = 0
    this.count = 0
  }
}

function writeLabel({ labels, churnKinds, isExample }: LabelColumns, row: number, judged: number): void {
  const isChurned = judged > status.example
  labels[row] = isChurned ? 1 : 0
  churnKinds[row] = isChurned ? judged - status.churned : missingCode
  if (isExample !== null) isExample[row] = judged >= status.example ? 1 : 0
}
