import { join } from 'node:path'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import type { Building } from './finish-build.ts'

export const counter = (): Int32Array => new Int32Array(new SharedArrayBuffer(4))

/** The workers compare the kept records with their checksums before they are used. */
export async function checkEvents(pool: SweepPool, { previous, options }: Building): Promise<void> {
  if (previous === null) return
  const blocks = previous.state.segments.flatMap(({ records }) => {
    let from = 0
    return records.blocks.map(([bytes, crc]) => {
      from += bytes
      return { path: join(options.folder, records.name), from: from - bytes, bytes, crc }
    })
  })
  await pool.run({ kind: 'check', next: counter(), blocks })
}
