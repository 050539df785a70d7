import { missingCode } from '../../core/dataset.ts'
import type { SweptColumn } from '../sweep/waiting-rows.ts'
import type { LabelColumns } from '../sweep/tasks.ts'
import type { Stretches } from './kept-file.ts'

/*
 * Rows of one cutoff as bytes: rows, columns, the encoding of each column (a byte each); then, each on a boundary of 8
 * bytes, kept ids of the users (uint32), labels (uint8), kinds of churn (uint16) and, of several, examples (uint8) of every
 * prediction, and the columns. Most features are small
 * whole numbers: they take a byte or two, the greatest value standing for missing. Every value comes back bit for bit.
 */

const encodings = ['byte', 'short', 'float'] as const
type Encoding = (typeof encodings)[number]
const widths: Readonly<Record<Encoding, number>> = { byte: 1, short: 2, float: 4 }
const byteMissing = 255
const shortMissing = 65_535
const negativeZero = -2_147_483_648

/** Rows [from, from + rows) of arrays in shared memory; `ids` are kept ids of the users. */
export interface RowRange {
  readonly columns: readonly SweptColumn[]
  readonly predictions: readonly LabelColumns[]
  readonly from: number
  readonly rows: number
}

interface Sections {
  readonly users: number
  readonly predictions: readonly { readonly labels: number; readonly kinds: number; readonly examples: number }[]
  readonly columns: readonly number[]
  readonly bytes: number
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

function sectionsOf(rows: number, predictions: readonly LabelColumns[], codes: readonly Encoding[]): Sections {
  let at = padded(8 + codes.length)
  const take = (bytes: number): number => {
    const start = at
    at += padded(bytes)
    return start
  }
  const users = take(rows * 4)
  const labelled = predictions.map(({ isExample }) => ({
    labels: take(rows),
    kinds: take(rows * 2),
    examples: take(isExample === null ? 0 : rows),
  }))
  const columns = codes.map((code) => take(rows * widths[code]))
  return { users, predictions: labelled, columns, bytes: at }
}

export function encodeRows(range: RowRange, ids: Uint32Array): Uint8Array<ArrayBuffer> {
  const { columns, predictions, from, rows } = range
  const parts = columns.map((column) => column.subarray(from, from + rows))
  const codes = parts.map(encodingOf)
  const sections = sectionsOf(rows, predictions, codes)
  const bytes = new Uint8Array(sections.bytes)
  new Uint32Array(bytes.buffer, 0, 2).set([rows, columns.length])
  for (const [j, code] of codes.entries()) bytes[8 + j] = encodings.indexOf(code)
  new Uint32Array(bytes.buffer, sections.users, rows).set(ids)
  for (const [p, { labels, churnKinds, isExample }] of predictions.entries()) {
    const at = sections.predictions[p]!
    bytes.set(labels.subarray(from, from + rows), at.labels)
    new Uint16Array(bytes.buffer, at.kinds, rows).set(churnKinds.subarray(from, from + rows))
    if (isExample !== null) bytes.set(isExample.subarray(from, from + rows), at.examples)
  }
  for (const [j, code] of codes.entries())
    writeColumn(parts[j]!, code, { buffer: bytes.buffer, at: sections.columns[j]! })
  return bytes
}

/**
 * Writes the rows into the range, section by section, and returns their users. Throws RangeError where the shape is another.
 */
export function decodeRows(source: Stretches, range: RowRange): Uint32Array {
  const { columns, predictions, from, rows } = range
  const codes = readEncodings(source, range)
  // Sections lie in the order in which they are taken, each to the next boundary.
  const section = (bytes: number): Place => {
    const { buffer, byteOffset } = source.take(padded(bytes))
    return { buffer, at: byteOffset }
  }
  const bytesOf = ({ buffer, at }: Place): Uint8Array => new Uint8Array(buffer, at, rows)
  const users = section(rows * 4)
  const ids = new Uint32Array(users.buffer, users.at, rows).slice()
  for (const { labels, churnKinds, isExample } of predictions) {
    labels.set(bytesOf(section(rows)), from)
    const kinds = section(rows * 2)
    churnKinds.set(new Uint16Array(kinds.buffer, kinds.at, rows), from)
    if (isExample !== null) isExample.set(bytesOf(section(rows)), from)
  }
  for (const [j, code] of codes.entries())
    readColumn(columns[j]!.subarray(from, from + rows), code, section(rows * widths[code]))
  return ids
}

/** The encodings of the columns. */
function readEncodings(source: Stretches, { columns, rows }: RowRange): readonly Encoding[] {
  const bytes = source.take(padded(8 + columns.length))
  const [keptRows, keptColumns] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2)
  if (keptRows !== rows || keptColumns !== columns.length)
    throw new RangeError(`${keptRows} rows of ${keptColumns} columns were kept, expected ${rows} of ${columns.length}`)
  const codes = columns.map((_, j) => encodings[bytes[8 + j]!])
  const isKnown = (code: Encoding | undefined): code is Encoding => code !== undefined
  if (!codes.every(isKnown)) throw new RangeError('the encoding of a column is unknown')
  return codes
}

