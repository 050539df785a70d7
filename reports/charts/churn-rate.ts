import * as Plot from '@observablehq/plot'
import type { CutoffPopulation } from '../../core/artifacts.ts'
import { draw } from './draw.ts'
import { partColor } from './part-colors.ts'

/** Churn rate of the eligible at each cutoff, coloured by the part that the cutoff belongs to. */
export function churnRateChart(cutoffs: readonly CutoffPopulation[], width: number): string {
  const rows = cutoffs.map((one) => ({ ...one, day: new Date(`${one.cutoff}T00:00:00Z`), color: partColor(one.part) }))
  const top = Math.max(0.05, ...cutoffs.map((one) => one.churnRate)) * 1.15
  return draw(
    {
      width,
      height: width < 500 ? 240 : 270,
      marginLeft: 44,
      x: { type: 'utc', label: 'cutoff', ticks: width < 500 ? 3 : 7, inset: 12 },
      y: { domain: [0, Math.min(1, top)], label: 'churn rate', tickFormat: '.0%', ticks: 5, grid: true },
      color: { type: 'identity' },
      marks: [
        Plot.line(rows, { x: 'day', y: 'churnRate', stroke: 'var(--faint)', strokeWidth: 1.4 }),
        Plot.dot(rows, {
          x: 'day',
          y: 'churnRate',
          fill: 'color',
          r: 5,
          stroke: 'var(--paper)',
          title: (row: CutoffPopulation) =>
            `${row.cutoff} (${row.part}): ${(100 * row.churnRate).toFixed(1)} % of ${row.eligible}`,
        }),
        cutoffs.length > 12
          ? null
          : Plot.text(rows, {
              x: 'day',
              y: 'churnRate',
              text: (row: CutoffPopulation) => `${(100 * row.churnRate).toFixed(1)} %`,
              dy: -14,
              fill: 'currentColor',
            }),
      ],
    },
    { title: 'Churn rate by cutoff', description: `${cutoffs.length} cutoffs, coloured by part.` },
  )
}
