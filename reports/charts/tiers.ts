import * as Plot from '@observablehq/plot'
import type { ScoringSummary } from '../../core/artifacts.ts'
import { draw } from './draw.ts'

export const tierColors: Readonly<Record<string, string>> = {
  high: 'var(--orange)',
  mid: 'var(--amber)',
  low: 'var(--gray)',
}

/** One bar of all scored users, cut into tiers. */
export function tiersChart(tiers: ScoringSummary['tiers'], width: number): string {
  let before = 0
  const total = tiers.reduce((sum, tier) => sum + tier.users, 0)
  const cuts = tiers
    .filter((tier) => tier.users > 0)
    .map((tier) => ({
      ...tier,
      from: before,
      to: (before += tier.users),
      color: tierColors[tier.tier] ?? 'var(--gray)',
    }))
  return draw(
    {
      width,
      height: 80,
      marginLeft: 2,
      marginRight: 2,
      marginTop: 26,
      marginBottom: 22,
      x: { domain: [0, total], label: null, axis: null },
      color: { type: 'identity' },
      marks: tierMarks(cuts),
      y: { axis: null },
    },
    { title: 'Tiers', description: tiers.map((tier) => `${tier.tier}: ${tier.users} users`).join(', ') },
  )
}

type Cut = ScoringSummary['tiers'][number] & { readonly from: number; readonly to: number; readonly color: string }

function tierMarks(cuts: readonly Cut[]): Plot.Markish[] {
  return [
    Plot.rect(cuts, { x1: 'from', x2: 'to', y1: 0, y2: 1, fill: 'color', inset: 1, rx: 3 }),
    Plot.text(cuts, {
      x: 'from',
      frameAnchor: 'top',
      dy: -14,
      dx: 2,
      textAnchor: 'start',
      fontWeight: 600,
      text: (tier: { tier: string }) => tier.tier,
      fill: 'currentColor',
    }),
    Plot.text(cuts, {
      x: 'from',
      frameAnchor: 'bottom',
      dy: 15,
      dx: 2,
      textAnchor: 'start',
      text: (tier: { users: number }) => tier.users.toLocaleString('en-US'),
      fill: 'var(--soft)',
    }),
  ]
}
