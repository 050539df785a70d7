import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../core/make-folder.ts'
import { ParquetEncoder, parquetModule } from './parquet-encoder.ts'
import { encoding } from './parquet/page-header.ts'
import type { EncodedChunk, EncodedPiece, ParquetColumn, RowRange } from './parquet/parquet-column.ts'
import { encodeThrift, i32, i64, list, struct, text, type Thrift } from './parquet/thrift.ts'

export type { EncodedPiece, ParquetColumn, RowRange } from './parquet/parquet-column.ts'

/** Encodes pieces elsewhere, such as on other threads. */
export interface PieceEncoder {
  /** Pieces that are asked for before the first of them has to be there; >= 1. */
  readonly atOnce: number
  /** `ParquetEncoder.encode` of the same arguments. Up to `atOnce` + 1 pieces are kept, and released in the order in which they were asked for. */
  encode(columns: readonly ParquetColumn[], rows: RowRange): Promise<KeptPiece>
}

/** Its bytes are there until it is released. */
export interface KeptPiece extends EncodedPiece {
  release(): void
}

/** Fixed, so that the bytes of a file depend on its values alone. */
const groupRows = 122_880
/** Of a piece: little memory and even work for the threads, few messages. */
const pieceColumns = 4

const physical = { int32: 1, float: 4, byteArray: 6 } as const
const converted = { utf8: 0, date: 6 } as const
const magic = new TextEncoder().encode('PAR1')

/**
 * Columns in memory -> one Parquet file, without an engine. The same columns give the same bytes. It appears under its name
 * when it is whole.
 */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  { signal, encoder = inPlace() }: { readonly signal?: AbortSignal; readonly encoder?: PieceEncoder } = {},
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

/** On this thread; one piece is encoded while another is written. */
function inPlace(): PieceEncoder {
  const encoder = new ParquetEncoder(parquetModule())
  const free = [0, 1]
  return {
    atOnce: 1,
    encode: (columns, rows) => {
      const place = free.shift()!
      return Promise.resolve({ ...encoder.encode(columns, rows, place), release: () => void free.push(place) })
    },
  }
}

async function writeAll(
  file: FileHandle,
  columns: readonly ParquetColumn[],
  { signal, encoder }: { readonly signal: AbortSignal | undefined; readonly encoder: PieceEncoder },
): Promise<void> {
  const rows = columns.length === 0 ? 0 : lengthOf(columns[0]!)
  const other = columns.find((column) => lengthOf(column) !== rows)
  if (other !== undefined) throw new RangeError(`column "${other.name}": ${lengthOf(other)} rows, expected ${rows}`)
  let offset = magic.length
  await writeBytes(file, magic)
  const groups: Group[] = []
  // A piece is encoded while the one before it is written.
  let writing: Promise<unknown> = Promise.resolve()
  for await (const { columns: some, rows: range, piece } of encodePieces(columns, rows, encoder)) {
    signal?.throwIfAborted()
    await writing
    writing = writeBytes(file, piece.bytes).then(() => piece.release())
    // A failure is thrown when its turn comes.
    writing.catch(() => undefined)
    if (groups.at(-1)?.rows.from !== range.from) groups.push({ rows: range, bytes: 0, chunks: [] })
    const group = groups.at(-1)!
    for (const [j, column] of some.entries()) {
      const chunk = piece.chunks[j]!
      group.chunks.push(chunkMetadata(column, chunk, { rows: range.to - range.from, offset }))
      group.bytes += chunk.bytes
      offset += chunk.bytes
    }
  }
  await writing
  await writeBytes(file, footerOf(columns, rows, groups))
}

/** All of them, however many the system takes at once. */
async function writeBytes(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
}

interface Piece {
  readonly columns: readonly ParquetColumn[]
  readonly rows: RowRange
}

/** In the order of the file: group by group of rows, and a few columns at a time. */
function* piecesOf(columns: readonly ParquetColumn[], rows: number): Generator<Piece> {
  for (let from = 0; from < rows; from += groupRows)
    for (let j = 0; j < columns.length; j += pieceColumns)
      yield { columns: columns.slice(j, j + pieceColumns), rows: { from, to: Math.min(rows, from + groupRows) } }
}

/** In that order, `atOnce` pieces ahead. */
async function* encodePieces(
  columns: readonly ParquetColumn[],
  rows: number,
  encoder: PieceEncoder,
): AsyncGenerator<Piece & { readonly piece: KeptPiece }> {
  const begun: (Piece & { readonly encoding: Promise<KeptPiece> })[] = []
  const begin = (piece: Piece): void => {
    const encoding = encoder.encode(piece.columns, piece.rows)
    // A failure is thrown when its turn comes.
    encoding.catch(() => undefined)
    begun.push({ ...piece, encoding })
  }
  for (const next of piecesOf(columns, rows)) {
    begin(next)
    if (begun.length < encoder.atOnce) continue
    const { encoding, ...first } = begun.shift()!
    yield { ...first, piece: await encoding }
  }
  for (const { encoding, ...first } of begun) yield { ...first, piece: await encoding }
}

function lengthOf(column: ParquetColumn): number {
  return column.type === 'text' ? column.codes.length : column.values.length
}

function physicalType(column: ParquetColumn): number {
  if (column.type === 'text') return physical.byteArray
  return column.type === 'number' ? physical.float : physical.int32
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

interface Group {
  readonly rows: RowRange
  bytes: number
  readonly chunks: Thrift[]
}

function chunkMetadata(
  column: ParquetColumn,
  { bytes, dictionaryBytes }: EncodedChunk,
  { rows, offset }: { readonly rows: number; readonly offset: number },
): Thrift {
  const hasDictionary = dictionaryBytes > 0
  const encodings = [encoding.plain, encoding.rle, ...(hasDictionary ? [encoding.dictionary] : [])]
  const metadata = struct({
    1: i32(physicalType(column)),
    2: list('i32', encodings.map(i32)),
    3: list('binary', [text(column.name)]),
    4: i32(0),
    5: i64(rows),
    6: i64(bytes),
    7: i64(bytes),
    9: i64(offset + dictionaryBytes),
    ...(hasDictionary ? { 11: i64(offset) } : {}),
  })
  return struct({ 2: i64(offset), 3: metadata })
}

/** What the file consists of, the length of that, and the magic number. */
function footerOf(columns: readonly ParquetColumn[], rows: number, groups: readonly Group[]): Uint8Array {
  const described = groups.map(({ chunks, bytes, rows: { from, to } }) =>
    struct({ 1: list('struct', chunks), 2: i64(bytes), 3: i64(to - from) }),
  )
  const footer = encodeThrift(
    struct({
      1: i32(1),
      2: list('struct', schemaOf(columns)),
      3: i64(rows),
      4: list('struct', described),
      6: text('ebb'),
    }),
  )
  const bytes = new Uint8Array(footer.length + 4 + magic.length)
  bytes.set(footer)
  new DataView(bytes.buffer).setUint32(footer.length, footer.length, true)
  bytes.set(magic, footer.length + 4)
  return bytes
}
