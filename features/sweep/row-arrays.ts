import { sharedUint16, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import type { SweepProgram } from './program.ts'
import type { KeyColumns } from './tasks.ts'
import type { SweptColumn } from './waiting-rows.ts'

/** Rows of the result, or room for them before it is known how many there are. */
export interface RowArrays {
  readonly columns: readonly SweptColumn[]
  readonly keys: KeyColumns
}

export interface RowShape {
  readonly program: Pick<SweepProgram, 'outputs'>
  /** How many targets and horizons. */
  readonly predictions: number
  readonly isDouble: boolean
}

/** Room that nobody writes to takes no memory. */
export function emptyRows({ program, predictions, isDouble }: RowShape, rowCount: number): RowArrays {
  const columns = program.outputs.map(({ kind }): SweptColumn => {
    if (kind === 'category') return sharedUint16(rowCount)
    const bytes = new SharedArrayBuffer(rowCount * (isDouble ? 8 : 4))
    return isDouble ? new Float64Array(bytes) : new Float32Array(bytes)
  })
  const keys: KeyColumns = {
    users: sharedUint32(rowCount),
    cutoffs: sharedUint16(rowCount),
    predictions: Array.from({ length: predictions }, () => ({
      labels: sharedUint8(rowCount),
      churnKinds: sharedUint16(rowCount),
      isExample: predictions === 1 ? null : sharedUint8(rowCount),
    })),
  }
  return { columns, keys }
}

/** The first rows, where they are. */
export function firstRows({ columns, keys }: RowArrays, rowCount: number): RowArrays {
  return {
    columns: columns.map((column) => column.subarray(0, rowCount)),
    keys: {
      users: keys.users.subarray(0, rowCount),
      cutoffs: keys.cutoffs.subarray(0, rowCount),
      predictions: keys.predictions.map(({ labels, churnKinds, isExample }) => ({
        labels: labels.subarray(0, rowCount),
        churnKinds: churnKinds.subarray(0, rowCount),
        isExample: isExample?.subarray(0, rowCount) ?? null,
      })),
    },
  }
}
