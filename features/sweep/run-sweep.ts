import { sharedUint8 } from '../../core/dataset.ts'
import type { KeptEvents } from '../refresh/merged-reader.ts'
import type { GivenSpine } from './given-spine.ts'
import { statusCount } from './program.ts'
import type { ReadEvents } from './read-events.ts'
import { looseStarts } from './loose-rows.ts'
import { emptyRows, firstRows, type RowArrays } from './row-arrays.ts'
import type { SweepPool } from './sweep-pool.ts'

export interface Sweeping {
  /** All cutoffs of the result, ascending day numbers; the program's own and the restored ones. */
  readonly cutoffs: readonly number[]
  readonly read: Pick<ReadEvents, 'made' | 'blocks' | 'userCount'>
  readonly given: GivenSpine | null
  /** How many targets and horizons. */
  readonly predictions: number
  readonly cancelled: Int32Array
  readonly isDouble: boolean
  readonly signal: AbortSignal
  /** Events beside those that were read; null: none. */
  readonly kept: KeptEvents | null
  /** Rows that are known already; null: none. */
  readonly restored: RestoredRows | null
}

/** Rows of cutoffs that are not swept again; these come before all others. */
export interface RestoredRows {
  /** Cutoff -> rows. */
  readonly rows: ReadonlyMap<number, number>
  /** Cutoff -> users by prediction and status: entry prediction * statusCount + status. */
  readonly population: ReadonlyMap<number, Int32Array>
  /** Where they are put, with room behind them for a row of every user at every other cutoff. */
  readonly room: RowArrays
  /** They are there. */
  readonly done: Promise<void>
}

export interface SweptRows extends RowArrays {
  /** Cutoff -> its first row. */
  readonly first: ReadonlyMap<number, number>
}

export interface Swept extends SweptRows {
  readonly rowCount: number
  /** Of every prediction, of the program's cutoffs alone: entry user * cutoffs + cutoff. */
  readonly statuses: readonly Uint8Array[]
  /** Users of status s of prediction p at the k-th of all cutoffs: entry (k * predictions + p) * statusCount + s. */
  readonly counts: Int32Array
}

/** More cutoffs are swept in a second pass, which needs no room beside the result. */
const mostAtOnce = 2

const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))

/** First pass: order the events, judge users. Then it is known where every row goes. Second pass: make the rows. */
export async function runSweep(pool: SweepPool, sweeping: Sweeping): Promise<Swept> {
  const { read, given, predictions, cancelled, signal, kept, restored } = sweeping
  const { program } = read.made
  const cutoffs = program.cutoffs.length
  const buckets = read.blocks.events.length
  const pairs = read.userCount * cutoffs
  const statuses = Array.from({ length: predictions }, () => sharedUint8(pairs))
  const rows = predictions === 1 ? statuses[0]! : sharedUint8(pairs)
  if (given !== null) await given.fill(statuses)
  const { blocks, userCount } = read
  const userEvents = integers(buckets * 2 ** program.layout.user.bits)
  const rowCounts = integers(buckets * cutoffs)
  const counts = integers(cutoffs * predictions * statusCount)
  const room = restored?.room ?? looseRoom(sweeping)
  const made = isLoose(sweeping) ? { ...room!, rowStart: looseRows(sweeping) } : null
  const spine = { next: integers(1), isGiven: given !== null, rowCounts, population: counts }
  // The threads need no answer in between.
  await Promise.all([
    pool.setUp({ program, blocks, kept, userCount, userEvents, statuses, rows, cancelled }),
    pool.run({ kind: 'spine', ...spine, made }),
  ])
  signal.throwIfAborted()
  const { rowStart, rowCount, first } = startRows(sweeping, rowCounts)
  const result = room ?? emptyRows({ program, ...sweeping }, rowCount)
  const next = integers(1)
  if (made !== null)
    await pool.run({
      kind: 'gather',
      next,
      rows: result,
      cutoffs,
      from: made.rowStart,
      to: rowStart,
      counts: rowCounts,
    })
  else if (cutoffs > 0) await pool.run({ kind: 'features', next, rowStart, ...result })
  const swept = { ...firstRows(result, rowCount), first, rowCount, statuses }
  if (restored === null) return { ...swept, counts }
  await restored.done
  return { ...swept, counts: allCounts(sweeping, counts) }
}

/**
 * Few cutoffs over kept events: their rows are made while the events of a bucket are at hand, and moved to their place
 * when it is known how many there are. The rows of few cutoffs are moved sooner than all events are read again.
 */
function isLoose({ kept, read }: Sweeping): boolean {
  const cutoffs = read.made.program.cutoffs.length
  return kept !== null && cutoffs > 0 && cutoffs <= mostAtOnce
}

function looseRoom(sweeping: Sweeping): RowArrays | null {
  const { program } = sweeping.read.made
  if (!isLoose(sweeping)) return null
  return emptyRows({ program, ...sweeping }, sweeping.read.userCount * program.cutoffs.length)
}

function looseRows({ read: { blocks, userCount, made }, restored }: Sweeping): Int32Array {
  const { cutoffs, layout } = made.program
  const first = [...(restored?.rows.values() ?? [])].reduce((sum, rows) => sum + rows, 0)
  const buckets = blocks.events.length
  return looseStarts({ first, buckets, cutoffs: cutoffs.length, bucketUsers: 2 ** layout.user.bits, userCount })
}

interface RowStarts {
  /** First row of bucket b at the program's cutoff k: entry b * cutoffs + k. */
  readonly rowStart: Int32Array
  readonly rowCount: number
  readonly first: ReadonlyMap<number, number>
}

/** Rows are ordered by cutoff, then by bucket, which is by user. */
function startRows({ cutoffs: all, read, restored }: Sweeping, rowCounts: Int32Array): RowStarts {
  const own = read.made.program.cutoffs
  const buckets = read.blocks.events.length
  const rowStart = integers(rowCounts.length)
  const first = new Map<number, number>()
  let row = 0
  for (const cutoff of all) {
    first.set(cutoff, row)
    const k = own.indexOf(cutoff)
    if (k < 0) row += restored!.rows.get(cutoff)!
    else
      for (let b = 0; b < buckets; b++) {
        rowStart[b * own.length + k] = row
        row += rowCounts[b * own.length + k]!
      }
  }
  return { rowStart, rowCount: row, first }
}

function allCounts({ cutoffs: all, read, restored, predictions }: Sweeping, counts: Int32Array): Int32Array {
  const own = read.made.program.cutoffs
  const width = predictions * statusCount
  const merged = new Int32Array(all.length * width)
  for (const [at, cutoff] of all.entries()) {
    const k = own.indexOf(cutoff)
    const known = restored!.population.get(cutoff) ?? counts.subarray(k * width, (k + 1) * width)
    merged.set(known, at * width)
  }
  return merged
}
