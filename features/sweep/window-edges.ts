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
  find(events: UserEvents, rows: BatchRows): void {
    for (let a = 0; a < this.ages.length; a++) walk(events, rows, { age: this.ages[a]!, into: this.edges[a]! })
    begin(events, rows, this.beginning)
    for (const window of this.windows) window.count = rows.count
  }
}

function walk(
  { seen, start }: UserEvents,
  { users, rowsFrom, order, cutoff }: BatchRows,
  { age, into }: { age: number; into: Int32Array },
): void {
  for (let u = 0; u < users; u++) {
    const end = start[u + 1]!
    let i = start[u]!
    for (let j = rowsFrom[u]!; j < rowsFrom[u + 1]!; j++) {
      const r = order[j]!
      const day = cutoff[r]! - age
      while (i < end && seen[i]! < day) i++
      into[r] = i
    }
  }
}

function begin({ start }: UserEvents, { users, rowsFrom, order }: BatchRows, into: Int32Array): void {
  for (let u = 0; u < users; u++) for (let j = rowsFrom[u]!; j < rowsFrom[u + 1]!; j++) into[order[j]!] = start[u]!
}
