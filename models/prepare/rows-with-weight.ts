import { type Dataset, type Labels, gather, selectRows } from '../../core/dataset.ts'

/** The rows whose weight is not 0 (the same objects when there is none of weight 0), so that weight 0 means "not there". */
export function rowsWithWeight(train: Dataset, y: Labels): { train: Dataset; y: Labels } {
  const { weights } = train
  if (weights === undefined || !weights.some((weight) => weight === 0)) return { train, y }
  const rows = Uint32Array.from({ length: train.rowCount }, (_, i) => i).filter((i) => weights[i]! > 0)
  return { train: selectRows(train, rows), y: gather(y, rows, new Uint8Array(rows.length)) }
}
