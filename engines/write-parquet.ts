import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../core/make-folder.ts'
import { encodeIntegers, encodeNumbers, encodeTexts, type EncodedColumn } from './parquet/encode-column.ts'
import { encodeThrift, i32, i64, list, struct, text, type Thrift } from './parquet/thrift.ts'

/** A column in memory; all columns of a file have the same length. */
export type ParquetColumn = { readonly name: string } & (
  | { readonly type: 'number'; readonly values: Float32Array | Float64Array } // FLOAT or DOUBLE; NaN = NULL
  | { readonly type: 'integer'; readonly values: Uint32Array | Uint8Array } // INT32
  | { readonly type: 'date'; readonly values: Uint16Array } // days since 1970-01-01
  | { readonly type: 'text'; readonly codes: Uint16Array; readonly levels: readonly string[] } // 65,535 = NULL
)

export type { EncodedColumn } from './parquet/encode-column.ts'

/** Encodes groups of rows elsewhere, such as on other threads. */
export interface GroupEncoder {
  /** Groups that are asked for before the first of them has to be there; >= 1. */
  readonly atOnce: number
  /** `encodeColumns` of the same arguments. */
  encode(columns: readonly ParquetColumn[], rows: RowRange): Promise<readonly EncodedColumn[]>
}

/** Rows from .. to - 1. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** Fixed, so that the bytes of a file depend on its values alone. */
const groupRows = 122_880

const physical = { int32: 1, float: 4, double: 5, byteArray: 6 } as const
const encoding = { plain: 0, rle: 3, dictionary: 8 } as const
const converted = { utf8: 0, date: 6 } as const
const pageKind = { data: 0, dictionary: 2 } as const

/**
 * Columns in memory -> one Parquet file, without an engine: dictionaries of at most 256 whole numbers, else plain
 * values, no compression. The same columns give the same bytes. It appears under its name when it is whole.
 */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  { signal, encoder = inPlace }: { readonly signal?: AbortSignal; readonly encoder?: GroupEncoder } = {},
): Promise<void> {
  const partial = `${path}.partial`
  await makeFolder(dirname(path))
  const file = await open(partial, 'w')
  try {
    await writeAll(file, columns, { signal, encoder })
    await file.close()
    await rename(partial, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(partial, { force: true }).catch(() => undefined)
    throw error
  }
}

const inPlace: GroupEncoder = {
  atOnce: 1,
  encode: (columns, rows) => Promise.resolve(encodeColumns(columns, rows)),
}

/** The pages of these rows of every column. */
export const encodeColumns = (columns: readonly ParquetColumn[], { from, to }: RowRange): readonly EncodedColumn[] =>
  columns.map((column) => encode(column, from, to))

async function writeAll(
  file: FileHandle,
  columns: readonly ParquetColumn[],
  { signal, encoder }: { readonly signal: AbortSignal | undefined; readonly encoder: GroupEncoder },
): Promise<void> {
  const rows = columns.length === 0 ? 0 : lengthOf(columns[0]!)
  const other = columns.find((column) => lengthOf(column) !== rows)
  if (other !== undefined) throw new RangeError(`column "${other.name}": ${lengthOf(other)} rows, expected ${rows}`)
  const magic = new TextEncoder().encode('PAR1')
  let offset = magic.length
  await file.write(magic)
  const groups: Thrift[] = []
  // A group is encoded while the one before it is written.
  let writing: Promise<unknown> = Promise.resolve()
  for await (const { encoded, range } of encodeGroups(columns, rows, encoder)) {
    signal?.throwIfAborted()
    const chunks = columns.map((column, j) => {
      const chunk = chunkOf(column, encoded[j]!, { rows: range.to - range.from, offset })
      offset += chunk.bytes
      return chunk
    })
    await writing
    writing = file.writev(chunks.flatMap(({ parts }) => parts))
    // A failure is thrown when its turn comes.
    writing.catch(() => undefined)
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
    const metadata = chunks.map((chunk) => chunk.metadata)
    groups.push(struct({ 1: list('struct', metadata), 2: i64(bytes), 3: i64(range.to - range.from) }))
  }
  await writing
  const footer = encodeThrift(
    struct({
      1: i32(1),
      2: list('struct', schemaOf(columns)),
      3: i64(rows),
      4: list('struct', groups),
      6: text('ebb'),
    }),
  )
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, footer.length, true)
  await file.writev([footer, length, magic])
}

