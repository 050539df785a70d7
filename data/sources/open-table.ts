import { EbbError } from '../../core/errors.ts'
import { fileFormat } from './file-format.ts'
import type { FoundFile } from './find-files.ts'
import { openCsv, type OpenText } from './open-csv.ts'
import { openNdjson } from './open-ndjson.ts'
import { openParquet } from './open-parquet.ts'
import type { RawTable } from './raw-table.ts'
import type { SqlSession } from './sql-session.ts'

/** Files of any format as a raw table. What the engine cannot read becomes an EbbError that names source and file. */
export async function openTable(session: SqlSession, files: readonly FoundFile[], open: OpenText): Promise<RawTable> {
  const format = fileFormat(files, open.config, open.where)
  try {
    if (format === 'parquet') return await openParquet(session, files, open)
    return await (format === 'csv' ? openCsv : openNdjson)(session, files, open)
  } catch (error) {
    throw sourceFault(error, files, open.where)
  }
}

/** An engine's fault while reading, with the source and the file as the user knows it. Others pass through. */
export function sourceFault(error: unknown, files: readonly FoundFile[], where: string): unknown {
  const reserved = reservedName(error)
  if (reserved !== undefined) return reservedFault(reserved, files, where)
  if (!(error instanceof EbbError) || error.kind !== 'data' || error.details.where.startsWith(where)) return error
  const text = `${error.message} ${error.details.cause instanceof Error ? error.details.cause.message : ''}`
  const file = files.find(({ path }) => text.includes(path)) ?? (files.length === 1 ? files[0] : undefined)
  const place = file === undefined ? where : `${where}: ${file.uri}`
  const isMixed = text.includes('state machine reached an invalid state')
  return new EbbError({
    code: 'INPUT_UNREADABLE',
    kind: 'data',
    where: place,
    what: isMixed
      ? 'lines end in two ways, some in CR LF and some in LF'
      : file === undefined
        ? error.details.what
        : error.details.what.replaceAll(file.path, file.uri),
    expected: isMixed ? 'one way' : undefined,
    cause: error,
  })
}

/** The engine adds the path and the number of a row under names of its own. */
function reservedName(error: unknown): string | undefined {
  const message = error instanceof EbbError ? error.message : ''
  if (message.includes('Using file_row_number option')) return 'file_row_number'
  return /Option filename adds column "([^"]+)"/.exec(message)?.[1]
}

function reservedFault(name: string, files: readonly FoundFile[], where: string): EbbError {
  return new EbbError({
    code: 'INPUT_HEADER',
    kind: 'data',
    where: `${where}: ${files[0]!.uri}`,
    what: `a column is called "${name}", which the engine keeps for itself`,
    hint: 'write the file with another name for it',
  })
}
