import { type Dataset, sliceRows } from '../core/dataset.ts'
import { datasetFault, fillTarget, placesFrom } from './duckdb/dataset-targets.ts'
import { DuckDbSession, type DuckDbOptions } from './duckdb/session.ts'
import { type DatasetSpec, datasetTargets } from './read-dataset.ts'

export interface StreamOptions extends DuckDbOptions {
  /** Rows in memory at a time, about: a part ends with the first piece of 2,048 rows that reaches it. */
  readonly rowsPerPart: number
}

/**
 * The rows of a query as datasets of some rows, in their order; `visit` is done with one before the next is read into the same
 * memory. The query is read once, and once more where it has categories. Returns the number of rows. Throws what
 * `readDataset` throws.
 */
export async function streamDataset(
  sql: string,
  spec: Omit<DatasetSpec, 'label' | 'context' | 'order'>,
  { rowsPerPart, ...options }: StreamOptions,
  visit: (part: Dataset) => Promise<void>,
): Promise<number> {
  const session = await DuckDbSession.open(options)
  try {
    await session.run(`CREATE VIEW parts AS ${sql}`)
    const { rowCount, targets, dataset } = await datasetTargets(session, spec, (rows) =>
      Math.min(rows, rowsPerPart + chunkRows),
    )
    const query = `SELECT ${targets.map((target) => target.sql).join(', ')} FROM parts`
    let rows = 0
    await session.use(async (connection, stop) => {
      const result = await connection.stream(query)
      let filled = 0
      for (;;) {
        const chunk = await result.fetchChunk()
        const more = chunk === null || stop.aborted ? 0 : chunk.rowCount
        const places = placesFrom(filled, more)
        for (const [at, target] of targets.entries()) if (more > 0) fillTarget(target, places, chunk!, at)
        filled += more
        rows += more
        if (filled >= rowsPerPart || (more === 0 && filled > 0)) {
          await visit(sliceRows(dataset, 0, filled))
          filled = 0
        }
        if (more === 0) return
      }
    })
    if (rows === rowCount) return rows
    throw datasetFault('dataset', 'reading ended before the last row', {
      expected: String(rowCount),
      received: String(rows),
      hint: 'a file is damaged, or memory ran out; run it again',
    })
  } finally {
    await session.close()
  }
}

const chunkRows = 2_048
