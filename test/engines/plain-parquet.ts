import { dataHeader, dictionaryHeader } from '../../engines/parquet/page-header.ts'
import type { EncodedChunk, ParquetColumn, RowRange } from '../../engines/parquet/parquet-column.ts'

/** What `ParquetEncoder` says of one column, value by value: its slow twin. */
export function plainChunk(column: ParquetColumn, rows: RowRange): EncodedChunk & { readonly content: number[] } {
  const values = valuesOf(column, rows)
  const there = values.filter((value) => value !== null)
  const isOptional = column.type === 'number' || column.type === 'text'
  const bits = values.map((value) => (value === null ? 0 : 1))
  const presence = isOptional ? presenceOf(bits) : []
  const dictionary = dictionaryOf(column, there)
  const front =
    dictionary === null
      ? []
      : [...dictionaryHeader({ bytes: dictionary.bytes.length, count: dictionary.count }), ...dictionary.bytes]
  const body =
    dictionary === null ? there.flatMap(littleEndian) : indexesOf(there.map(dictionary.index), dictionary.count)
  const page = { rows: values.length, bytes: presence.length + body.length, hasDictionary: dictionary !== null }
  const content = [...front, ...dataHeader(page), ...presence, ...body]
  return { content, bytes: content.length, dictionaryBytes: front.length }
}

/** Bits of 32-bit values, or codes of texts; null = missing. */
function valuesOf(column: ParquetColumn, { from, to }: RowRange): (number | null)[] {
  if (column.type === 'text') return [...column.codes.subarray(from, to)].map((code) => (code === 65_535 ? null : code))
  if (column.type !== 'number') return [...column.values.subarray(from, to)]
  return [...column.values.subarray(from, to)].map((value) => {
    if (Number.isNaN(value)) return null
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, value)
    return view.getUint32(0)
  })
}

const littleEndian = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]

function dictionaryOf(column: ParquetColumn, there: readonly number[]) {
  if (column.type === 'text') {
    const bytes: number[] = []
    for (const level of column.levels) bytes.push(...littleEndian(Buffer.byteLength(level)), ...Buffer.from(level))
    return { bytes, count: column.levels.length, index: (code: number) => code }
  }
  const indexes = new Map<number, number>()
  for (const value of there) if (!indexes.has(value)) indexes.set(value, indexes.size)
  const { size: count } = indexes
  if (count > 8_192 || count * 2 > there.length || count === 0) return null
  return { bytes: [...indexes.keys()].flatMap(littleEndian), count, index: (value: number) => indexes.get(value)! }
}

function presenceOf(bits: readonly number[]): number[] {
  const run = bits.includes(0) ? packed(bits, 1) : [...varint(bits.length * 2), 1]
  return [...littleEndian(run.length), ...run]
}

function indexesOf(indexes: readonly number[], count: number): number[] {
  let width = 0
  while (2 ** width < count) width++
  return width === 0 ? [0, ...varint(indexes.length * 2)] : [width, ...packed(indexes, width)]
}

/** One bit-packed run: groups of eight values, each value's lowest bit first. */
function packed(values: readonly number[], width: number): number[] {
  const groups = Math.ceil(values.length / 8)
  const bytes = new Array<number>(groups * width).fill(0)
  for (const [i, value] of values.entries())
    for (let bit = 0; bit < width; bit++)
      if (Math.floor(value / 2 ** bit) % 2 === 1)
        bytes[Math.floor((i * width + bit) / 8)]! |= 1 << ((i * width + bit) % 8)
  return [...varint(groups * 2 + 1), ...bytes]
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}
