import { pullOf, type ScanInput, worthWithin } from './scan-numbers.ts'

const fewCategories = 4
const mostCategories = 32
const missingBin = 255
const bySet = 2

/** Twin of assembly/training/scan-categories.ts. */
export function scanCategories(input: ScanInput): void {
  const { memory, feature, base, bins, node, rule, record } = input
  const { i32, u32, f64 } = memory
  const areFew = bins <= fewCategories
  const l2 = areFew ? rule.l2 : rule.l2 + rule.categoryL2
  const all = [...Array.from({ length: bins }, (_, bin) => bin), missingBin]
  const hOf = (bin: number): number => i32[base + 2 * bin]!
  const gOf = (bin: number): number => i32[base + 2 * bin + 1]!
  const least = areFew ? 1 : rule.minCategoryH
  const ratio = (bin: number): number => gOf(bin) / (hOf(bin) + (areFew ? 0 : rule.categorySmoothing))
  const present = all.filter((bin) => hOf(bin) > 0 && hOf(bin) >= least)
  const order = present.map((bin) => ({ bin, ratio: ratio(bin) })).sort((a, b) => a.ratio - b.ratio || a.bin - b.bin)
  const longest = Math.min(mostCategories, Math.ceil(order.length / 2))
  let best: { bins: number[]; g: number; h: number } | null = null
  let most = f64[record]!
  for (const way of [order, order.toReversed()]) {
    let g = 0
    let h = 0
    for (let k = 0; k < longest; k++) {
      g += gOf(way[k]!.bin)
      h += hOf(way[k]!.bin)
      if (h < rule.minH || node.h - h < rule.minH) continue
      const both = input.isConstrained
        ? worthWithin({ ...input, direction: 0 }, g, h, l2)
        : worthOfBoth(input, g, h, l2)
      if (both <= most) continue
      most = both
      best = { bins: way.slice(0, k + 1).map(({ bin }) => bin), g, h }
    }
  }
  if (best === null) return
  f64.set([most, feature, 0, bySet, best.g, best.h, l2], record)
  const absent = 2 * best.h >= node.h ? all.filter((bin) => hOf(bin) === 0) : []
  u32.fill(0, 2 * record + 16, 2 * record + 24)
  for (const bin of [...best.bins, ...absent]) u32[2 * record + 16 + (bin >> 5)]! |= 1 << (bin & 31)
}

function worthOfBoth({ node, rule: { l1 } }: ScanInput, g: number, h: number, l2: number): number {
  const left = pullOf(g, l1)
  const right = pullOf(node.g - g, l1)
  return (left * left) / (h + l2) + (right * right) / (node.h - h + l2)
}
