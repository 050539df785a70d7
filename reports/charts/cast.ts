import type { LegendEntry } from '../figure.ts'

/** Who plays which part in a chart of many models: the winner and the best baseline are seen, the others stay faint. */
export interface Cast {
  readonly winner: string
  readonly bestBaseline: string
}

export type Role = 'winner' | 'baseline' | 'other'

export function roleOf(model: string, cast: Cast): Role {
  if (model === cast.winner) return 'winner'
  return model === cast.bestBaseline ? 'baseline' : 'other'
}

export const roleColors: Readonly<Record<Role, string>> = {
  winner: 'var(--blue)',
  baseline: 'var(--orange)',
  other: 'var(--faint)',
}

/** Faint first, so that the winner is drawn on top. */
export function byRole<T extends { readonly model: string }>(curves: readonly T[], cast: Cast): T[] {
  const order: Role[] = ['other', 'baseline', 'winner']
  return [...curves].sort((a, b) => order.indexOf(roleOf(a.model, cast)) - order.indexOf(roleOf(b.model, cast)))
}

/** Legend of a chart that draws these models as lines. */
export function castLegend(models: readonly string[], cast: Cast): LegendEntry[] {
  const others = models.filter((model) => roleOf(model, cast) === 'other').length
  const entries: LegendEntry[] = [{ label: `${cast.winner} (winner)`, color: roleColors.winner, shape: 'line' }]
  if (models.includes(cast.bestBaseline) && cast.bestBaseline !== cast.winner)
    entries.push({ label: `${cast.bestBaseline} (best baseline)`, color: roleColors.baseline, shape: 'dashed' })
  if (others > 0) entries.push({ label: `${others} other models`, color: roleColors.other, shape: 'line' })
  return entries
}
