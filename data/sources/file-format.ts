import { EbbError } from '../../core/errors.ts'
import type { FileConfig } from '../sources.ts'
import type { FoundFile } from './find-files.ts'

export type FileFormat = 'parquet' | 'csv' | 'ndjson'

const endings: readonly { readonly pattern: RegExp; readonly format: FileFormat }[] = [
  { pattern: /\.(parquet|pq)$/i, format: 'parquet' },
  { pattern: /\.(csv|tsv|txt)(\.gz|\.zst)?$/i, format: 'csv' },
  { pattern: /\.(ndjson|jsonl|json)(\.gz|\.zst)?$/i, format: 'ndjson' },
]

/** The declared format, else by the ending of the names; all files of a source have one. Throws kind `data`. */
export function fileFormat(files: readonly FoundFile[], config: Pick<FileConfig, 'format'>, where: string): FileFormat {
  if (config.format !== undefined) return config.format
  const first = formatOf(files[0]!, where)
  const other = files.find((file) => formatOf(file, where) !== first)
  if (other === undefined) return first
  throw new EbbError({
    code: 'INPUT_FORMATS',
    kind: 'data',
    where: `${where}: ${other.uri}`,
    what: 'files of two formats in one source',
    expected: `${first} like ${files[0]!.uri}`,
    received: formatOf(other, where),
    hint: 'make two sources of them',
  })
}

function formatOf(file: FoundFile, where: string): FileFormat {
  const format = endings.find(({ pattern }) => pattern.test(file.uri))?.format
  if (format !== undefined) return format
  throw new EbbError({
    code: 'INPUT_FORMAT',
    kind: 'data',
    where: `${where}: ${file.uri}`,
    what: 'the ending of the name says no format',
    expected: '.parquet, .csv, .tsv, .txt, .ndjson, .jsonl or .json (the text ones also with .gz or .zst)',
    hint: 'or set format: parquet, csv or ndjson',
  })
}

/** The declared delimiter, else a tab for .tsv and a comma for the rest. */
export function delimiterOf(file: FoundFile, config: Pick<FileConfig, 'delimiter'>): string {
  return config.delimiter ?? (/\.tsv(\.gz|\.zst)?$/i.test(file.uri) ? '\t' : ',')
}
