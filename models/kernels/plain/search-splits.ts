import type { KernelMemory } from '../kernel-memory.ts'
import { scanCategories } from './scan-categories.ts'
import { type ScanInput, scanNumbers } from './scan-numbers.ts'

/** int32 numbers of one feature's histogram: 256 bins of (h, g). */
const stride = 512

/** Twin of assembly/training/search-splits.ts. */
export function searchSplits(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const { i32, u8, u16, f64 } = memory
  const [slot, , , , , , other, features, facts, perChunk, records] = args as unknown as number[]
  const [l1, l2, minH, minCategoryH, categorySmoothing, categoryL2, isConstrained] = args.slice(
    12,
  ) as unknown as number[]
  const begin = chunk * perChunk!
  const end = Math.min(features!, begin + perChunk!)
  if (other !== 0) for (let i = stride * begin; i < stride * end; i++) i32[other! / 4 + i]! -= i32[slot! / 4 + i]!
  for (const [child, at] of [slot!, other!].entries()) {
    const [wanted, g, h, floor, low, high] = args.slice(19 + 6 * child) as unknown as number[]
    const record = (records! + 256 * chunk + 128 * child) / 8
    f64[record] = floor!
    f64[record + 1] = -1
    if (wanted === 0) continue
    for (let feature = begin; feature < end; feature++) {
      const fact = facts! + 8 * feature
      if (u8[fact + 3] === 0) continue
      const input: ScanInput = {
        memory,
        feature,
        base: at / 4 + stride * feature,
        bins: u16[fact / 2]!,
        direction: (u8[fact + 4]! << 24) >> 24,
        node: { g: g!, h: h!, low: low!, high: high! },
        rule: {
          l1: l1!,
          l2: l2!,
          minH: minH!,
          minCategoryH: minCategoryH!,
          categorySmoothing: categorySmoothing!,
          categoryL2: categoryL2!,
        },
        isConstrained: isConstrained !== 0,
        record,
      }
      if (u8[fact + 2] === 1) scanCategories(input)
      else scanNumbers(input)
    }
  }
}
