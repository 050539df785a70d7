import type { KernelThread } from '../sweep/kernels/sweep-kernels.ts'
import { alignment } from '../sweep/row-runs.ts'
import type { LabelColumns } from '../sweep/tasks.ts'
import type { SweptColumn } from '../sweep/waiting-rows.ts'
import type { Stretches } from './kept-file.ts'
import { sumStep } from './kept-sum.ts'

/*
 * Rows of one cutoff as bytes, section by section, each on a boundary of 32 bytes: rows and columns (uint32); kept ids of the
 * users (uint32); labels (uint8), kinds of churn (uint16) and, of several, examples (uint8) of every prediction; of each
 * column first how many bytes a value takes, then its values. Most features are small whole numbers: they take a byte or two,
 * the greatest value standing for missing. Every value comes back bit for bit.
 */

/** Rows [from, from + rows) of arrays in shared memory. */
export interface RowRange {
  readonly columns: readonly SweptColumn[]
  readonly predictions: readonly LabelColumns[]
  readonly from: number
  readonly rows: number
}

type RowBytes = Uint8Array<SharedArrayBuffer>

/** Values that are told again at once, so that they are in the core's cache when they are copied. */
const valuesAtOnce = 16_384
/** Kernels take up to 16 values at a time: room for one step too many. */
const spareBytes = 64

const padded = (bytes: number): number => Math.ceil(bytes / sumStep) * sumStep

/** Hands the sections to `write`, one after the other; each is valid during the call. `ids` are kept ids of the users. */
export function encodeRows(
  { columns, predictions, from, rows }: RowRange,
  ids: Uint32Array,
  { thread, write }: { readonly thread: KernelThread; readonly write: (bytes: RowBytes) => void },
): void {
  const { space } = thread
  const values = space.uint8(alignment + padded(rows * 4) + spareBytes)
  const coded = space.uint8(padded(rows * 4) + spareBytes)
  const section = (array: Uint8Array | Uint16Array | Uint32Array): void => {
    const bytes = padded(array.byteLength)
    coded.fill(0, array.byteLength, bytes)
    coded.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    write(coded.subarray(0, bytes))
  }
  section(Uint32Array.of(rows, columns.length))
  section(ids)
  for (const { labels, churnKinds, isExample } of predictions) {
    section(labels.subarray(from, from + rows))
    section(churnKinds.subarray(from, from + rows))
    if (isExample !== null) section(isExample.subarray(from, from + rows))
  }
  for (const column of columns) {
    const width = encodeColumn(column.subarray(from, from + rows), { values, coded, thread })
    const bytes = padded(rows * width)
    coded.fill(0, rows * width, bytes)
    write(values.fill(width, 0, sumStep).subarray(0, sumStep))
    write(coded.subarray(0, bytes))
  }
  space.giveBack(values)
  space.giveBack(coded)
}

/** Returns how many bytes a value takes: the narrowest form in which every value can be told again. */
function encodeColumn(
  column: SweptColumn,
  { values, coded, thread: { kernels } }: { values: RowBytes; coded: RowBytes; thread: KernelThread },
): number {
  if (column instanceof Float64Array) throw new TypeError('doubles are not kept')
  const lead = column.byteOffset % alignment
  const own = values.subarray(lead, lead + column.byteLength)
  own.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  const at = [own.byteOffset, coded.byteOffset, column.length] as const
  const isCodes = column instanceof Uint16Array
  const width = isCodes ? kernels.bytesOfCodes(at[0], at[2]) : kernels.bytesOfFloats(at[0], at[2])
  if (width === column.BYTES_PER_ELEMENT) coded.set(own)
  else if (isCodes) kernels.codesToBytes(...at)
  else if (width === 1) kernels.floatsToBytes(...at)
  else kernels.floatsToShorts(...at)
  return width
}

/**
 * Writes the rows into the range and returns their users. The source lies in the thread's memory. Throws RangeError where the
 * shape is another.
 */
export function decodeRows(source: Stretches, range: RowRange, thread: KernelThread): Uint32Array {
  const { columns, predictions, from, rows } = range
  const shape = source.take(sumStep)
  const [keptRows, keptColumns] = new Uint32Array(shape.buffer, shape.byteOffset, 2)
  if (keptRows !== rows || keptColumns !== columns.length)
    throw new RangeError(`${keptRows} rows of ${keptColumns} columns were kept, expected ${rows} of ${columns.length}`)
  const users = source.take(padded(rows * 4))
  const ids = new Uint32Array(users.buffer, users.byteOffset, rows).slice()
  for (const { labels, churnKinds, isExample } of predictions) {
    labels.set(source.take(padded(rows)).subarray(0, rows), from)
    const kinds = source.take(padded(rows * 2))
    churnKinds.set(new Uint16Array(kinds.buffer, kinds.byteOffset, rows), from)
    if (isExample !== null) isExample.set(source.take(padded(rows)).subarray(0, rows), from)
  }
  const told = thread.space.uint8(alignment + valuesAtOnce * 4 + spareBytes)
  for (const column of columns) {
    const width = source.take(sumStep)[0]!
    if (!isWidthOf(column, width)) throw new RangeError(`${width} bytes cannot be told as a value of a column`)
    const values = source.take(padded(rows * width))
    decodeColumn(column.subarray(from, from + rows), width, { values, told, thread })
  }
  thread.space.giveBack(told)
  return ids
}

function isWidthOf(column: SweptColumn, width: number): boolean {
  return width === 1 || width === 2 || (width === 4 && column instanceof Float32Array)
}

function decodeColumn(
  column: SweptColumn,
  width: number,
  { values, told, thread: { kernels } }: { values: RowBytes; told: RowBytes; thread: KernelThread },
): void {
  const { buffer, byteOffset } = values
  const rows = column.length
  if (width === 4) return column.set(new Float32Array(buffer, byteOffset, rows))
  const isCodes = column instanceof Uint16Array
  if (isCodes && width === 2) return column.set(new Uint16Array(buffer, byteOffset, rows))
  const decode = isCodes ? kernels.bytesToCodes : width === 1 ? kernels.bytesToFloats : kernels.shortsToFloats
  const first = told.byteOffset + (column.byteOffset % alignment)
  const taken = isCodes
    ? new Uint16Array(told.buffer, first, valuesAtOnce)
    : new Float32Array(told.buffer, first, valuesAtOnce)
  for (let at = 0; at < rows; at += valuesAtOnce) {
    const count = Math.min(valuesAtOnce, rows - at)
    decode(byteOffset + at * width, first, count)
    column.set(taken.subarray(0, count), at)
  }
}
