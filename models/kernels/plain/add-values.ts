import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of `addLeafValues` in assembly/training/add-values.ts: looks at every row of a leaf for those of its piece. */
export function addLeafValues({ i32, u32, f32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, , pieceRows, leaves, count, scores] = args as unknown as number[]
  for (let leaf = 0; leaf < count!; leaf++) {
    const at = leaves! / 4 + 4 * leaf
    const value = f32[at + 2]!
    for (let i = i32[at]!; i < i32[at + 1]!; i++) {
      const row = order === 0 ? i : u32[order! / 4 + i]!
      if (Math.floor(row / pieceRows!) === chunk) f32[scores! / 4 + row]! += value
    }
  }
}

/** Twin of `addTree`. */
export function addTree({ u8, i32, u32, f32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, first, count, pieceRows, nodes, values, scores] = args as unknown as number[]
  const begin = first! + chunk * pieceRows!
  for (let i = begin; i < Math.min(first! + count!, begin + pieceRows!); i++) {
    const row = order === 0 ? i : u32[order! / 4 + i]!
    let node = 0
    do {
      const at = nodes! / 4 + 8 * node
      const bin = u8[u32[at]! + row * u32[at + 1]!]!
      const flags = i32[at + 3]!
      const goesLeft =
        flags >= 2
          ? ((u32[u32[at + 6]! / 4 + (bin >> 5)]! >>> (bin & 31)) & 1) === 1
          : bin === 255
            ? flags !== 0
            : bin <= i32[at + 2]!
      node = goesLeft ? i32[at + 4]! : i32[at + 5]!
    } while (node >= 0)
    f32[scores! / 4 + row]! += f32[values! / 4 + ~node]!
  }
}
