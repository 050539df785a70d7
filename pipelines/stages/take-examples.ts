import { gather, selectRows } from '../../core/dataset.ts'
import type { ContextCodes, ExampleRows } from './examples-type.ts'

/** What one prediction says of the rows of all. */
export interface OwnRows {
  /** 1 where the row is an example of it; null: every row is. */
  readonly isExample: ArrayLike<number> | null
  /** Null when scoring. */
  readonly labels: ArrayLike<number> | null
  readonly recentValue: Float32Array
}

/** Examples of one prediction; labels 0 and 1, all 0 when scoring. */
export interface TakenExamples {
  readonly rows: ExampleRows
  readonly labels: Uint8Array
}

/** The examples of one prediction out of the rows of all: a copy, unless all rows are its own. */
export function takeExamples(
  all: Omit<ExampleRows, 'recentValue'>,
  { isExample, labels, recentValue }: OwnRows,
): TakenExamples {
  const rows = rowsWhere(all.dataset.rowCount, isExample)
  const own = new Uint8Array(new SharedArrayBuffer(rows.length))
  if (labels !== null) for (let i = 0; i < rows.length; i++) own[i] = labels[rows[i]!]!
  if (isExample === null) return { rows: { ...all, recentValue }, labels: own }
  return {
    rows: {
      dataset: selectRows(all.dataset, rows),
      lifecycle: takeCodes(all.lifecycle, rows),
      channel: takeCodes(all.channel, rows),
      recentValue: gather(recentValue, rows, new Float32Array(rows.length)),
    },
    labels: own,
  }
}

function rowsWhere(rowCount: number, isExample: ArrayLike<number> | null): Uint32Array {
  const rows = new Uint32Array(rowCount)
  let length = 0
  for (let row = 0; row < rowCount; row++) if (isExample === null || isExample[row] === 1) rows[length++] = row
  return rows.subarray(0, length)
}

const takeCodes = ({ codes, ...more }: ContextCodes, rows: Uint32Array): ContextCodes => ({
  ...more,
  codes: gather(codes, rows, new Uint16Array(rows.length)),
})