interface Place {
  readonly buffer: ArrayBuffer
  readonly at: number
}

function writeColumn(from: SweptColumn, code: Encoding, { buffer, at }: Place): void {
  const rows = from.length
  if (from instanceof Uint16Array) {
    if (code === 'short') new Uint16Array(buffer, at, rows).set(from)
    else codesToBytes(from, new Uint8Array(buffer, at, rows))
  } else if (from instanceof Float32Array) {
    if (code === 'float') new Float32Array(buffer, at, rows).set(from)
    else if (code === 'short') floatsToShorts(from, new Uint16Array(buffer, at, rows))
    else floatsToBytes(from, new Uint8Array(buffer, at, rows))
  }
}

function readColumn(into: SweptColumn, code: Encoding, { buffer, at }: Place): void {
  const rows = into.length
  if (into instanceof Uint16Array) {
    if (code === 'short') into.set(new Uint16Array(buffer, at, rows))
    else bytesToCodes(new Uint8Array(buffer, at, rows), into)
  } else if (into instanceof Float32Array) {
    if (code === 'float') into.set(new Float32Array(buffer, at, rows))
    else if (code === 'short') shortsToFloats(new Uint16Array(buffer, at, rows), into)
    else bytesToFloats(new Uint8Array(buffer, at, rows), into)
  }
}

/** The narrowest form in which every value can be told again. */
function encodingOf(column: SweptColumn): Encoding {
  if (column instanceof Uint16Array)
    return column.every((code) => code < byteMissing || code === missingCode) ? 'byte' : 'short'
  if (column instanceof Float64Array) throw new TypeError('doubles are not kept')
  const bits = new Int32Array(column.buffer, column.byteOffset, column.length)
  let most = 0
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!
    if (Number.isNaN(value)) continue
    if (!(value >= 0 && value < shortMissing && value === (value | 0)) || bits[i] === negativeZero) return 'float'
    if (value > most) most = value
  }
  return most < byteMissing ? 'byte' : 'short'
}

// One loop per pair of arrays: the same loop for all of them would be ten times slower.

function floatsToBytes(from: Float32Array, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = Number.isNaN(from[i]!) ? byteMissing : from[i]!
}

function floatsToShorts(from: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = Number.isNaN(from[i]!) ? shortMissing : from[i]!
}

function codesToBytes(from: Uint16Array, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = from[i] === missingCode ? byteMissing : from[i]!
}

/** What each byte or short stands for. */
const floats = Float32Array.from({ length: 65_536 }, (_, i) => i)

function floatsOf(missing: number): Float32Array {
  const table = floats.slice(0, missing + 1)
  table[missing] = Number.NaN
  return table
}

const floatOfByte = floatsOf(byteMissing)
const floatOfShort = floatsOf(shortMissing)

/** Eight values a turn: half the time of one. */
function bytesToFloats(from: Uint8Array, into: Float32Array): void {
  const most = from.length - (from.length % 8)
  for (let i = 0; i < most; i += 8) {
    into[i] = floatOfByte[from[i]!]!
    into[i + 1] = floatOfByte[from[i + 1]!]!
    into[i + 2] = floatOfByte[from[i + 2]!]!
    into[i + 3] = floatOfByte[from[i + 3]!]!
    into[i + 4] = floatOfByte[from[i + 4]!]!
    into[i + 5] = floatOfByte[from[i + 5]!]!
    into[i + 6] = floatOfByte[from[i + 6]!]!
    into[i + 7] = floatOfByte[from[i + 7]!]!
  }
  for (let i = most; i < from.length; i++) into[i] = floatOfByte[from[i]!]!
}

function shortsToFloats(from: Uint16Array, into: Float32Array): void {
  const most = from.length - (from.length % 4)
  for (let i = 0; i < most; i += 4) {
    into[i] = floatOfShort[from[i]!]!
    into[i + 1] = floatOfShort[from[i + 1]!]!
    into[i + 2] = floatOfShort[from[i + 2]!]!
    into[i + 3] = floatOfShort[from[i + 3]!]!
  }
  for (let i = most; i < from.length; i++) into[i] = floatOfShort[from[i]!]!
}

function bytesToCodes(from: Uint8Array, into: Uint16Array): void {
  for (let i = 0; i < from.length; i++) into[i] = from[i] === byteMissing ? missingCode : from[i]!
}
