import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import { draw } from './draw.ts'

type Bin = CurveFiles['scores']['bins'][number]

/** Probabilities of test rows by what happened: churners upwards, stayers downwards. */
export function testScoresChart(bins: readonly Bin[], width: number): string {
  return draw(
    {
      width,
      height: Math.round(width * 0.6),
      marginLeft: 52,
      x: { domain: [0, 1], label: 'probability of churn', tickFormat: '.0%', ticks: 5 },
      y: {
        label: 'stayed ↓ · rows on test · ↑ churned',
        grid: true,
        ticks: 5,
        tickFormat: (rows: number) => Math.abs(rows).toLocaleString('en-US'),
      },
      marks: [
        Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'testChurned', fill: 'var(--orange)', inset: 0.5 }),
        Plot.rectY(bins, { x1: 'from', x2: 'to', y: (bin: Bin) => -bin.testStayed, fill: 'var(--teal)', inset: 0.5 }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    },
    { title: 'Probabilities on test', description: 'Histogram by outcome: churners upwards, stayers downwards.' },
  )
}

/** Probabilities as published. */
export function publishedScoresChart(bins: readonly Bin[], width: number): string {
  return draw(
    {
      width,
      height: Math.round(width * 0.6),
      marginLeft: 52,
      x: { domain: [0, 1], label: 'probability of churn', tickFormat: '.0%', ticks: 5 },
      y: { label: 'users published', grid: true, ticks: 5, tickFormat: ',d' },
      marks: [
        Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'published', fill: 'var(--blue)', inset: 0.5 }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    },
    { title: 'Published probabilities', description: 'Histogram of the probabilities of all scored users.' },
  )
}
