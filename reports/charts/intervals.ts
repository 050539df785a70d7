import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'

export interface IntervalRow {
  readonly label: string
  readonly value: number
  readonly low: number
  readonly high: number
  /** CSS colour. */
  readonly color: string
}

export interface IntervalChart {
  readonly title: string
  readonly axis: string
  readonly rows: readonly IntervalRow[]
  readonly digits: number
  readonly width: number
  /** A line to compare with, e.g. the value over all rows. */
  readonly reference?: number
  /** Start the axis at 0. */
  readonly fromZero?: boolean
}

const longestLabel = 26
/** Of a letter in names of 12 px, in the widest of the usual fonts (DejaVu Sans, Verdana). */
const letterWidth = 7

/** Values with their intervals, one row each, in the order given. */
export function intervalsChart({ title, axis, rows, digits, width, reference, fromZero }: IntervalChart): string {
  const labels = rows.map((row) => shorten(row.label))
  const marginLeft = Math.min(width * 0.45, 12 + letterWidth * Math.max(4, ...labels.map((label) => label.length)))
  const drawn = rows.map((row, at) => ({ ...row, at })).filter((row) => Number.isFinite(row.value))
  return draw(
    {
      width,
      height: 54 + 25 * rows.length,
      marginLeft,
      marginRight: 52,
      marginTop: 8,
      marginBottom: 40,
      x: {
        label: axis,
        grid: true,
        ticks: 4,
        tickFormat: `.${Math.max(2, digits - 1)}f`,
        zero: fromZero ?? false,
        nice: true,
        insetLeft: fromZero ? 0 : 6,
      },
      y: {
        domain: rows.map((_, at) => at),
        tickFormat: (at: number) => labels[at]!,
        tickSize: 0,
        label: null,
        type: 'point',
        padding: 0.6,
      },
      marks: intervalMarks(drawn, digits, reference),
      color: { type: 'identity' },
    },
    { title, description: `${axis}, ${rows.length} rows with 95 % intervals.` },
  )
}

type DrawnRow = IntervalRow & { readonly at: number }

function intervalMarks(drawn: readonly DrawnRow[], digits: number, reference?: number): Plot.Markish[] {
  return [
    reference === undefined ? null : Plot.ruleX([reference], { stroke: 'var(--soft)', strokeDasharray: '2 3' }),
    Plot.ruleY(
      drawn.filter((row) => Number.isFinite(row.low)),
      {
        y: 'at',
        x1: 'low',
        x2: 'high',
        stroke: 'color',
        strokeWidth: 2.4,
        strokeOpacity: 0.6,
        strokeLinecap: 'round',
      },
    ),
    Plot.dot(drawn, { x: 'value', y: 'at', fill: 'color', r: 4.2, stroke: 'var(--paper)', strokeWidth: 1 }),
    Plot.text(drawn, {
      y: 'at',
      text: (row: IntervalRow) => row.value.toFixed(digits),
      frameAnchor: 'right',
      textAnchor: 'start',
      dx: 8,
      fill: 'currentColor',
      fontVariant: 'tabular-nums',
    }),
  ]
}

function shorten(label: string): string {
  return label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1)}…`
}
