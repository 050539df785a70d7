import * as Plot from '@observablehq/plot'
import type { DefinitionLab, ReturnPoint } from '../../core/definition-lab.ts'
import { draw } from './draw.ts'

/** Chance to return within the next horizon by days of silence, with its interval, the threshold and the recommended length. */
export function returnCurveChart(lab: DefinitionLab, width: number): string {
  const points = lab.segments[0]!.curve.flatMap(({ silenceDays, backWithinHorizon }) =>
    backWithinHorizon === null ? [] : [{ silenceDays, ...backWithinHorizon }],
  )
  const { silenceDays: recommended } = lab.recommended
  return draw(
    {
      width,
      height: width < 500 ? 260 : 330,
      marginLeft: 48,
      x: { label: 'silent days', grid: false, ticks: width < 500 ? 4 : 9 },
      y: { domain: [0, 1], label: `back within ${lab.horizonDays} days`, tickFormat: '.0%', ticks: 5, grid: true },
      marks: [
        Plot.areaY(points, { x: 'silenceDays', y1: 'low', y2: 'high', fill: 'var(--blue)', fillOpacity: 0.18 }),
        Plot.line(points, { x: 'silenceDays', y: 'value', stroke: 'var(--blue)', strokeWidth: 2 }),
        Plot.ruleY([lab.threshold], { stroke: 'var(--faint)', strokeDasharray: '5 4' }),
        ...(recommended === null
          ? []
          : [
              Plot.ruleX([recommended], { stroke: 'var(--orange)', strokeWidth: 1.5 }),
              Plot.text([{ at: recommended }], {
                x: 'at',
                y: 1,
                text: () => `${recommended} days`,
                textAnchor: 'start',
                dx: 6,
                dy: 6,
                fill: 'var(--orange)',
              }),
            ]),
      ],
    },
    {
      title: 'Chance to return by days of silence',
      description: `Within the next ${lab.horizonDays} days, with 95 % intervals; the dashed line is ${100 * lab.threshold} %.`,
    },
  )
}

/** One line per level of a segment. */
export function segmentCurvesChart(lab: DefinitionLab, segment: string, width: number): string {
  const levels = lab.segments.filter((one) => one.segment === segment)
  const rows = levels.flatMap(({ level, curve }, i) =>
    pointsOf(curve).map((point) => ({ ...point, level, color: segmentColor(i) })),
  )
  return draw(
    {
      width,
      height: 250,
      marginLeft: 48,
      x: { label: 'silent days', ticks: 5 },
      y: { domain: [0, 1], label: `back within ${lab.horizonDays} days`, tickFormat: '.0%', ticks: 5, grid: true },
      color: { type: 'identity' },
      marks: [
        Plot.ruleY([lab.threshold], { stroke: 'var(--faint)', strokeDasharray: '5 4' }),
        Plot.line(rows, { x: 'silenceDays', y: 'value', stroke: 'color', z: 'level', strokeWidth: 1.8 }),
      ],
    },
    { title: `Chance to return by ${segment}`, description: `${levels.length} levels, one line each.` },
  )
}

const colors = ['var(--blue)', 'var(--orange)', 'var(--teal)', 'var(--amber)', 'var(--gray)', 'var(--faint)'] as const

/** Colour of the i-th level of a segment. */
export const segmentColor = (i: number): string => colors[i % colors.length]!

function pointsOf(curve: readonly ReturnPoint[]): { silenceDays: number; value: number }[] {
  return curve.flatMap(({ silenceDays, backWithinHorizon, silences }) =>
    backWithinHorizon === null || silences < 20 ? [] : [{ silenceDays, value: backWithinHorizon.value }],
  )
}
