import { gather } from '../core/dataset.ts'

type Values = Float32Array | Uint32Array | Uint16Array | Uint8Array

/**
 * Puts rows in the order of their cutoffs, in place; rows of one cutoff keep their order. `columns` are all columns of the
 * table, the cutoffs (days since 1970-01-01) among them. One column is copied at a time.
 */
export function orderByCutoff(cutoffs: Uint16Array, columns: readonly Values[]): void {
  const rows = rowsByCutoff(cutoffs)
  if (rows === null) return
  for (const values of columns) values.set(gather(values, rows, scratchFor(values)))
}

/** Row numbers in the order of the cutoffs; null where they are in order. */
function rowsByCutoff(cutoffs: Uint16Array): Uint32Array | null {
  const counts = new Uint32Array(2 ** 16 + 1)
  let isOrdered = true
  for (let i = 0; i < cutoffs.length; i++) {
    counts[cutoffs[i]! + 1]!++
    if (i > 0 && cutoffs[i]! < cutoffs[i - 1]!) isOrdered = false
  }
  if (isOrdered) return null
  for (let day = 1; day < counts.length; day++) counts[day]! += counts[day - 1]!
  const rows = new Uint32Array(cutoffs.length)
  for (let i = 0; i < cutoffs.length; i++) rows[counts[cutoffs[i]!]!++] = i
  return rows
}

function scratchFor(values: Values): Values {
  if (values instanceof Float32Array) return new Float32Array(values.length)
  if (values instanceof Uint32Array) return new Uint32Array(values.length)
  return values instanceof Uint16Array ? new Uint16Array(values.length) : new Uint8Array(values.length)
}
