import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteName, quoteText } from './session.ts'

/**
 * How Parquet is written that is read back at once, and deleted: not compressed, without filters, and with a dictionary where
 * a column has at most 1,000 values (a larger one takes longer than it saves).
 */
export const scratchOptions = 'COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000, WRITE_BLOOM_FILTER false'

/** Writes `<folder>/<column>=<value>/*.parquet`, texts of known `levels` by their number. */
export function partitionCopy(
  sql: string,
  { column, folder, levels }: { column: string; folder: string; levels: ReadonlyMap<string, readonly string[]> },
): string {
  const coded = [...levels].filter(([, texts]) => texts.length > 0).map(([name, texts]) => codedText(name, texts))
  const rows = coded.length === 0 ? sql : `SELECT * REPLACE (${coded.join(', ')}) FROM (${sql}\n)`
  return `COPY (${rows}) TO ${quoteText(folder)} (FORMAT parquet, ${scratchOptions}, PARTITION_BY (${quoteName(column)}))`
}

/** The same text as an ENUM: functions look once at each text of a dictionary, a cast at every row. */
function codedText(name: string, texts: readonly string[]): string {
  const list = `[${texts.map(quoteText).join(', ')}]`
  const coded = `CAST(${list} AS ENUM(${texts.map(quoteText).join(', ')})[])`
  return `list_extract(${coded}, list_position(${list}, ${quoteName(name)})) AS ${quoteName(name)}`
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
