import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../core/random.ts'
import { createRandom } from '../../core/random.ts'
import { root } from '../root.ts'
import { type TableFiles, type TableSpec, trainingSet } from './table.ts'

const signals = 16
const missingShare = 0.05

/**
 * A churn-like table on disk, made once: sixteen columns that matter (curved, in pairs), some of them copies with noise,
 * the rest means little or nothing; categories matter by level. Test rows: a quarter as many again, at least 150,000, at
 * most 250,000. The same arguments give the same bytes.
 */
export function makeTable(name: string, spec: TableSpec): TableFiles {
  const folder = tableFolder(name, spec)
  const about = join(folder, 'table.json')
  const wanted = JSON.stringify(spec)
  if (existsSync(about)) {
    const known = JSON.parse(readFileSync(about, 'utf8')) as { spec: string; files: TableFiles }
    if (known.spec === wanted) return known.files
  }
  mkdirSync(folder, { recursive: true })
  const files = writeTable(folder, spec)
  writeFileSync(`${about}.tmp`, JSON.stringify({ spec: wanted, files }))
  renameSync(`${about}.tmp`, about)
  return files
}

/** Where `makeTable` puts a table. */
export const tableFolder = (name: string, { sets }: TableSpec): string =>
  join(root, 'out', 'bench-data', sets === undefined ? name : `${name}-x${sets}`)

function writeTable(folder: string, spec: TableSpec): TableFiles {
  const trainRows = spec.rows
  const testRows = Math.min(250_000, Math.max(150_000, spec.rows >> 2))
  const sets = spec.sets ?? 1
  const rows = trainRows * sets + testRows
  const random = createRandom(`bench/${spec.seed}`)
  const levels = Array.from({ length: spec.columns }, (_, j) => levelsOf(j, spec))
  const logOdds = new Float64Array(rows).fill((spec.shift ?? 0) - 1.6)
  const parts = partsOf({ trainRows, testRows, sets })
  const files = parts.map(({ name }) => openSync(join(folder, `${name}.f32`), 'w'))
  const latent = Array.from({ length: signals }, (_, k) => normals(rows, random.child(`latent/${k}`)))
  for (let j = 0; j < spec.columns; j++) {
    const draw = random.child(`column/${j}`)
    const column =
      levels[j]! > 0 ? categoryColumn(logOdds, levels[j]!, draw) : numberColumn(latent, { j, zeros: spec.zeros, draw })
    forget(column, draw)
    for (const [at, { begin, end }] of parts.entries()) writeSync(files[at]!, bytesOf(column.subarray(begin, end)))
  }
  for (const file of files) closeSync(file)
  addEffects(logOdds, latent)
  const y = labels(logOdds, random.child('labels'))
  for (const { name, begin, end } of parts) writeFileSync(join(folder, `${name}.y`), y.subarray(begin, end))
  return { folder, names: levels.map((_, j) => `c${String(j).padStart(4, '0')}`), levels, trainRows, testRows }
}

interface TablePart {
  readonly name: string
  readonly begin: number
  readonly end: number
}

/** The first training table, the test rows, the other training tables. */
function partsOf({
  trainRows,
  testRows,
  sets,
}: Pick<TableFiles, 'trainRows' | 'testRows'> & { readonly sets: number }): TablePart[] {
  const others = Array.from({ length: sets - 1 }, (_, k) => {
    const begin = trainRows * (k + 1) + testRows
    return { name: trainingSet(k + 1), begin, end: begin + trainRows }
  })
  const first = { name: trainingSet(0), begin: 0, end: trainRows }
  return [first, { name: 'test', begin: trainRows, end: trainRows + testRows }, ...others]
}

/** The last columns are the categories: 3 levels, then more, up to 200. */
function levelsOf(j: number, { columns, categories = 0 }: TableSpec): number {
  const k = j - (columns - categories)
  return k < 0 ? 0 : Math.round(3 * (200 / 3) ** (k / Math.max(1, categories - 1)))
}

function normals(rows: number, random: Random): Float32Array {
  const values = new Float32Array(rows)
  for (let i = 0; i < rows; i++) values[i] = random.normal()
  return values
}

/** Column j < 16 is signal j; the others repeat a signal with much noise, or mean nothing, in four shapes. */
function numberColumn(
  latent: readonly Float32Array[],
  { j, zeros = 0, draw }: { j: number; zeros: number | undefined; draw: Random },
): Float32Array {
  const signal = latent[j % signals]!
  const values = new Float32Array(signal.length)
  const share = j < signals ? 1 : j % 3 === 0 ? 0.3 : 0
  for (let i = 0; i < values.length; i++) {
    const z = share === 1 ? signal[i]! : share * signal[i]! + draw.normal()
    const isZero = zeros > 0 && (share === 1 ? z < 0 : draw.next() < zeros)
    values[i] = isZero ? 0 : shaped(z, j)
  }
  return values
}

/** Normal, log-normal, whole numbers, a bounded share. */
function shaped(z: number, j: number): number {
  if (j % 4 === 1) return Math.exp(z)
  if (j % 4 === 2) return Math.floor(3 * Math.exp(0.8 * z))
  return j % 4 === 3 ? 1 / (1 + Math.exp(-z)) : z
}

function categoryColumn(logOdds: Float64Array, levels: number, draw: Random): Float32Array {
  const effects = Array.from({ length: levels }, () => 0.5 * draw.normal())
  const codes = new Float32Array(logOdds.length)
  for (let i = 0; i < codes.length; i++) {
    // Frequencies fall with the level, as those of regions and campaigns do.
    const code = Math.floor(levels * draw.next() ** 1.7)
    codes[i] = code
    logOdds[i]! += effects[code]!
  }
  return codes
}

function addEffects(logOdds: Float64Array, latent: readonly Float32Array[]): void {
  const at = (k: number, i: number): number => latent[k]![i]!
  for (let i = 0; i < logOdds.length; i++)
    logOdds[i]! +=
      0.8 * at(0, i) -
      0.5 * Math.abs(at(1, i)) +
      0.5 * Math.sin(2 * at(2, i)) +
      0.6 * at(3, i) * (at(4, i) > 0 ? 1 : -0.3) +
      0.4 * Math.max(-1, Math.min(1, at(5, i))) +
      (at(6, i) > 1 && at(7, i) > 0 ? 0.9 : 0) +
      0.3 * at(8, i) * at(9, i) -
      0.25 * at(10, i) +
      0.2 * at(11, i) ** 2 * (at(12, i) > 0.5 ? 1 : 0) +
      0.15 * at(13, i) +
      0.1 * at(14, i) -
      0.05 * at(15, i)
}

function labels(logOdds: Float64Array, random: Random): Uint8Array {
  const y = new Uint8Array(logOdds.length)
  for (let i = 0; i < y.length; i++) {
    const p = 1 / (1 + Math.exp(-logOdds[i]! - 0.6 * random.normal()))
    y[i] = random.next() < p ? 1 : 0
  }
  return y
}

function forget(values: Float32Array, random: Random): void {
  for (let i = 0; i < values.length; i++) if (random.next() < missingShare) values[i] = Number.NaN
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
