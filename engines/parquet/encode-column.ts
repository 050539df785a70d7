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
  const present = presence(values.length, small.missing, (i) => !Number.isNaN(values[i]!))
  if (small.distinct === null) return { dictionary: null, page: [present, plain(values, small.missing)] }
  const dictionary =
    values instanceof Float32Array ? Float32Array.from(small.distinct) : Float64Array.from(small.distinct)
  return {
    dictionary: { bytes: bytesOf(dictionary), count: small.distinct.length },
    page: [present, packIndexes(small.indexes.subarray(0, values.length - small.missing), small.distinct.length)],
  }
}

/** Whole numbers, all present. */
export function encodeIntegers(values: Int32Array): EncodedColumn {
  return { dictionary: null, page: [bytesOf(values)] }
}

/** Texts by code; 65,535 = NULL. */
export function encodeTexts(codes: Uint16Array, levels: readonly string[]): EncodedColumn {
  let missing = 0
  const indexes = new Uint16Array(codes.length)
  let at = 0
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === 65_535) missing++
    else indexes[at++] = codes[i]!
  }
  const present = presence(codes.length, missing, (i) => codes[i] !== 65_535)
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

interface SmallNumbers {
  /** Null: too many, or not all small whole numbers. */
  readonly distinct: number[] | null
  readonly indexes: Uint16Array
  readonly missing: number
}

function indexSmall(values: Float32Array | Float64Array): SmallNumbers {
  const place = new Int16Array(mostSmall + 1).fill(-1)
  const indexes = new Uint16Array(values.length)
  const distinct: number[] = []
  let at = 0
  let missing = 0
  let isSmall = true
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) {
      missing++
      continue
    }
    if (!isSmall) continue
    const whole = value | 0
    // -0 is not 0: its bits would be lost.
    if (whole !== value || whole < 0 || whole > mostSmall || (whole === 0 && 1 / value < 0)) {
      isSmall = false
      continue
    }
    if (place[whole] === -1) place[whole] = distinct.push(whole) - 1
    indexes[at++] = place[whole]!
    if (distinct.length > mostDistinct) isSmall = false
  }
  return { distinct: isSmall && distinct.length > 0 ? distinct : null, indexes, missing }
}

/** Definition levels, 1 = there: a length of four bytes, then runs (RLE/bit-packing hybrid, width 1). */
function presence(count: number, missing: number, isPresent: (i: number) => boolean): Uint8Array {
  const body = missing === 0 ? [...varint(count * 2), 1] : bitPacked(count, isPresent)
  const bytes = new Uint8Array(4 + body.length)
  new DataView(bytes.buffer).setUint32(0, body.length, true)
  bytes.set(body, 4)
  return bytes
}

function bitPacked(count: number, isSet: (i: number) => boolean): Uint8Array {
  const groups = Math.ceil(count / 8)
  const header = varint(groups * 2 + 1)
  const bytes = new Uint8Array(header.length + groups)
  bytes.set(header)
  for (let i = 0; i < count; i++) if (isSet(i)) bytes[header.length + (i >> 3)]! |= 1 << (i & 7)
  return bytes
}

/** The width, then one bit-packed run; widths are powers of two, so that no index crosses a byte unevenly. */
function packIndexes(indexes: Uint16Array, distinct: number): Uint8Array {
  const width = [0, 1, 2, 4, 8, 16].find((bits) => distinct <= 2 ** bits)!
  const groups = Math.ceil(indexes.length / 8)
  const header = width === 0 ? [...varint(indexes.length * 2)] : [...varint(groups * 2 + 1)]
  const bytes = new Uint8Array(1 + header.length + groups * width)
  bytes[0] = width
  bytes.set(header, 1)
  const start = 1 + header.length
  if (width === 8) for (let i = 0; i < indexes.length; i++) bytes[start + i] = indexes[i]!
  else if (width === 16) bytes.set(new Uint8Array(indexes.buffer, indexes.byteOffset, indexes.length * 2), start)
  else if (width > 0) {
    const perByte = 8 / width
    for (let i = 0; i < indexes.length; i++)
      bytes[start + Math.floor(i / perByte)]! |= indexes[i]! << (width * (i % perByte))
  }
  return bytes
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
