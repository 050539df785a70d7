import { missingBin } from '../trees/bins.ts'
import type { Histogram } from '../trees/histogram.ts'
import { floorOver, type NodeSums, objective, type Scan, type Split } from '../trees/split.ts'
import { bySet, missingLeft } from '../trees/tree.ts'
import type { ForestDraws } from './forest-draws.ts'

/** One division of the feature at random if it beats `best` and the rule, else null. Twin of scan-randomly.ts. */
export function splitAtRandom(histogram: Histogram, node: NodeSums, scan: Scan, draws: ForestDraws): Split | null {
  const floor = Math.max(floorOver(objective(node.g, node.h, scan.rule), scan.rule), scan.best?.both ?? 0)
  return scan.bins.kind === 'number'
    ? cutAtRandom(histogram, node, { ...scan, floor }, draws)
    : partAtRandom(histogram, node, { ...scan, floor }, draws)
}

type RandomScan = Scan & { readonly floor: number }

/**
 * One cut at random between the lowest and the highest bin that the node's rows have (Geurts, Ernst and Wehenkel 2006,
 * in bins), missing values on the better side.
 */
function cutAtRandom(histogram: Histogram, node: NodeSums, scan: RandomScan, draws: ForestDraws): Split | null {
  const { bins, base } = scan
  const hOf = (bin: number): number => histogram[base + 2 * bin + 1]!
  const present = Array.from({ length: bins.binCount }, (_, bin) => bin).filter((bin) => hOf(bin) > 0)
  const [first, last] = [present[0], present.at(-1)]
  if (first === undefined || last === undefined) return null
  const cut = last > first ? first + draws.below(last - first) : bins.binCount - 1
  let [g, h] = [0, 0]
  for (const bin of present) {
    if (bin > cut) break
    g += histogram[base + 2 * bin]!
    h += hOf(bin)
  }
  const [missingG, missingH] = [histogram[base + 2 * missingBin]!, hOf(missingBin)]
  const flags = missingH === 0 && 2 * h >= node.h ? missingLeft : 0
  const right = better(node, { ...scan, left: { g, h }, cut, flags, set: null })
  if (missingH === 0 || last === first) return right
  const left = { g: g + missingG, h: h + missingH }
  const floor = right?.both ?? scan.floor
  return better(node, { ...scan, floor, left, cut, flags: missingLeft, set: null }) ?? right
}

/**
 * Each category of the node goes to a side at random, missing values like the others; not all to one side. Categories that
 * the node does not have go with the heavier child.
 */
function partAtRandom(histogram: Histogram, node: NodeSums, scan: RandomScan, draws: ForestDraws): Split | null {
  const { bins, base } = scan
  const all = [...Array.from({ length: bins.binCount }, (_, bin) => bin), missingBin]
  const present = all.filter((bin) => histogram[base + 2 * bin + 1]! > 0)
  const lefts = present.filter((_, k) => draws.word() >>> 31 !== 0 || k === 0)
  if (present.length < 2) return null
  if (lefts.length === present.length) lefts.pop()
  const left = { g: 0, h: 0 }
  for (const bin of lefts) {
    left.g += histogram[base + 2 * bin]!
    left.h += histogram[base + 2 * bin + 1]!
  }
  const absent = 2 * left.h < node.h ? [] : all.filter((bin) => histogram[base + 2 * bin + 1] === 0)
  const set = new Uint32Array(8)
  for (const bin of [...lefts, ...absent]) set[bin >>> 5]! |= 1 << (bin & 31)
  return better(node, { ...scan, left, cut: 0, flags: bySet, set })
}

/** The split if both children are large enough and it is better than `floor`. */
function better(
  node: NodeSums,
  candidate: RandomScan & { readonly left: NodeSums } & Pick<Split, 'cut' | 'flags' | 'set'>,
): Split | null {
  const { feature, rule, floor, left, cut, flags, set } = candidate
  const rest = { g: node.g - left.g, h: node.h - left.h }
  if (left.h < rule.minH || rest.h < rule.minH) return null
  const both = objective(left.g, left.h, rule) + objective(rest.g, rest.h, rule)
  if (!(both > floor)) return null
  return { feature, gain: both - objective(node.g, node.h, rule), both, cut, flags, set, g: left.g, h: left.h, l2: 0 }
}
