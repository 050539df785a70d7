import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import type { Fit } from '../../models/estimator.ts'

type Cells = readonly (number | string | null)[]

/** A dataset from columns written out by hand; null = missing; a column with any text in it is a category. */
export function table(columns: Record<string, Cells>, more: Partial<Dataset> = {}): Dataset {
  const cells = Object.values(columns)
  const rowCount = cells[0]?.length ?? 0
  return {
    names: Object.keys(columns),
    columns: cells.map((column) =>
      column.some((cell) => typeof cell === 'string') ? category(column) : numbers(column),
    ),
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, i) => i),
    cutoffs: new Uint16Array(rowCount),
    ...more,
  }
}

function numbers(cells: Cells): Column {
  return { kind: 'number', values: Float32Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))) }
}

function category(cells: Cells): Column {
  const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))]
  const codes = Uint16Array.from(cells, (cell) => (cell === null ? missingCode : levels.indexOf(String(cell))))
  return { kind: 'category', codes, levels }
}

/** What `fit` is given, with a quiet surrounding. */
export function fitOf(train: Dataset, y: ArrayLike<number>, more: Partial<Fit> = {}): Fit {
  return {
    train,
    y: Uint8Array.from(y),
    random: createRandom(1),
    resources: { threads: 1, memoryBytes: 2 ** 30 },
    signal: new AbortController().signal,
    emit: () => {},
    ...more,
  }
}

/** The integers 0, 1 … length - 1, each through `make`. */
export const times = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i))
