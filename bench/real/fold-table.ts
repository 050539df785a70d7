import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dataset, type Labels, missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { root } from '../root.ts'

/** A table and, `repeats` times, a division of its rows into `folds` parts with equal shares of churn. */
export interface FoldFiles {
  readonly folder: string
  readonly names: readonly string[]
  readonly levels: readonly number[]
  readonly trainRows: number
  readonly repeats: number
  readonly folds: number
}

/** Writes `train.f32`, `train.y`, `folds.u8` (repeat after repeat) and `table.json`. */
export function writeFoldTable(
  name: string,
  { x, y }: { x: Dataset; y: Labels },
  { repeats, folds }: Pick<FoldFiles, 'repeats' | 'folds'>,
): FoldFiles {
  const folder = join(root, 'out', 'bench-data', name)
  mkdirSync(folder, { recursive: true })
  const cells = new Float32Array(x.rowCount * x.names.length)
  for (const [j, column] of x.columns.entries()) {
    const codes = (code: number): number => (code === missingCode ? Number.NaN : code)
    const values = column.kind === 'number' ? column.values : Float32Array.from(column.codes, codes)
    cells.set(values, j * x.rowCount)
  }
  const divisions = new Uint8Array(repeats * x.rowCount)
  for (let repeat = 0; repeat < repeats; repeat++)
    divisions.set(divide(y, folds, `${name}/${repeat}`), repeat * x.rowCount)
  const levels = x.columns.map((column) => (column.kind === 'number' ? 0 : column.levels.length))
  const files = { folder, names: x.names, levels, trainRows: x.rowCount, repeats, folds }
  writeFileSync(join(folder, 'train.f32'), new Uint8Array(cells.buffer))
  writeFileSync(join(folder, 'train.y'), y)
  writeFileSync(join(folder, 'folds.u8'), divisions)
  writeFileSync(join(folder, 'table.json'), JSON.stringify({ files }))
  return files
}

/** Fold of every row: the rows of each class are shuffled and dealt out. */
function divide(y: Labels, folds: number, seed: string): Uint8Array {
  const random = createRandom(seed)
  const fold = new Uint8Array(y.length)
  for (const label of [0, 1]) {
    const rows = random.shuffle(Uint32Array.from(y.keys()).filter((i) => y[i] === label))
    for (const [place, row] of rows.entries()) fold[row] = place % folds
  }
  return fold
}
