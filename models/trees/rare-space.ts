import { blockFeatures, type TreeSpace } from './tree-space.ts'

/** A row and a bin share 32 bits. */
const mostRows = 2 ** 24

/**
 * Lists, for every block of eight features that are nearly always the same (zero, mostly), the rows that are not: sums
 * over all rows then pass over these alone, and the most frequent bin has what is left. Exact, since sums are whole
 * numbers: the trees are the same. Of features bundled where they exclude one another (Ke et al. 2017, sec. 4) it has the
 * gain without the condition. After `binRowsInSpace`; no lists where memory does not allow them.
 */
export function listRareRows({ pool, layout, size }: TreeSpace): void {
  const { rows, features } = size
  if (rows > mostRows || layout.rareEntries === 0) return
  const { i32, u32, u8 } = pool.memory
  const args = [layout.columns, layout.columnBytes, rows, layout.rareFacts, layout.rooms]
  pool.run('countRare', args, features)
  let next = layout.rareLists / 4
  let blocks = 0
  for (let block = 0; block < layout.blocks; block++) {
    const first = block * blockFeatures
    const counts = Array.from(
      { length: Math.min(blockFeatures, features - first) },
      (_, k) => i32[layout.rareFacts / 4 + 4 * (first + k) + 1]!,
    )
    // One entry more: the kernel writes before it knows whether it keeps.
    const entries = counts.reduce((sum, count) => sum + count + 1, 0)
    const isRare = counts.every((count) => count >= 0) && next + entries <= layout.rareLists / 4 + layout.rareEntries
    u8[layout.rareFlags + block] = isRare ? 1 : 0
    for (const [k, count] of counts.entries()) {
      u32[layout.rareFacts / 4 + 4 * (first + k)] = isRare ? 4 * next : 0
      if (isRare) next += count + 1
    }
    if (isRare) i32[layout.rareBlocks / 4 + 1 + blocks++] = block
  }
  i32[layout.rareBlocks / 4] = blocks
  if (blocks > 0) pool.run('listRare', args, features)
}

/** Blocks that have lists. */
export const rareBlocks = ({ pool, layout }: TreeSpace): number => pool.memory.i32[layout.rareBlocks / 4]!
