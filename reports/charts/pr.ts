import * as Plot from '@observablehq/plot'
import type { CurveFiles } from '../../core/artifacts.ts'
import type { Cast } from './cast.ts'
import { draw } from './draw.ts'
import { modelLines } from './model-lines.ts'

/** Below this recall precision rests on a handful of rows and jumps between 0 and 1. */
const shownFrom = 0.01

/** Precision-recall curves of all models on test; the rule is the base rate. */
export function prChart(curves: CurveFiles['pr'], cast: Cast, width: number): string {
  const baseRate = curves[0]?.baseRate ?? Number.NaN
  return draw(
    {
      width,
      height: Math.round(width * 0.82),
      marginLeft: 44,
      x: { domain: [0, 1], label: 'churners found (recall)', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'of those contacted, churners (precision)', tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.ruleY([baseRate], { stroke: 'var(--rule)', strokeDasharray: '2 3' }),
        Plot.text([{ x: 0, y: baseRate }], {
          x: 'x',
          y: 'y',
          text: () => 'base rate',
          textAnchor: 'start',
          dy: 9,
          dx: 3,
          fill: 'var(--soft)',
        }),
        ...modelLines(curves, cast, ({ points }) => points.filter((point) => point.x >= shownFrom)),
      ],
    },
    { title: 'Precision and recall', description: `Precision against recall, ${curves.length} models on test.` },
  )
}
