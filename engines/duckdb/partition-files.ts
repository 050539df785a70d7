import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteName, quoteText } from './session.ts'

/** Writes `<folder>/<column>=<value>/*.parquet`. Lightly compressed: such files are read back at once, and deleted. */
export function partitionCopy(sql: string, column: string, folder: string): string {
  const how = `FORMAT parquet, COMPRESSION lz4, PARTITION_BY (${quoteName(column)})`
  return `COPY (${sql}\n) TO ${quoteText(folder)} (${how})`
}

/** Value -> its files, ascending. */
export async function partitionFiles(folder: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const parts = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }): Promise<readonly [number, readonly string[]]> => {
        const files = (await readdir(join(folder, name))).sort()
        return [Number(name.slice(name.indexOf('=') + 1)), files.map((file) => join(folder, name, file))]
      }),
  )
  return new Map(parts.sort(([a], [b]) => a - b))
}
