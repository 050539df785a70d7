import type { KernelMemory } from '../kernel-memory.ts'

const sampledRows = 1024

/** Twin of `countRare` in assembly/training/rare-rows.ts. */
export function countRare({ u8, i32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [columns, columnBytes, rows, facts] = args as unknown as number[]
  const column = u8.subarray(columns! + chunk * columnBytes!, columns! + chunk * columnBytes! + rows!)
  const at = facts! / 4 + 4 * chunk
  const sample = column.filter((_, row) => row % Math.max(1, Math.floor(rows! / sampledRows)) === 0)
  i32[at + 1] = -1
  if (5 * (sample.length - mostFrequent(sample).count) > sample.length) return
  const { bin, count } = mostFrequent(column)
  i32[at + 1] = rows! - count > rows! >> 3 ? -1 : rows! - count
  i32[at + 2] = bin
}

/** The first of equals. */
function mostFrequent(column: Uint8Array): { bin: number; count: number } {
  const counts = new Int32Array(256)
  for (const bin of column) counts[bin]!++
  const bin = counts.reduce((most, count, here) => (count > counts[most]! ? here : most), 0)
  return { bin, count: counts[bin]! }
}

/** Twin of `listRare`. */
export function listRare({ u8, u32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [columns, columnBytes, rows, facts] = args as unknown as number[]
  const [list, , common] = u32.subarray(facts! / 4 + 4 * chunk, facts! / 4 + 4 * chunk + 3)
  if (list === 0) return
  let to = list! / 4
  for (let row = 0; row < rows!; row++) {
    const bin = u8[columns! + chunk * columnBytes! + row]!
    if (bin !== common) u32[to++] = ((row << 8) | bin) >>> 0
  }
}

/** Twin of `addRare`. */
export function addRare({ i32, u32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [blocks, facts, features, pairs, , histograms, allH, allG] = args as unknown as number[]
  const first = 8 * i32[blocks! / 4 + chunk]!
  for (let feature = first; feature < Math.min(features!, first + 8); feature++) {
    const [list, count, common] = u32.subarray(facts! / 4 + 4 * feature, facts! / 4 + 4 * feature + 3)
    const histogram = i32.subarray(histograms! / 4 + 512 * feature, histograms! / 4 + 512 * feature + 512)
    let h = allH!
    let g = allG!
    for (let i = 0; i < count!; i++) {
      const entry = u32[list! / 4 + i]!
      const pair = pairs! / 4 + 2 * (entry >>> 8)
      histogram[2 * (entry & 255)]! += i32[pair]!
      histogram[2 * (entry & 255) + 1]! += i32[pair + 1]!
      h -= i32[pair]!
      g -= i32[pair + 1]!
    }
    histogram[2 * common!] = h
    histogram[2 * common! + 1] = g
  }
}
