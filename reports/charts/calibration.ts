import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import { draw } from './draw.ts'

type Bins = CurveFiles['calibration'][number]['bins']

/** What happened against what was said, ten equal bins of test with their intervals; the diagonal is perfect. */
export function calibrationChart(model: string, bins: Bins, width: number): string {
  const reach = bins.flatMap((bin) => [bin.meanPredicted, bin.low, bin.high])
  const top = Math.min(1, Math.max(0.1, ...reach) * 1.04)
  return draw(
    {
      width,
      height: Math.round(width * 0.82),
      marginLeft: 44,
      x: { domain: [0, top], label: 'predicted probability', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, top], label: 'observed churn rate', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.line(
          [
            [0, 0],
            [top, top],
          ],
          { stroke: 'var(--soft)', strokeDasharray: '2 3' },
        ),
        Plot.ruleX(bins, {
          x: 'meanPredicted',
          y1: 'low',
          y2: 'high',
          stroke: 'var(--blue)',
          strokeWidth: 2,
          strokeOpacity: 0.55,
        }),
        Plot.dot(bins, { x: 'meanPredicted', y: 'observed', r: 4, fill: 'var(--blue)', stroke: 'var(--paper)' }),
      ],
    },
    {
      title: `Calibration of ${model}`,
      description: 'Observed churn rate against predicted probability, ten bins of test.',
    },
  )
}
