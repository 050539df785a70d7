import { missingBin } from './bins.ts'
import type { Histogram } from './histogram.ts'
import { floorOver, type NodeSums, objective, type Scan, type Split } from './split.ts'
import { bySet } from './tree.ts'

/** Up to so many categories are sorted as they are: neither smoothing nor the extra penalty. */
const fewCategories = 4
/** Most categories on the smaller side of a sorted split. */
const mostCategories = 32

/**
 * Divides categories into two sets: sorted by g / (h + smoothing), the best cut of that order is the best of all
 * divisions, up to smoothing and penalties (Fisher 1958; Ke et al. 2017). Missing values are a category of their own.
 * Categories too rare here to be sorted stay on the right; those absent here go with the heavier child.
 */
export function scanCategories(histogram: Histogram, node: NodeSums, scan: Scan): Split | null {
  const present = presentBins(histogram, scan)
  const { l2, categoryL2, categorySmoothing, minCategoryH } = scan.rule
  const areFew = scan.bins.binCount <= fewCategories
  const frequent = areFew ? present : present.filter((bin) => histogram[scan.base + 2 * bin + 1]! >= minCategoryH)
  const order = sortBins(histogram, frequent, { base: scan.base, smoothing: areFew ? 0 : categorySmoothing })
  const longest = Math.min(mostCategories, Math.ceil(order.length / 2))
  const orders = [order.slice(0, longest), order.toReversed().slice(0, longest)]
  return bestPrefix(histogram, node, { scan, orders, l2: areFew ? l2 : l2 + categoryL2 })
}

function presentBins(histogram: Histogram, { bins, base }: Scan): number[] {
  const present: number[] = []
  for (let bin = 0; bin < bins.binCount; bin++) if (histogram[base + 2 * bin + 1]! > 0) present.push(bin)
  if (histogram[base + 2 * missingBin + 1]! > 0) present.push(missingBin)
  return present
}

/** From the lowest ratio of g to h + smoothing to the highest; ties by bin. */
function sortBins(
  histogram: Histogram,
  bins: readonly number[],
  { base, smoothing }: { base: number; smoothing: number },
): number[] {
  const ratio = (bin: number): number => histogram[base + 2 * bin]! / (histogram[base + 2 * bin + 1]! + smoothing)
  const sorted = bins.map((bin) => ({ bin, ratio: ratio(bin) })).sort((a, b) => a.ratio - b.ratio || a.bin - b.bin)
  return sorted.map(({ bin }) => bin)
}

/** The best of all beginnings of all orders as the left child. */
function bestPrefix(
  histogram: Histogram,
  node: NodeSums,
  { scan, orders, l2 }: { scan: Scan; orders: readonly (readonly number[])[]; l2: number },
): Split | null {
  const { feature, rule, base, best } = scan
  const own = objective(node.g, node.h, rule)
  const penalty = { l1: rule.l1, l2 }
  let record = Math.max(floorOver(own, rule), best === null ? 0 : best.both)
  let winner: { bins: readonly number[]; g: number; h: number } | null = null
  for (const order of orders) {
    let g = 0
    let h = 0
    for (const [at, bin] of order.entries()) {
      g += histogram[base + 2 * bin]!
      h += histogram[base + 2 * bin + 1]!
      if (h < rule.minH || node.h - h < rule.minH) continue
      const both = objective(g, h, penalty) + objective(node.g - g, node.h - h, penalty)
      if (both <= record) continue
      record = both
      winner = { bins: order.slice(0, at + 1), g, h }
    }
  }
  if (winner === null) return null
  const set = setOf(winner.bins, absentGoLeft(winner.h, node) ? absentBins(histogram, scan) : [])
  return { feature, gain: record - own, both: record, cut: 0, flags: bySet, set, g: winner.g, h: winner.h, l2 }
}

const absentGoLeft = (leftH: number, node: NodeSums): boolean => 2 * leftH >= node.h

function absentBins(histogram: Histogram, { bins, base }: Scan): number[] {
  const all = [...Array.from({ length: bins.binCount }, (_, bin) => bin), missingBin]
  return all.filter((bin) => histogram[base + 2 * bin + 1] === 0)
}

function setOf(...groups: readonly (readonly number[])[]): Uint32Array {
  const set = new Uint32Array(8)
  for (const bin of groups.flat()) set[bin >>> 5]! |= 1 << (bin & 31)
  return set
}
