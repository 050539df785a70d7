import type { BatchRows } from './batch-rows.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { WindowCode } from './program.ts'
import type { UserEvents } from './user-events.ts'
import type { WindowRows } from './window-rows.ts'

/**
 * Turns windows into ranges of events. Windows of one plan share most of their edges (all end at the cutoff, one begins
 * where another ends), so each distinct age of an edge is looked up once: one walk per user, cutoff by cutoff.
 */
export class WindowEdges {
  /** One per window, in the program's order. */
  readonly windows: readonly WindowRows[]
  private readonly ages: readonly number[]
  private readonly edges: readonly Int32Array[]
  /** The first event of the row's user. */
  private readonly beginning: Int32Array

  constructor(windows: readonly WindowCode[], cutoff: Int32Array, { space }: KernelThread) {
    const most = cutoff.length
    const start = ({ lookbackDays, offsetDays }: WindowCode): number | null =>
      lookbackDays === null ? null : offsetDays + lookbackDays
    const ages = windows.flatMap((window) => [window.offsetDays, start(window) ?? window.offsetDays])
    this.ages = [...new Set(ages)]
    this.edges = this.ages.map(() => space.int32(most))
    this.beginning = space.int32(most)
    const edge = (age: number | null): Int32Array =>
      age === null ? this.beginning : this.edges[this.ages.indexOf(age)]!
    this.windows = windows.map((window) => ({
      cutoff,
      count: 0,
      lo: edge(start(window)),
      hi: edge(window.offsetDays),
    }))
  }

  /** Events are ordered by user and by the day on which they are seen, each user's rows by cutoff. */
  find({ seen, start, thread }: UserEvents, { users, rowsFrom, order, cutoff, count }: BatchRows): void {
    const { kernels } = thread
    const rows = [rowsFrom.byteOffset, order.byteOffset] as const
    for (let a = 0; a < this.ages.length; a++) {
      const into = this.edges[a]!.byteOffset
      kernels.findEdges(seen.byteOffset, start.byteOffset, users, ...rows, cutoff.byteOffset, this.ages[a]!, into)
    }
    kernels.findBeginnings(start.byteOffset, users, ...rows, this.beginning.byteOffset)
    for (const window of this.windows) window.count = count
  }
}
