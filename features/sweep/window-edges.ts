import type { BatchRows } from './batch-rows.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram, WindowCode } from './program.ts'
import type { UserEvents } from './user-events.ts'
import { WindowRows } from './window-rows.ts'

/** Ages of edges that are looked for at once. */
const together = 4

/**
 * Turns windows into ranges of events. Windows of one plan share most of their edges (all end at the cutoff, one begins
 * where another ends), so each distinct age of an edge is looked up once, four of them in one walk over the events.
 */
export class WindowEdges {
  /** One per window, in the program's order. */
  readonly windows: readonly WindowRows[]
  /** Of four ages each: addresses of their ranks, then of their edges. */
  private readonly groups: readonly Int32Array[]
  /** Address of how many cutoffs are not after day 0, times 16; those of other days lie around it. */
  private readonly ranks: number
  private readonly marks: Int32Array
  private readonly cutoffs: number
  /** The first event of the row's user. */
  private readonly beginning: Int32Array

  constructor(windows: readonly WindowCode[], program: SweepProgram, { cutoff }: BatchRows, thread: KernelThread) {
    const { space } = thread
    const start = ({ lookbackDays, offsetDays }: WindowCode): number | null =>
      lookbackDays === null ? null : offsetDays + lookbackDays
    const all = windows.flatMap((window) => [window.offsetDays, start(window) ?? window.offsetDays])
    const ages = [...new Set(all)]
    while (ages.length % together > 0) ages.push(ages.at(-1)!)
    const edges = ages.map(() => space.int32(cutoff.length))
    this.beginning = space.int32(cutoff.length)
    this.cutoffs = program.cutoffs.length
    this.marks = space.int32(together * (this.cutoffs + 1))
    const { ranks, lastAge } = ranksOf(program, Math.max(0, ...ages), thread)
    this.ranks = ranks
    this.groups = Array.from({ length: ages.length / together }, (_, g) => {
      const group = [0, 1, 2, 3].map((i) => together * g + i)
      const from = group.map((a) => ranks + 4 * Math.min(lastAge, ages[a]!))
      const addresses = space.int32(2 * together)
      addresses.set([...from, ...group.map((a) => edges[a]!.byteOffset)])
      return addresses
    })
    const edge = (age: number | null): Int32Array => (age === null ? this.beginning : edges[ages.indexOf(age)]!)
    this.windows = windows.map(
      (window) => new WindowRows({ cutoff, lo: edge(start(window)), hi: edge(window.offsetDays) }, space),
    )
  }

  /** Events are ordered by user and by the day on which they are seen, before the last cutoff. */
  find({ seen, start, thread }: UserEvents, { users, rowsFrom, order, cutoff, count }: BatchRows): void {
    const { kernels } = thread
    const { ranks, marks, cutoffs } = this
    const from = rowsFrom.byteOffset
    const to = order.byteOffset
    for (const group of this.groups)
      kernels.findEdges(
        seen.byteOffset,
        start.byteOffset,
        users,
        from,
        to,
        cutoff.byteOffset,
        ranks,
        group.byteOffset,
        marks.byteOffset,
        cutoffs,
      )
    kernels.findBeginnings(start.byteOffset, users, from, to, this.beginning.byteOffset)
    for (const window of this.windows) window.count = count
  }
}

/**
 * How many cutoffs are not after a day, for all days on which an event can be, or be so old that none of the cutoffs is
 * before its edge: from `lastAge` on it is so for every event.
 */
function ranksOf(
  { cutoffs, baseDay }: SweepProgram,
  oldest: number,
  { space }: KernelThread,
): { readonly ranks: number; readonly lastAge: number } {
  const first = Math.min(baseDay, cutoffs[0] ?? baseDay)
  const last = Math.max(first, cutoffs.at(-1) ?? first)
  const lastAge = Math.min(oldest, last - first)
  const table = space.int32(last + lastAge - first + 1)
  let rank = 0
  for (let day = first; day <= last + lastAge; day++) {
    while (rank < cutoffs.length && cutoffs[rank]! <= day) rank++
    table[day - first] = 4 * together * rank
  }
  return { ranks: table.byteOffset - 4 * first, lastAge }
}
