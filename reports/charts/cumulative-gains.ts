import type { CurveFiles } from '../../core/artifacts.ts'
import type { Cast } from './cast.ts'
import { draw } from './draw.ts'
import { chanceLine, modelLines } from './model-lines.ts'

/** Share of churners found when the riskiest share of users is contacted; the diagonal is contacting at random. */
export function cumulativeGainsChart(gains: CurveFiles['gains'], cast: Cast, width: number): string {
  const pointsOf = ({ deciles }: CurveFiles['gains'][number]): { x: number; y: number }[] => [
    { x: 0, y: 0 },
    ...deciles.map((one) => ({ x: one.decile / 10, y: one.cumulativeShare })),
  ]
  return draw(
    {
      width,
      height: Math.round(width * 0.7),
      marginLeft: 44,
      x: { domain: [0, 1], label: 'users contacted, riskiest first', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'churners found', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [chanceLine(), ...modelLines(gains, cast, pointsOf)],
    },
    { title: 'Cumulative gains', description: 'Share of churners found by share of users contacted, on test.' },
  )
}
