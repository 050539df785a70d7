import type { WindowCode } from './program.ts'
import type { UserEvents } from './user-events.ts'
import type { WindowRows } from './window-rows.ts'

/**
 * Turns windows into ranges of events. Windows of one plan share most of their edges (all end at the cutoff, one begins
 * where another ends), so each distinct age of an edge is looked up once per user, cutoff by cutoff in one walk.
 */
export class WindowEdges {
  /** One per window, in the program's order. */
  readonly windows: readonly WindowRows[]
  private readonly ages: readonly number[]
  private readonly edges: readonly Int32Array[]

  constructor(windows: readonly WindowCode[], rows: { readonly cutoff: Int32Array; readonly at: Int32Array }) {
    const most = rows.cutoff.length
    const start = ({ lookbackDays, offsetDays }: WindowCode): number | null =>
      lookbackDays === null ? null : offsetDays + lookbackDays
    const ages = windows.flatMap((window) => [window.offsetDays, start(window) ?? window.offsetDays])
    this.ages = [...new Set(ages)]
    this.edges = this.ages.map(() => new Int32Array(most))
    const beginning = new Int32Array(most)
    const edge = (age: number | null): Int32Array => (age === null ? beginning : this.edges[this.ages.indexOf(age)]!)
    this.windows = windows.map((window) => ({
      ...rows,
      count: 0,
      lo: edge(start(window)),
      hi: edge(window.offsetDays),
    }))
  }

  /** For `count` rows, cutoffs ascending; events ordered by the day on which they are seen. */
  find({ seen, count: events }: UserEvents, cutoff: Int32Array, count: number): void {
    for (let a = 0; a < this.ages.length; a++)
      walk(seen, events, { cutoff, age: this.ages[a]!, count, into: this.edges[a]! })
    for (const window of this.windows) window.count = count
  }
}

interface Walk {
  readonly cutoff: Int32Array
  readonly age: number
  readonly count: number
  readonly into: Int32Array
}

function walk(seen: Int32Array, events: number, { cutoff, age, count, into }: Walk): void {
  let i = 0
  for (let r = 0; r < count; r++) {
    const day = cutoff[r]! - age
    while (i < events && seen[i]! < day) i++
    into[r] = i
  }
}
