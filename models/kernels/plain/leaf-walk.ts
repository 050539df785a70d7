import type { KernelMemory } from '../kernel-memory.ts'
import type { Tile } from './fill-bytes.ts'

/** Twin of assembly/scoring/leaf-walk.ts: calls `found` with row and leaf, by place. Trees in planes are not for the twins. */
export function eachLeaf(
  { u8, u32 }: KernelMemory,
  { image, tree, tile }: { image: number; tree: number; tile: Tile },
  found: (row: number, leaf: number) => void,
): void {
  const nodes = image + u32[tree / 4 + 1]!
  const firstLeaf = u32[tree / 4 + 3]!
  for (let row = 0; row < tile.rows; row++) {
    let at = 0
    while (at < firstLeaf) {
      const word = (nodes + at) / 4
      const column = u32[word]!
      const byte = u8[tile.bytes + (column & 0x7fffffff) + row]!
      const rule = u32[word + 1]!
      const isLeft =
        column >= 0x80000000
          ? ((u8[nodes + rule + (byte >> 3)]! >> (byte & 7)) & 1) === 1
          : ((byte + (rule & 0xffff)) & 255) < rule >>> 16
      at = u32[word + (isLeft ? 2 : 3)]!
    }
    found(row, (at - firstLeaf) / 16)
  }
}
