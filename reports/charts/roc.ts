import type { CurveFiles } from '../../core/artifacts.ts'
import type { Cast } from './cast.ts'
import { draw } from './draw.ts'
import { chanceLine, modelLines } from './model-lines.ts'

/** ROC curves of all models on test; the diagonal is a coin, and every model that knows nothing. */
export function rocChart(curves: CurveFiles['roc'], cast: Cast, width: number): string {
  const known = curves.filter(({ points }) => points.length > 2)
  return draw(
    {
      width,
      height: Math.round(width * 0.82),
      marginLeft: 44,
      x: { domain: [0, 1], label: 'stayers contacted', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'churners found', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [chanceLine(), ...modelLines(known, cast, ({ points }) => points)],
    },
    {
      title: 'ROC',
      description: `Share of churners found against stayers contacted, ${curves.length} models on test.`,
    },
  )
}
