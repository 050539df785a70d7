import { missingCode } from '../../core/dataset.ts'
import type { SweptColumn } from '../sweep/row-values.ts'
import type { LabelColumns } from '../sweep/tasks.ts'

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
  for (const [j, code] of codes.entries()) {
    const at = sections.columns[j]!
    if (code === 'float') new Float32Array(bytes.buffer, at, rows).set(parts[j]!)
    else if (code === 'short') narrow(parts[j]!, new Uint16Array(bytes.buffer, at, rows), shortMissing)
    else narrow(parts[j]!, new Uint8Array(bytes.buffer, at, rows), byteMissing)
  }
  return bytes
}

/** Writes the rows into the range and returns their users. Throws RangeError where the shape is another. */
export function decodeRows(bytes: Uint8Array<ArrayBuffer>, range: RowRange): Uint32Array {
  const { columns, predictions, from, rows } = range
  const { buffer, byteOffset } = bytes
  const [keptRows, keptColumns] = new Uint32Array(buffer, byteOffset, 2)
  if (keptRows !== rows || keptColumns !== columns.length)
    throw new RangeError(`${keptRows} rows of ${keptColumns} columns were kept, expected ${rows} of ${columns.length}`)
  const codes = columns.map((_, j) => encodings[bytes[8 + j]!]!)
  const sections = sectionsOf(rows, predictions, codes)
  for (const [p, { labels, churnKinds, isExample }] of predictions.entries()) {
    const at = sections.predictions[p]!
    labels.set(bytes.subarray(at.labels, at.labels + rows), from)
    churnKinds.set(new Uint16Array(buffer, byteOffset + at.kinds, rows), from)
    isExample?.set(bytes.subarray(at.examples, at.examples + rows), from)
  }
  for (const [j, code] of codes.entries()) {
    const at = byteOffset + sections.columns[j]!
    const into = columns[j]!.subarray(from, from + rows)
    if (code === 'float') into.set(new Float32Array(buffer, at, rows))
    else if (code === 'short') widen(new Uint16Array(buffer, at, rows), into, shortMissing)
    else widen(new Uint8Array(buffer, at, rows), into, byteMissing)
  }
  return new Uint32Array(buffer, byteOffset + sections.users, rows)
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

function narrow(from: SweptColumn, into: Uint8Array | Uint16Array, missing: number): void {
  if (from instanceof Uint16Array)
    for (let i = 0; i < into.length; i++) into[i] = from[i] === missingCode ? missing : from[i]!
  else for (let i = 0; i < into.length; i++) into[i] = Number.isNaN(from[i]!) ? missing : from[i]!
}

function widen(from: Uint8Array | Uint16Array, into: SweptColumn, missing: number): void {
  const absent = into instanceof Uint16Array ? missingCode : Number.NaN
  for (let i = 0; i < from.length; i++) into[i] = from[i] === missing ? absent : from[i]!
}
