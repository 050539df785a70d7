import type { KernelMemory } from '../kernel-memory.ts'

export interface ScanInput {
  readonly memory: KernelMemory
  readonly feature: number
  /** Where the feature's histogram begins, in int32. */
  readonly base: number
  readonly bins: number
  readonly direction: number
  readonly node: { readonly g: number; readonly h: number; readonly low: number; readonly high: number }
  readonly rule: {
    readonly l1: number
    readonly l2: number
    readonly minH: number
    readonly minCategoryH: number
    readonly categorySmoothing: number
    readonly categoryL2: number
  }
  readonly isConstrained: boolean
  /** Where the best split so far is written, in doubles. */
  readonly record: number
}

const missingLeft = 1

/** Twin of `scanNumbers` and `scanConstrained` in assembly/training/. */
export function scanNumbers(input: ScanInput): void {
  const { memory, feature, base, bins, node, rule, record } = input
  const { i32, f64 } = memory
  const missingH = i32[base + 510]!
  const missingG = i32[base + 511]!
  const cuts = missingH > 0 ? bins : bins - 1
  let best: { cut: number; g: number; h: number; isMissingLeft: boolean } | null = null
  let most = f64[record]!
  let g = 0
  let h = 0
  for (let cut = 0; cut < cuts; cut++) {
    if (i32[base + 2 * cut] === 0) continue
    h += i32[base + 2 * cut]!
    g += i32[base + 2 * cut + 1]!
    if (node.h - h < rule.minH) break
    for (const isMissingLeft of missingH > 0 ? [false, true] : [false]) {
      const leftG = isMissingLeft ? g + missingG : g
      const leftH = isMissingLeft ? h + missingH : h
      if (leftH < rule.minH || node.h - leftH < rule.minH) continue
      const both = input.isConstrained ? worthWithin(input, leftG, leftH, rule.l2) : worthOfBoth(input, leftG, leftH)
      if (both <= most) continue
      most = both
      best = { cut, g: leftG, h: leftH, isMissingLeft }
    }
  }
  if (best === null) return
  const isMissingLeft = missingH > 0 ? best.isMissingLeft : 2 * best.h >= node.h
  f64.set([most, feature, best.cut, isMissingLeft ? missingLeft : 0, best.g, best.h, rule.l2], record)
}

export const pullOf = (g: number, l1: number): number => (l1 === 0 ? g : Math.max(Math.abs(g) - l1, 0))

/** Sum of both children's objectives, over a common denominator. */
function worthOfBoth({ node, rule: { l1, l2 } }: ScanInput, g: number, h: number): number {
  const left = pullOf(g, l1)
  const right = pullOf(node.g - g, l1)
  const a = h + l2
  const b = node.h - h + l2
  return (left * left * b + right * right * a) / (a * b)
}

/** The same where values have limits; below everything where they go against the direction. */
export function worthWithin({ node, rule: { l1 }, direction }: ScanInput, g: number, h: number, l2: number): number {
  const restG = node.g - g
  const restH = node.h - h
  const left = valueWithin(g, h, { l1, l2, ...node })
  const right = valueWithin(restG, restH, { l1, l2, ...node })
  if (direction > 0 ? left > right : direction < 0 && left < right) return -Infinity
  return worthOf(left, g, h, { l1, l2 }) + worthOf(right, restG, restH, { l1, l2 })
}

function valueWithin(
  g: number,
  h: number,
  { l1, l2, low, high }: { l1: number; l2: number; low: number; high: number },
): number {
  const pull = l1 === 0 ? Math.abs(g) : Math.max(Math.abs(g) - l1, 0)
  const value = g > 0 ? -pull / (h + l2) : pull / (h + l2)
  return Math.min(Math.max(value, low), high)
}

const worthOf = (value: number, g: number, h: number, { l1, l2 }: { l1: number; l2: number }): number =>
  -(2 * (g * value + l1 * Math.abs(value)) + (h + l2) * value * value)
