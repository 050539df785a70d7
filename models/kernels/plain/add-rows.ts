import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of assembly/training/add-rows.ts. Threads' histograms are not needed: twins run on one thread. */
export function addRows({ u8, i32, u32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, first, count, pairs, matrix, rows, blocks, perGroup, pieces, pieceRows] = args as unknown as number[]
  const [slot, slotBytes, , marks, call, skipped] = args.slice(11) as unknown as number[]
  const group = Math.floor(chunk / pieces!)
  const stride = 8 * Math.min(perGroup!, blocks! - group * perGroup!)
  const groupAt = matrix! + group * perGroup! * 8 * rows!
  if (pieces === 1)
    i32.fill(0, slot! / 4 + group * perGroup! * 4096, slot! / 4 + (group * perGroup! + stride / 8) * 4096)
  else if (i32[marks! / 4] !== call) i32.fill(0, slot! / 4, (slot! + slotBytes!) / 4)
  i32[marks! / 4] = call!
  const histogram = slot! / 4 + group * perGroup! * 8 * 512
  const begin = (chunk % pieces!) * pieceRows!
  for (let i = begin; i < Math.min(count!, begin + pieceRows!); i++) {
    const row = order === 0 ? first! + i : u32[order! / 4 + first! + i]!
    const h = i32[pairs! / 4 + 2 * row]!
    const g = i32[pairs! / 4 + 2 * row + 1]!
    const from = groupAt + row * stride
    for (let k = 0, base = histogram; k < stride; k++, base += 512) {
      if (skipped !== 0 && u8[skipped! + group * perGroup! + (k >> 3)] === 1) continue
      const entry = base + 2 * u8[from + k]!
      i32[entry]! += h
      i32[entry + 1]! += g
    }
  }
}
