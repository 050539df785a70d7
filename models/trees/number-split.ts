import { missingBin } from './bins.ts'
import type { Histogram } from './histogram.ts'
import { floorOver, type NodeSums, objective, type Scan, type Split } from './split.ts'
import { missingLeft } from './tree.ts'

/** Candidates this close below the record are divided out; all others are seen to be worse without a division. */
const nearly = 1 - 1e-12

/** The best cut so far of one feature. */
interface Record {
  both: number
  cut: number
  g: number
  h: number
  isMissingLeft: boolean
}

/**
 * The best cut between two bins, found in one pass with missing values tried on both sides. A cut after the last bin
 * parts the present from the missing. Where a node has no missing values, those to come go with the heavier child.
 */
export function scanNumbers(histogram: Histogram, node: NodeSums, scan: Scan): Split | null {
  const { feature, bins, rule, base, best } = scan
  const own = objective(node.g, node.h, rule)
  const floor = Math.max(floorOver(own, rule), best === null ? 0 : best.both)
  const record: Record = { both: floor, cut: -1, g: 0, h: 0, isMissingLeft: false }
  const hasMissing = histogram[base + 2 * missingBin + 1]! > 0
  const cuts = hasMissing ? bins.binCount : bins.binCount - 1
  scanCuts(histogram, node, { base, cuts, rule, record, hasMissing })
  if (record.cut < 0) return null
  const { both, cut, g, h } = record
  const isMissingLeft = hasMissing ? record.isMissingLeft : 2 * h >= node.h
  const flags = isMissingLeft ? missingLeft : 0
  return { feature, gain: both - own, both, cut, flags, set: null, g, h, l2: rule.l2 }
}

interface CutScan {
  readonly base: number
  readonly cuts: number
  readonly rule: Scan['rule']
  readonly record: Record
  readonly hasMissing: boolean
}

/**
 * For each cut, g^2 / (h + l2) of both children with the missing values on the right, then on the left. Written out
 * twice and without divisions in the common case: this loop sees every bin of every feature of every node.
 */
function scanCuts(histogram: Histogram, node: NodeSums, { base, cuts, rule, record, hasMissing }: CutScan): void {
  const { l1, l2, minH } = rule
  const missingG = histogram[base + 2 * missingBin]!
  const missingH = histogram[base + 2 * missingBin + 1]!
  const totalG = node.g
  const totalH = node.h
  let most = record.both
  let g = 0
  let h = 0
  for (let cut = 0; cut < cuts; cut++) {
    const binH = histogram[base + 2 * cut + 1]!
    if (binH === 0) continue
    g += histogram[base + 2 * cut]!
    h += binH
    const restH = totalH - h
    if (restH < minH) break
    if (h >= minH) {
      const left = l1 === 0 ? g : Math.max(Math.abs(g) - l1, 0)
      const right = l1 === 0 ? totalG - g : Math.max(Math.abs(totalG - g) - l1, 0)
      const a = h + l2
      const b = restH + l2
      const numerator = left * left * b + right * right * a
      if (numerator > most * nearly * (a * b) && numerator / (a * b) > most) {
        most = numerator / (a * b)
        keep(record, { both: most, cut, g, h, isMissingLeft: false })
      }
    }
    if (hasMissing && h + missingH >= minH && restH - missingH >= minH) {
      const both = g + missingG
      const left = l1 === 0 ? both : Math.max(Math.abs(both) - l1, 0)
      const right = l1 === 0 ? totalG - both : Math.max(Math.abs(totalG - both) - l1, 0)
      const a = h + missingH + l2
      const b = restH - missingH + l2
      const numerator = left * left * b + right * right * a
      if (numerator > most * nearly * (a * b) && numerator / (a * b) > most) {
        most = numerator / (a * b)
        keep(record, { both: most, cut, g: both, h: h + missingH, isMissingLeft: true })
      }
    }
  }
}

function keep(record: Record, better: Record): void {
  record.both = better.both
  record.cut = better.cut
  record.g = better.g
  record.h = better.h
  record.isMissingLeft = better.isMissingLeft
}
