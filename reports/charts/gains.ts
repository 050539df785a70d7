import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import { draw } from './draw.ts'

type Deciles = CurveFiles['gains'][number]['deciles']

/** Churn rate by tenth of the ranking, riskiest first, against the base rate. */
export function gainsChart(model: string, deciles: Deciles, width: number): string {
  const rows = deciles.reduce((sum, decile) => sum + decile.rows, 0)
  const baseRate = deciles.reduce((sum, decile) => sum + decile.churned, 0) / rows
  return draw(
    {
      width,
      height: Math.round(width * 0.7),
      marginLeft: 44,
      x: { label: 'tenth of the ranking, riskiest first', padding: 0.18, type: 'band' },
      y: {
        label: 'churn rate',
        tickFormat: '.0%',
        ticks: 5,
        grid: true,
        domain: [0, Math.max(0.05, ...deciles.map((one) => one.churnRate)) * 1.12],
      },
      marks: [
        Plot.barY(deciles, { x: 'decile', y: 'churnRate', fill: 'var(--blue)', fillOpacity: 0.85, rx: 2 }),
        Plot.ruleY([baseRate], { stroke: 'var(--orange)', strokeWidth: 1.6, strokeDasharray: '5 3' }),
        Plot.text(deciles, {
          x: 'decile',
          y: 'churnRate',
          text: (decile: Deciles[number]) => `${decile.lift.toFixed(2)}×`,
          dy: -8,
          fill: 'var(--ink)',
          stroke: 'var(--paper)',
          strokeWidth: 3,
          fontSize: width < 420 ? 9.5 : 11,
        }),
      ],
    },
    { title: `Gains of ${model}`, description: 'Churn rate by tenth of the ranking with its lift over the base rate.' },
  )
}
