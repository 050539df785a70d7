import * as Plot from '@observablehq/plot'
import type { QualityReport } from '../../core/artifacts.ts'
import { draw } from './draw.ts'

/** Events per day over the whole span; per week when the span is longer than two years. */
export function eventsByDayChart(days: QualityReport['eventsByDay'], width: number): string {
  const step = Math.max(1, Math.ceil(days.length / (width < 500 ? 180 : 420)))
  const points = Array.from({ length: Math.ceil(days.length / step) }, (_, at) => {
    const group = days.slice(at * step, (at + 1) * step)
    const events = group.reduce((sum, day) => sum + day.events, 0) / group.length
    return { day: new Date(`${group[0]!.day}T00:00:00Z`), events }
  })
  return draw(
    {
      width,
      height: width < 500 ? 190 : 200,
      marginLeft: 52,
      marginBottom: 34,
      x: { type: 'utc', label: null, ticks: width < 500 ? 3 : 7 },
      y: {
        label: step === 1 ? 'events per day' : `events per day, mean of ${step} days`,
        grid: true,
        ticks: 4,
        tickFormat: ',d',
        zero: true,
      },
      marks: [
        Plot.areaY(points, { x: 'day', y: 'events', fill: 'var(--blue)', fillOpacity: 0.18, curve: 'step' }),
        Plot.lineY(points, { x: 'day', y: 'events', stroke: 'var(--blue)', strokeWidth: 1.1, curve: 'step' }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    },
    { title: 'Events by day', description: `${days.length} days of events.` },
  )
}
