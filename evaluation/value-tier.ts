import type { Slice } from './slices.ts'

const levels = ['high', 'mid', 'low', 'none'] as const

/**
 * Value tier of each row among the rows of its own cutoff: thirds of those with positive recent value by falling value
 * (equal values share the better tier), `none` for zero, negative or missing. A slice for `evaluateSlices`.
 */
export function valueTiers(recentValue: Float32Array, cutoffs: Uint16Array): Slice {
  const codes = new Uint8Array(recentValue.length).fill(3)
  const rowsOf = new Map<number, number[]>()
  recentValue.forEach((value, row) => {
    if (!(value > 0)) return
    const rows = rowsOf.get(cutoffs[row]!)
    if (rows) rows.push(row)
    else rowsOf.set(cutoffs[row]!, [row])
  })
  for (const rows of rowsOf.values()) {
    rows.sort((a, b) => recentValue[b]! - recentValue[a]!)
    rows.forEach((row, at) => {
      const equal = at > 0 && recentValue[rows[at - 1]!] === recentValue[row]
      codes[row] = equal ? codes[rows[at - 1]!]! : Math.floor((3 * at) / rows.length)
    })
  }
  return { name: 'value_tier', codes, levels }
}
