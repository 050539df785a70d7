import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import { type Cast, byRole, roleColors, roleOf } from './cast.ts'
import { draw } from './draw.ts'

/** ROC curves of all models on test; the diagonal is a coin, and every model that knows nothing. */
export function rocChart(curves: CurveFiles['roc'], cast: Cast, width: number): string {
  const marks = byRole(curves, cast)
    .filter(({ points }) => points.length > 2)
    .map(({ model, points }) => {
      const role = roleOf(model, cast)
      return Plot.line(points, {
        x: 'x',
        y: 'y',
        stroke: roleColors[role],
        strokeWidth: role === 'other' ? 1 : 2.2,
        strokeDasharray: role === 'baseline' ? '5 3' : undefined,
        title: () => model,
      })
    })
  return draw(
    {
      width,
      height: Math.round(width * 0.82),
      marginLeft: 44,
      x: { domain: [0, 1], label: 'stayers contacted', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'churners found', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.line(
          [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
          { x: 'x', y: 'y', stroke: 'var(--rule)', strokeDasharray: '2 3' },
        ),
        ...marks,
      ],
    },
    {
      title: 'ROC',
      description: `Share of churners found against stayers contacted, ${curves.length} models on test.`,
    },
  )
}
