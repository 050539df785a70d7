import { varint } from './thrift.ts'

/** Values of a page: distinct ones with an index per value, or all of them as they are. */
export interface EncodedColumn {
  /** Bytes of the distinct values, in order of first appearance; null: no dictionary. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly count: number } | null
  /** Which values are there, then the values. */
  readonly page: readonly Uint8Array[]
}

/** Whole numbers from 0 to this are tried for a dictionary. */
const mostSmall = 4_095
/** One byte per index at most. */
const mostDistinct = 256

/** Numbers; NaN = NULL. */
export function encodeNumbers(values: Float32Array | Float64Array): EncodedColumn {
  const small = indexSmall(values)
  const missing = small === null ? countMissing(values) : values.length - small.indexes.length
  const present = missing === 0 ? allPresent(values.length) : presence(presenceOf(values))
  if (small === null) return { dictionary: null, page: [present, plain(values, missing)] }
  const { distinct, indexes } = small
  const dictionary = values instanceof Float32Array ? Float32Array.from(distinct) : Float64Array.from(distinct)
  return {
    dictionary: { bytes: bytesOf(dictionary), count: distinct.length },
    page: [present, packIndexes(indexes, distinct.length)],
  }
}

/** Whole numbers, all present. */
export function encodeIntegers(values: Int32Array): EncodedColumn {
  return { dictionary: null, page: [bytesOf(values)] }
}

/** Texts by code; 65,535 = NULL. */
export function encodeTexts(codes: Uint16Array, levels: readonly string[]): EncodedColumn {
  let at = 0
  const indexes = new Uint16Array(codes.length)
  const isThere = new Uint8Array(codes.length)
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === 65_535) continue
    indexes[at++] = codes[i]!
    isThere[i] = 1
  }
  const present = at === codes.length ? allPresent(at) : presence(isThere)
  const texts = levels.map((level) => new TextEncoder().encode(level))
  const bytes = new Uint8Array(texts.reduce((sum, one) => sum + 4 + one.length, 0))
  let p = 0
  for (const one of texts) {
    new DataView(bytes.buffer).setUint32(p, one.length, true)
    bytes.set(one, p + 4)
    p += 4 + one.length
  }
  return {
    dictionary: { bytes, count: levels.length },
    page: [present, packIndexes(indexes.subarray(0, at), Math.max(1, levels.length))],
  }
}

// NaN alone differs from itself.
function countMissing(values: Float32Array | Float64Array): number {
  let missing = 0
  for (let i = 0; i < values.length; i++) if (values[i] !== values[i]) missing++
  return missing
}

/** 1 where there is a value. */
function presenceOf(values: Float32Array | Float64Array): Uint8Array {
  const n = values.length
  if (room.isThere.length < n) room.isThere = new Uint8Array(n)
  const { isThere } = room
  for (let i = 0; i < n; i++) isThere[i] = values[i] === values[i] ? 1 : 0
  return isThere.subarray(0, n)
}

interface SmallNumbers {
  readonly distinct: readonly number[]
  /** Of the values that are there. */
  readonly indexes: Uint8Array
}

/** Room for one column after the other; nothing of it outlives the encoding of the column. */
const room = { isThere: new Uint8Array(0), indexes: new Uint8Array(0), place: new Int16Array(mostSmall + 1) }

/** Null: too many, or not all of them small whole numbers. */
function indexSmall(values: Float32Array | Float64Array): SmallNumbers | null {
  const n = values.length
  if (room.indexes.length < n) room.indexes = new Uint8Array(n)
  const { indexes, place } = room
  place.fill(-1)
  const distinct: number[] = []
  let at = 0
  for (let i = 0; i < n; i++) {
    const value = values[i]!
    const whole = value | 0
    if (whole !== value || whole < 0 || whole > mostSmall) {
      if (value !== value) continue
      return null
    }
    // -0 is not 0: its bits would be lost.
    if (whole === 0 && 1 / value < 0) return null
    let index = place[whole]!
    if (index < 0) {
      index = place[whole] = distinct.push(whole) - 1
      if (index >= mostDistinct) return null
    }
    indexes[at++] = index
  }
  return at === 0 ? null : { distinct, indexes: indexes.subarray(0, at) }
}

/** Definition levels, 1 = there: a length of four bytes, then runs (RLE/bit-packing hybrid, width 1). */
function presence(isThere: Uint8Array): Uint8Array {
  const groups = Math.ceil(isThere.length / 8)
  const packed = new Uint8Array(groups)
  pack(isThere, 1, packed)
  return levels(varint(groups * 2 + 1), packed)
}

const allPresent = (count: number): Uint8Array => levels(varint(count * 2), Uint8Array.of(1))

function levels(header: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + header.length + body.length)
  new DataView(bytes.buffer).setUint32(0, header.length + body.length, true)
  bytes.set(header, 4)
  bytes.set(body, 4 + header.length)
  return bytes
}

/** The width, then one bit-packed run; widths are powers of two, so that no index crosses a byte unevenly. */
function packIndexes(indexes: Uint8Array | Uint16Array, distinct: number): Uint8Array {
  const width = [0, 1, 2, 4, 8, 16].find((bits) => distinct <= 2 ** bits)!
  const groups = Math.ceil(indexes.length / 8)
  const header = width === 0 ? [...varint(indexes.length * 2)] : [...varint(groups * 2 + 1)]
  const bytes = new Uint8Array(1 + header.length + groups * width)
  bytes[0] = width
  bytes.set(header, 1)
  const packed = bytes.subarray(1 + header.length)
  if (width === 16) packed.set(new Uint8Array(indexes.buffer, indexes.byteOffset, indexes.length * 2))
  else if (width === 8) packed.set(indexes)
  else if (width > 0) pack(indexes, width, packed)
  return bytes
}

/** Several values to a byte, the first in its lowest bits; `width` is 1, 2 or 4. */
function pack(values: Uint8Array | Uint16Array, width: number, into: Uint8Array): void {
  const perByte = 8 / width
  const whole = Math.floor(values.length / perByte)
  let i = 0
  for (let byte = 0; byte < whole; byte++) {
    let bits = 0
    for (let shift = 0; shift < 8; shift += width) bits |= values[i++]! << shift
    into[byte] = bits
  }
  for (let shift = 0; i < values.length; shift += width) into[whole]! |= values[i++]! << shift
}

function plain(values: Float32Array | Float64Array, missing: number): Uint8Array {
  if (missing === 0) return bytesOf(values)
  const kept =
    values instanceof Float32Array
      ? new Float32Array(values.length - missing)
      : new Float64Array(values.length - missing)
  let at = 0
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) kept[at++] = values[i]!
  return bytesOf(kept)
}

/** A copy: shared memory cannot be written to a file by every version of the runtime. */
function bytesOf(values: Float32Array | Float64Array | Int32Array): Uint8Array {
  const copy = new Uint8Array(values.byteLength)
  copy.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return copy
}