/** In the order of the rows, `atOnce` groups ahead. */
async function* encodeGroups(
  columns: readonly ParquetColumn[],
  rows: number,
  encoder: GroupEncoder,
): AsyncGenerator<{ readonly encoded: readonly EncodedColumn[]; readonly range: RowRange }> {
  const begun: { readonly range: RowRange; readonly encoding: Promise<readonly EncodedColumn[]> }[] = []
  for (let from = 0; from < rows || begun.length > 0;) {
    while (from < rows && begun.length < encoder.atOnce) {
      const range = { from, to: Math.min(rows, from + groupRows) }
      const encoding = encoder.encode(columns, range)
      // A failure is thrown when its turn comes.
      encoding.catch(() => undefined)
      begun.push({ range, encoding })
      from = range.to
    }
    const { range, encoding } = begun.shift()!
    yield { encoded: await encoding, range }
  }
}

function lengthOf(column: ParquetColumn): number {
  return column.type === 'text' ? column.codes.length : column.values.length
}

function physicalType(column: ParquetColumn): number {
  if (column.type === 'text') return physical.byteArray
  if (column.type !== 'number') return physical.int32
  return column.values instanceof Float32Array ? physical.float : physical.double
}

const isOptional = ({ type }: ParquetColumn): boolean => type === 'number' || type === 'text'

function schemaOf(columns: readonly ParquetColumn[]): Thrift[] {
  const root = struct({ 4: text('schema'), 5: i32(columns.length) })
  const leaves = columns.map((column) =>
    struct({
      1: i32(physicalType(column)),
      3: i32(isOptional(column) ? 1 : 0),
      4: text(column.name),
      ...(column.type === 'text' ? { 6: i32(converted.utf8) } : {}),
      ...(column.type === 'date' ? { 6: i32(converted.date) } : {}),
    }),
  )
  return [root, ...leaves]
}

interface Chunk {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  readonly metadata: Thrift
}

function chunkOf(
  column: ParquetColumn,
  { dictionary, page }: EncodedColumn,
  { rows, offset }: { readonly rows: number; readonly offset: number },
): Chunk {
  const dictionaryParts =
    dictionary === null
      ? []
      : [
          pageHeader(
            pageKind.dictionary,
            dictionary.bytes.length,
            struct({ 1: i32(dictionary.count), 2: i32(encoding.plain) }),
          ),
          dictionary.bytes,
        ]
  const valueEncoding = dictionary === null ? encoding.plain : encoding.dictionary
  const levels = { 3: i32(encoding.rle), 4: i32(encoding.rle) }
  const header = struct({ 1: i32(rows), 2: i32(valueEncoding), ...levels })
  const parts = [...dictionaryParts, pageHeader(pageKind.data, sizeOf(page), header), ...page]
  const bytes = sizeOf(parts)
  const metadata = struct({
    1: i32(physicalType(column)),
    2: list('i32', [
      i32(encoding.plain),
      i32(encoding.rle),
      ...(dictionary === null ? [] : [i32(encoding.dictionary)]),
    ]),
    3: list('binary', [text(column.name)]),
    4: i32(0),
    5: i64(rows),
    6: i64(bytes),
    7: i64(bytes),
    9: i64(offset + sizeOf(dictionaryParts)),
    ...(dictionary === null ? {} : { 11: i64(offset) }),
  })
  return { parts, bytes, metadata: struct({ 2: i64(offset), 3: metadata }) }
}

function encode(column: ParquetColumn, from: number, to: number): EncodedColumn {
  if (column.type === 'text') return encodeTexts(column.codes.subarray(from, to), column.levels)
  if (column.type === 'number') return encodeNumbers(column.values.subarray(from, to))
  return encodeIntegers(Int32Array.from(column.values.subarray(from, to)))
}

/** Field 5 tells of a data page, field 7 of a dictionary. */
function pageHeader(kind: number, bytes: number, details: Thrift): Uint8Array {
  const field = kind === pageKind.data ? { 5: details } : { 7: details }
  return encodeThrift(struct({ 1: i32(kind), 2: i32(bytes), 3: i32(bytes), ...field }))
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
