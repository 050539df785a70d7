import type { KernelMemory } from '../kernel-memory.ts'
import { fillTile } from './fill-bytes.ts'
import { addTable } from './shapley-tables.ts'
import { addByWalk } from './shapley-walk.ts'

/** Twin of assembly/scoring/explain-rows.ts. */
export function explainRows(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const { u32, f64 } = memory
  const tile = fillTile(memory, args, chunk)
  const [image, list, plans, tables, phi, , distance, count] = args.slice(7, 15) as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  f64.fill(0, phi / 8, (phi + distance * count) / 8)
  for (let k = 0, word = (image + list) / 4; k < plans; k++, word += 2) {
    const at = { plan: image + u32[word + 1]!, image, tables, phi }
    if (u32[word] === 0) addTable(memory, at, tile)
    else addByWalk(memory, at, tile)
  }
  const [target, features, places] = args.slice(15, 18) as unknown as number[] as [number, number, number]
  for (let f = 0; f < features; f++) {
    const place = u32[places / 4 + f]!
    const from = place === 0xffffffff ? -1 : (phi + place * distance) / 8
    for (let row = 0, to = target / 8 + tile.begin * features + f; row < tile.rows; row++, to += features)
      f64[to] = from < 0 ? 0 : f64[from + row]!
  }
}
