import { join } from 'node:path'
import type { RowTarget } from '../sweep/run-sweep.ts'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import { counter } from './counter.ts'
import type { Building } from './finish-build.ts'
import type { KeptFile } from './kept-state.ts'
import { isSettled } from './settled.ts'

/** Rows of a new cutoff, in their file; a file of -1 bytes could not be written. */
export interface WrittenRows {
  /** Place among all cutoffs of the plan, and day number. */
  readonly at: number
  readonly cutoff: number
  readonly rows: number
  readonly file: KeptFile
}

/** The workers read the rows of kept cutoffs into the columns, and write those of new ones that will not change any more. */
export async function moveRows(pool: SweepPool, building: Building, into: RowTarget): Promise<readonly WrittenRows[]> {
  const { plan, previous, options, users, serial, read } = building
  const { folder, isKept } = options
  const { columns, keys, first } = into
  const starts = [...first.entries()]
  const own = new Set(read.made.program.cutoffs)
  const made = starts.flatMap(([cutoff, from], at) => {
    const rows = (starts[at + 1]?.[1] ?? keys.users.length) - from
    const name = `${serial}-rows-${plan.cutoffs[at]!}.bin`
    const isLasting = isKept && own.has(cutoff) && isSettled(plan, plan.cutoffs[at]!, plan.dataEnd)
    return isLasting ? [{ at, cutoff, from, rows, name, path: join(folder, name) }] : []
  })
  const bytes = new Float64Array(new SharedArrayBuffer(made.length * 8))
  const crcs = new Uint32Array(new SharedArrayBuffer(made.length * 4))
  const kept = (previous?.cutoffs ?? []).map(({ cutoff, rows, file }) => {
    return { path: join(folder, file.name), file, cutoff, from: first.get(cutoff)!, rows }
  })
  const written = made.map(({ path, from, rows }) => ({ path, from, rows }))
  const { idOf, indexOf } = users
  await pool.run({ kind: 'rows', next: counter(), written, read: kept, columns, keys, idOf, indexOf, bytes, crcs })
  return made.map(({ at, cutoff, rows, name }, i) => {
    return { at, cutoff, rows, file: { name, bytes: bytes[i]!, blocks: [[bytes[i]!, crcs[i]!]] } }
  })
}
