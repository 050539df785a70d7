import * as Plot from '@observablehq/plot'
import type { DefinitionLab } from '../../core/definition-lab.ts'
import { draw } from './draw.ts'

/** Churn rate that each definition would give: mean over cutoffs, and the lowest and highest cutoff. */
export function definitionRatesChart(lab: DefinitionLab, width: number): string {
  const rows = lab.rates.map((rate) => ({ ...rate, name: String(rate.silenceDays) }))
  const top = Math.max(0.05, ...rows.map(({ high }) => high)) * 1.1
  return draw(
    {
      width,
      height: width < 500 ? 240 : 270,
      marginLeft: 48,
      x: {
        type: 'point',
        label: 'silent days that make a churn',
        domain: rows.map(({ name }) => name),
        // On a narrow screen every second label, so that none touches its neighbour.
        tickFormat: (name: string, i: number) => (width < 500 && i % 2 === 1 ? '' : name),
      },
      y: { domain: [0, Math.min(1, top)], label: 'churn rate', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.ruleX(rows, { x: 'name', y1: 'low', y2: 'high', stroke: 'var(--faint)', strokeWidth: 2 }),
        Plot.dot(rows, { x: 'name', y: 'rate', fill: 'var(--blue)', r: 5, stroke: 'var(--paper)' }),
      ],
    },
    { title: 'Churn rate by definition', description: `${rows.length} lengths of silence; the bars span all cutoffs.` },
  )
}
