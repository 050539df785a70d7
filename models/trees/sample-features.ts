import type { Random } from '../../core/random.ts'

/** `count` of `total` features drawn without replacement, ascending; at least one where there is one. */
export function sampleFeatures(total: number, count: number, random: Random): Uint16Array {
  const all = Uint16Array.from({ length: total }, (_, f) => f)
  const wanted = Math.min(Math.max(count, 1), total)
  if (wanted === total) return all
  for (let i = 0; i < wanted; i++) {
    const j = i + random.integer(total - i)
    const kept = all[i]!
    all[i] = all[j]!
    all[j] = kept
  }
  return all.slice(0, wanted).sort()
}
