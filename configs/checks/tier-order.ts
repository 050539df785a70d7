import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

/** `mid` counts from the top as `high` does, so it must reach further down where both are shares or both are counts. */
export function tierOrder({ scores }: SoundSections): Finding[] {
  const tiers = scores?.tiers
  if (tiers === undefined || !('high' in tiers) || tiers.mid === undefined) return []
  const high = sizeOf(tiers.high)
  const mid = sizeOf(tiers.mid)
  if (high.unit !== mid.unit || mid.size > high.size) return []
  return [
    {
      code: 'CONFIG_TIERS',
      path: ['scores', 'tiers', 'mid'],
      what: 'the mid tier is empty: it is counted from the top and must reach below the high tier',
      expected: `more than ${tiers.high}`,
      received: tiers.mid,
    },
  ]
}

function sizeOf(text: string): { unit: string; size: number } {
  const size = Number(/[\d.]+/.exec(text)?.[0])
  return { unit: text.includes('%') ? 'share' : 'users', size }
}
