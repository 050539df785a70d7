import * as Plot from '@observablehq/plot'
import { addDays, parseDay } from '../../core/day.ts'
import { draw } from './draw.ts'
import { partColor } from './part-colors.ts'

export interface WindowLane {
  readonly label: string
  /** Colour key: a part, or `score`. */
  readonly part: string
  readonly cutoffs: readonly string[]
}

export interface WindowPicture {
  readonly lanes: readonly WindowLane[]
  readonly gapDays: number
  readonly horizonDays: number
  readonly dataEnd: string
  /** First event, when known. */
  readonly dataStart: string | null
}

const at = (day: string) => new Date(`${day}T00:00:00Z`)

/** Per part: what is known (thin line up to each cutoff), the cutoffs (ticks) and their prediction windows (bars). */
export function windowsChart(picture: WindowPicture, width: number): string {
  const { lanes } = picture
  return draw(
    {
      width,
      height: 66 + 34 * lanes.length,
      marginBottom: 34,
      marginLeft: width < 500 ? 76 : 150,
      marginTop: 22,
      marginRight: 16,
      x: { type: 'utc', label: null, ticks: width < 500 ? 3 : 7 },
      y: { domain: lanes.map((lane) => lane.label), label: null, tickSize: 0, type: 'band', padding: 0.45 },
      color: { type: 'identity' },
      marks: windowMarks(picture),
    },
    {
      title: 'Windows in time',
      description: 'For each part: history, cutoffs and the prediction windows that follow them.',
    },
  )
}

function windowMarks({ lanes, gapDays, horizonDays, dataEnd, dataStart }: WindowPicture): Plot.Markish[] {
  const windows = lanes.flatMap((lane) =>
    lane.cutoffs.map((cutoff) => ({
      lane: lane.label,
      cutoff: at(cutoff),
      start: at(addDays(parseDay(cutoff), gapDays)),
      end: at(addDays(parseDay(cutoff), gapDays + horizonDays)),
      color: partColor(lane.part),
    })),
  )
  const known = lanes.map((lane) => ({
    lane: lane.label,
    start: at(dataStart?.slice(0, 10) ?? lane.cutoffs[0]!),
    end: at(lane.cutoffs.at(-1)!),
    color: partColor(lane.part),
  }))
  return [
    Plot.ruleX([at(dataEnd)], { stroke: 'var(--soft)', strokeDasharray: '2 3' }),
    Plot.text([at(dataEnd)], {
      x: (day: Date) => day,
      text: () => 'data end',
      frameAnchor: 'top',
      dy: -14,
      fill: 'var(--soft)',
    }),
    Plot.ruleY(known, { y: 'lane', x1: 'start', x2: 'end', stroke: 'color', strokeWidth: 1.5, strokeOpacity: 0.7 }),
    Plot.barX(windows, {
      y: 'lane',
      x1: 'start',
      x2: 'end',
      fill: 'color',
      fillOpacity: windows.length > 12 ? 0.22 : 0.4,
      rx: 2,
    }),
    Plot.tickX(windows, { y: 'lane', x: 'cutoff', stroke: 'color', strokeWidth: 2.2 }),
  ]
}
