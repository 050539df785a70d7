import type { CompiledModule } from '../core/web-assembly.ts'
import { type ParquetKernels, parquetKernels } from './parquet/kernels/parquet-kernels.ts'
import { dataHeader, dictionaryHeader, indexesHead, presenceHead, widthOf } from './parquet/page-header.ts'
import type { EncodedChunk, EncodedPiece, ParquetColumn, RowRange } from './parquet/parquet-column.ts'
import { Rooms } from './parquet/rooms.ts'

export { parquetModule } from './parquet/kernels/parquet-kernels.ts'

/** More distinct values than this, or than half of the values, and the values stand as they are. */
const mostDistinct = 8_192
/** Of a table of twice as many entries. */
const tableBytes = 4 * mostDistinct * 8
/** What is written behind a room's last value, and the headers of a chunk. */
const spareBytes = 64
const headerBytes = 256

interface Part {
  readonly at: number
  readonly bytes: number
}

/** The values of a chunk, in rooms of their own. */
interface Gathered {
  /** Values that are there; where all have to be, null. */
  readonly there: number | null
  /** The distinct values, while each value's index is in the room of indexes. */
  readonly dictionary: (Part & { readonly count: number }) | null
  /** Without dictionary: the values that are there. */
  readonly plain: Part
}

const nothing: Part = { at: 0, bytes: 0 }
const none = new Uint8Array(0)

/**
 * Encodes columns on one thread, in memory of its own: a dictionary of the distinct values with indexes of as few bits as
 * they need, else the values as they are; no compression. The same values give the same bytes.
 */
export class ParquetEncoder {
  private readonly rooms = new Rooms()
  private readonly kernels: ParquetKernels

  constructor(module: CompiledModule) {
    this.kernels = parquetKernels(module, this.rooms.memory)
  }

  /** The bytes are the caller's until the next piece of the same place. */
  encode(columns: readonly ParquetColumn[], rows: RowRange, place: number): EncodedPiece {
    const most = columns.reduce((sum, column) => sum + mostBytes(column, rows), spareBytes)
    const start = this.rooms.take(`place ${place}`, most)
    let at = start
    const chunks = columns.map((column): EncodedChunk => {
      const chunk = this.layOut(this.gather(column, rows), rows.to - rows.from, at)
      at += chunk.bytes
      return chunk
    })
    return { bytes: this.rooms.bytes.subarray(start, at), chunks }
  }

  private gather(column: ParquetColumn, { from, to }: RowRange): Gathered {
    if (column.type === 'text') return this.gatherTexts(column.codes.subarray(from, to), column.levels)
    if (column.type === 'number') return this.gatherSingles(column.values.subarray(from, to))
    return this.gatherIntegers(column.values.subarray(from, to))
  }

  private gatherSingles(source: Float32Array): Gathered {
    const { kernels } = this
    const n = source.length
    const values = this.room('values', n * 4)
    const bits = this.room('bits', n / 8)
    const singles = new Float32Array(this.rooms.memory.buffer, values, n + 8)
    singles.set(source)
    singles.fill(Number.NaN, n)
    const there = kernels.singlesThere(values, n, bits)
    const dictionary = this.distinct(there === n ? kernels.indexAll : kernels.indexThere, { values, count: n, there })
    if (dictionary !== null) return { there, dictionary, plain: nothing }
    if (there < n) kernels.keepSingles(values, n, values)
    return { there, dictionary: null, plain: { at: values, bytes: there * 4 } }
  }

  private gatherIntegers(source: Uint32Array | Uint16Array | Uint8Array): Gathered {
    const n = source.length
    const values = this.room('values', n * 4)
    new Uint32Array(this.rooms.memory.buffer, values, n).set(source)
    const dictionary = this.distinct(this.kernels.indexAll, { values, count: n, there: n })
    return { there: null, dictionary, plain: { at: values, bytes: n * 4 } }
  }

  private gatherTexts(source: Uint16Array, levels: readonly string[]): Gathered {
    const n = source.length
    const values = this.room('values', n * 2)
    const bits = this.room('bits', n / 8)
    const indexes = this.room('indexes', n * 2)
    const codes = new Uint16Array(this.rooms.memory.buffer, values, n + 8)
    codes.set(source)
    codes.fill(65_535, n)
    const there = this.kernels.codesThere(values, n, bits)
    this.kernels.keepCodes(values, n, indexes)
    const texts = plainTexts(levels)
    const at = this.room('texts', texts.length)
    this.rooms.bytes.set(texts, at)
    return { there, dictionary: { at, bytes: texts.length, count: levels.length }, plain: nothing }
  }

  /** Null: so many that a dictionary does not pay. */
  private distinct(
    index: ParquetKernels['indexAll'],
    { values, count, there }: { readonly values: number; readonly count: number; readonly there: number },
  ): Gathered['dictionary'] {
    const most = Math.min(mostDistinct, Math.floor(there / 2))
    if (most === 0) return null
    const at = this.room('distinct', mostDistinct * 4)
    const found = index(values, count, most, this.room('table', tableBytes), at, this.room('indexes', count * 2))
    return found < 0 ? null : { at, bytes: found * 4, count: found }
  }

  private layOut(gathered: Gathered, rows: number, start: number): EncodedChunk {
    const { there, dictionary, plain } = gathered
    let at = start
    if (dictionary !== null) {
      at = this.put(at, dictionaryHeader(dictionary))
      at = this.copy(at, dictionary)
    }
    const dictionaryBytes = at - start
    const count = there ?? rows
    const presence = there === null ? none : presenceHead(there, rows)
    const bits = count === rows ? 0 : Math.ceil(rows / 8)
    const width = widthOf(dictionary?.count ?? 0)
    const indexes = dictionary === null ? none : indexesHead(count, width)
    const body = dictionary === null ? plain.bytes : Math.ceil(count / 8) * width
    const bytes = presence.length + bits + indexes.length + body
    at = this.put(at, dataHeader({ rows, bytes, hasDictionary: dictionary !== null }))
    at = this.put(at, presence)
    at = this.copy(at, { at: this.room('bits', bits), bytes: bits })
    at = this.put(at, indexes)
    if (dictionary === null) this.copy(at, plain)
    else if (width > 0) this.kernels.packIndexes(this.room('indexes', count * 2), count, width, at)
    return { bytes: at + body - start, dictionaryBytes }
  }

  private put(at: number, part: Uint8Array): number {
    this.rooms.bytes.set(part, at)
    return at + part.length
  }

  private copy(at: number, part: Part): number {
    this.rooms.bytes.copyWithin(at, part.at, part.at + part.bytes)
    return at + part.bytes
  }

  private room(name: string, bytes: number): number {
    return this.rooms.take(name, Math.ceil(bytes) + spareBytes)
  }
}

/** At most, of a chunk: values as they are, or a dictionary of fewer bytes and its indexes; presence; headers. */
function mostBytes(column: ParquetColumn, { from, to }: RowRange): number {
  const rows = to - from
  const values = column.type === 'text' ? rows * 2 + plainTexts(column.levels).length : rows * 4
  return values + Math.ceil(rows / 8) + headerBytes
}

/** Each with its length in front. */
function plainTexts(levels: readonly string[]): Uint8Array {
  const texts = levels.map((level) => new TextEncoder().encode(level))
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0))
  let at = 0
  for (const text of texts) {
    new DataView(bytes.buffer).setUint32(at, text.length, true)
    bytes.set(text, at + 4)
    at += 4 + text.length
  }
  return bytes
}
