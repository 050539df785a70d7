import { sharedUint16, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import type { KeptEvents } from '../refresh/merged-reader.ts'
import type { GivenSpine } from './given-spine.ts'
import { statusCount } from './program.ts'
import type { ReadEvents } from './read-events.ts'
import { looseStarts, type RowArrays } from './loose-rows.ts'
import type { SweptColumn } from './waiting-rows.ts'
import type { SweepPool } from './sweep-pool.ts'
import type { KeyColumns } from './tasks.ts'

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

/** Rows of cutoffs that are not swept again. */
export interface RestoredRows {
  /** Cutoff -> rows. */
  readonly rows: ReadonlyMap<number, number>
  /** Cutoff -> users by prediction and status: entry prediction * statusCount + status. */
  readonly population: ReadonlyMap<number, Int32Array>
  /** Writes the rows of each restored cutoff into the columns, from its first row on. */
  restore(pool: SweepPool, into: RowTarget): Promise<void>
}

export interface RowTarget {
  readonly columns: readonly SweptColumn[]
  readonly keys: KeyColumns
  /** Cutoff -> its first row. */
  readonly first: ReadonlyMap<number, number>
}

export interface Swept extends RowTarget {
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
  await pool.setUp({ program, blocks, kept, userCount, userEvents, statuses, rows, cancelled })
  const rowCounts = integers(buckets * cutoffs)
  const counts = integers(cutoffs * predictions * statusCount)
  const loose = looseRows(sweeping)
  const spine = { next: integers(1), isGiven: given !== null, rowCounts, population: counts }
  await pool.run({ kind: 'spine', ...spine, made: loose })
  signal.throwIfAborted()
  const { rowStart, rowCount, first } = startRows(sweeping, rowCounts)
  const { columns, keys } = emptyRows(sweeping, rowCount)
  const result = { columns, keys }
  const next = integers(1)
  if (loose !== null)
    await pool.run({ kind: 'gather', next, loose, result, from: loose.rowStart, to: rowStart, counts: rowCounts })
  else if (cutoffs > 0) await pool.run({ kind: 'features', next, rowStart, columns, keys })
  const swept = { columns, keys, first, rowCount, statuses }
  if (restored === null) return { ...swept, counts }
  await restored.restore(pool, swept)
  return { ...swept, counts: allCounts(sweeping, counts) }
}

/**
 * Few cutoffs over kept events: their rows are made while the events of a bucket are at hand, and moved to their place
 * when it is known how many there are. The rows of few cutoffs are moved sooner than all events are read again.
 */
function looseRows(sweeping: Sweeping): (RowArrays & { readonly rowStart: Int32Array }) | null {
  const { kept, read } = sweeping
  const { userCount, blocks, made } = read
  const cutoffs = made.program.cutoffs.length
  if (kept === null || cutoffs === 0 || cutoffs > mostAtOnce) return null
  const bucketUsers = 2 ** made.program.layout.user.bits
  const rowStart = looseStarts({ buckets: blocks.events.length, cutoffs, bucketUsers, userCount })
  return { ...emptyRows(sweeping, userCount * cutoffs), rowStart }
}

function emptyRows(
  { read, isDouble, predictions }: Sweeping,
  rowCount: number,
): { columns: SweptColumn[]; keys: KeyColumns } {
  const columns = read.made.program.outputs.map(({ kind }): SweptColumn => {
    if (kind === 'category') return sharedUint16(rowCount)
    const bytes = new SharedArrayBuffer(rowCount * (isDouble ? 8 : 4))
    return isDouble ? new Float64Array(bytes) : new Float32Array(bytes)
  })
  const keys: KeyColumns = {
    users: sharedUint32(rowCount),
    cutoffs: sharedUint16(rowCount),
    predictions: Array.from({ length: predictions }, () => ({
      labels: sharedUint8(rowCount),
      churnKinds: sharedUint16(rowCount),
      isExample: predictions === 1 ? null : sharedUint8(rowCount),
    })),
  }
  return { columns, keys }
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
