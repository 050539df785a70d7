import type { ChosenUsers } from './chosen-users.ts'
import { spareBytes } from './kernels/spare-bytes.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'

/** Rows of a batch of users: ordered by cutoff, then by user, as they are in the result. */
export class BatchRows {
  /** The first of its users among the chosen ones; the others follow. */
  first = 0
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
  private readonly days: Int32Array
  private readonly next: Int32Array
  private readonly most: number
  private readonly thread: KernelThread

  constructor({ cutoffs }: SweepProgram, most: number, thread: KernelThread) {
    const { space } = thread
    this.most = most
    this.thread = thread
    this.rowsFrom = space.int32(most + 1).fill(0)
    this.order = space.int32(most)
    this.cutoff = space.int32(most + spareBytes / 4).subarray(0, most)
    this.from = space.int32(cutoffs.length + 1)
    this.next = space.int32(cutoffs.length)
    this.days = space.int32(cutoffs.length)
    this.days.set(cutoffs)
  }

  /** The next user is the first of a bucket's chosen ones. */
  begin(): void {
    this.first = 0
  }

  hasRoom(rows: number): boolean {
    return this.count + rows <= this.most
  }

  /** The next chosen user, who has at least one row. */
  add(rows: number): void {
    this.count += rows
    this.rowsFrom[++this.users] = this.count
  }

  /** All users are there: says where each row is. */
  arrange(chosen: ChosenUsers): void {
    this.thread.kernels.arrangeRows(
      chosen.flagsOf(this.first),
      this.users,
      this.days.length,
      this.days.byteOffset,
      this.from.byteOffset,
      this.order.byteOffset,
      this.cutoff.byteOffset,
      this.next.byteOffset,
    )
  }

  /** The rows are made; the next chosen user comes. */
  clear(): void {
    this.first += this.users
    this.users = 0
    this.count = 0
  }
}
