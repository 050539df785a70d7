import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDay } from '../../core/day.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'

/** The log's last week begins here. */
export const lastWeek = parseDay('2025-06-24')

/** The log in two files by time: `before.parquet`, and `week.parquet` with its last week. */
export async function splitLog(file: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const engine = await openDuckDb({ threads: 2, memoryBytes: 1.5e9, tempDirectory: join(tmpdir(), 'ebb-bench-split') })
  try {
    for (const [name, by] of [
      ['before', '<'],
      ['week', '>='],
    ] as const) {
      const path = join(folder, `${name}.parquet`)
      if (!existsSync(path))
        await engine.write(`SELECT * FROM read_parquet('${file}') WHERE ts ${by} TIMESTAMP '${lastWeek}'`, path)
    }
  } finally {
    await engine.close()
  }
}
