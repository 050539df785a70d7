import type { KernelMemory } from '../kernel-memory.ts'
import { fillTile } from './fill-bytes.ts'
import { eachLeaf } from './leaf-walk.ts'

/** Twin of assembly/scoring/score-rows.ts. */
export function scoreRows(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const { u32, f64 } = memory
  const tile = fillTile(memory, args, chunk)
  const image = args[7]!
  const scores = args[11]! / 8 + tile.begin
  f64.fill(args[12]!, scores, scores + tile.rows)
  for (let tree = image; tree < image + 16 * args[8]!; tree += 16) {
    const values = (image + u32[tree / 4 + 2]!) / 8
    eachLeaf(memory, { image, tree, tile }, (row, leaf) => {
      f64[scores + row]! += f64[values + leaf]!
    })
  }
}

/** Twin of assembly/scoring/find-leaves.ts. */
export function findLeaves(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const tile = fillTile(memory, args, chunk)
  const image = args[7]!
  const trees = args[8]!
  const leaves = args[11]! / 4 + tile.begin * trees
  for (let t = 0; t < trees; t++)
    eachLeaf(memory, { image, tree: image + 16 * t, tile }, (row, leaf) => {
      memory.u32[leaves + row * trees + t] = leaf
    })
}
