import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'

/** DuckDB in memory; nothing is spilled. */
export function openTestEngine(threads = 2): Promise<Engine> {
  return openDuckDb({ threads, memoryBytes: 1_000_000_000, tempDirectory: join(tmpdir(), 'ebb-test-engine') })
}
