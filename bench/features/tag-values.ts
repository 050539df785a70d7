import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import type { Dataset } from '../../core/dataset.ts'
import type { Measurement } from '../measurement.ts'

/** Users as uint32, then every tag as float32, NaN = missing; rows in the order of the dataset, by cutoff and user. */
export function writeValues(path: string, { users, columns, names }: Dataset): void {
  const file = openSync(path, 'w')
  writeAll(file, users)
  for (const [j, column] of columns.entries()) {
    if (column.kind !== 'number') throw new Error(`${names[j]!} is no number`)
    writeAll(file, column.values)
  }
  closeSync(file)
}

function writeAll(file: number, values: Float32Array | Uint32Array): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 28))
}

interface Written {
  readonly path: string
  readonly tags: readonly string[]
}

/**
 * Every value of the peer's tags beside ours, row by row: the same users, labels and missing values, or an error; the
 * greatest difference relative to the greater of 1 and the peer's value. Removes both files.
 */
export function compareValuesOfTags(ours: Measurement, theirs: Measurement): Readonly<Record<string, number>> {
  for (const name of ['rows', 'churned'])
    if (ours.quality[name] !== theirs.quality[name])
      throw new Error(`${name}: ours ${ours.quality[name]}, peer ${theirs.quality[name]}`)
  const rows = ours.quality['rows']!
  const [us, them] = [ours, theirs].map(({ output }) => JSON.parse(output!) as Written) as [Written, Written]
  const [ourFile, theirFile] = [openSync(us.path, 'r'), openSync(them.path, 'r')]
  const users = [ourFile, theirFile].map((file) => new Uint32Array(readColumn(file, 0, rows)))
  if (users[0]!.some((user, row) => user !== users[1]![row])) throw new Error('other users, or in another order')
  let greatestDifference = 0
  for (const [j, tag] of them.tags.entries()) {
    const a = new Float32Array(readColumn(ourFile, 1 + us.tags.indexOf(tag), rows))
    const b = new Float32Array(readColumn(theirFile, 1 + j, rows))
    greatestDifference = Math.max(greatestDifference, differenceOf(tag, a, b))
  }
  for (const file of [ourFile, theirFile]) closeSync(file)
  for (const { path } of [us, them]) rmSync(path)
  return { tags: them.tags.length, values: rows * them.tags.length, greatestDifference }
}

function differenceOf(tag: string, ours: Float32Array, theirs: Float32Array): number {
  let greatest = 0
  for (let row = 0; row < ours.length; row++) {
    const [a, b] = [ours[row]!, theirs[row]!]
    if (Number.isNaN(a) !== Number.isNaN(b)) throw new Error(`${tag}, row ${row}: ours ${a}, peer ${b}`)
    if (a !== b && !Number.isNaN(a)) greatest = Math.max(greatest, Math.abs(a - b) / Math.max(1, Math.abs(b)))
  }
  return greatest
}

function readColumn(file: number, at: number, rows: number): ArrayBuffer {
  const bytes = new Uint8Array(rows * 4)
  const read = readSync(file, bytes, 0, bytes.length, at * bytes.length)
  if (read !== bytes.length) throw new Error(`column ${at}: ${read} of ${bytes.length} bytes`)
  return bytes.buffer
}
