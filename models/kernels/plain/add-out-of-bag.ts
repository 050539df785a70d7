import { readTree } from '../../forest/read-tree.ts'
import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of assembly/training/add-out-of-bag.ts. */
export function addOutOfBag(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const { u8, u16, u32, f64 } = memory
  const at = (k: number): number => args[k]!
  const end = Math.min(4096 * (chunk + 1), at(0))
  for (let t = 0; t < at(26); t++) {
    const { tree } = readTree(memory, at(22) + t * at(23), at(24))
    const times = (at(18) + t * at(19)) / 2
    for (let row = 4096 * chunk; row < end; row++) {
      if (u16[times + row] !== 0) continue
      let node = tree.feature.length === 0 ? -1 : 0
      while (node >= 0) {
        const bin = u8[at(10) + tree.feature[node]! * at(11) + row]!
        const [cut, flags] = [tree.cut[node]!, tree.flags[node]!]
        const isLeft =
          (flags & 2) !== 0
            ? ((tree.sets[8 * cut + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
            : bin === 255
              ? (flags & 1) !== 0
              : bin <= cut
        node = isLeft ? tree.left[node]! : tree.right[node]!
      }
      f64[at(27) / 8 + row]! += tree.values[~node]!
      u32[at(28) / 4 + row]!++
    }
  }
}
