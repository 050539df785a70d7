import { join } from 'node:path'
import type { Swept } from '../sweep/run-sweep.ts'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import { statusCount } from '../sweep/program.ts'
import { counter } from './counter.ts'
import type { Building } from './finish-build.ts'
import type { KeptCutoff } from './kept-state.ts'
import { isSettled } from './settled.ts'

/** The workers write the rows of new cutoffs that will not change any more. Throws where the disk refuses. */
export async function keepRows(pool: SweepPool, building: Building, swept: Swept): Promise<readonly KeptCutoff[]> {
  const { plan, options, users, serial, read } = building
  const { columns, keys, first, counts, statuses } = swept
  const starts = [...first.entries()]
  const own = new Set(read.made.program.cutoffs)
  const made = starts.flatMap(([cutoff, from], at) => {
    const rows = (starts[at + 1]?.[1] ?? swept.rowCount) - from
    const name = `${serial}-rows-${plan.cutoffs[at]!}.bin`
    const isLasting = own.has(cutoff) && isSettled(plan, plan.cutoffs[at]!, plan.dataEnd)
    return isLasting ? [{ at, cutoff, from, rows, name, path: join(options.folder, name) }] : []
  })
  const bytes = new Float64Array(new SharedArrayBuffer(made.length * 8))
  const sums = new Float64Array(new SharedArrayBuffer(made.length * 8))
  const files = made.map(({ path, from, rows }) => ({ path, from, rows }))
  await pool.run({ kind: 'keep-rows', next: counter(), files, columns, keys, idOf: users.idOf, bytes, sums })
  const unwritten = made.find((_, i) => bytes[i]! < 0)
  if (unwritten !== undefined) throw new Error(`${unwritten.path} could not be written`)
  const width = statuses.length * statusCount
  return made.map(({ at, cutoff, rows, name }, i) => {
    const population = [...counts.subarray(at * width, (at + 1) * width)]
    return { cutoff, rows, population, file: { name, bytes: bytes[i]!, blocks: [[bytes[i]!, sums[i]!]] } }
  })
}
