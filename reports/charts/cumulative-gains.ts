import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import { type Cast, byRole, roleColors, roleOf } from './cast.ts'
import { draw } from './draw.ts'

/** Share of churners found when the riskiest share of users is contacted; the diagonal is contacting at random. */
export function cumulativeGainsChart(gains: CurveFiles['gains'], cast: Cast, width: number): string {
  const marks = byRole(gains, cast).map(({ model, deciles }) => {
    const role = roleOf(model, cast)
    const points = [{ x: 0, y: 0 }, ...deciles.map((one) => ({ x: one.decile / 10, y: one.cumulativeShare }))]
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
      height: Math.round(width * 0.7),
      marginLeft: 44,
      x: { domain: [0, 1], label: 'users contacted, riskiest first', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'churners found', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: 'var(--rule)', strokeDasharray: '2 3' },
        ),
        ...marks,
      ],
    },
    { title: 'Cumulative gains', description: 'Share of churners found by share of users contacted, on test.' },
  )
}
