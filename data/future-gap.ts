import type { CheckResult, QualityReport } from '../core/artifacts.ts'

const silentDays = 180
const rareFraction = 0.001

/**
 * A few rows long after all others are a clock or a unit gone wrong, and without a declared end they would move the end
 * of the data: fails when at most one row in a thousand lies beyond a gap of at least 180 days. Null when nothing is odd.
 */
export function checkFutureGap(days: QualityReport['eventsByDay']): CheckResult | null {
  const total = days.reduce((sum, { events }) => sum + events, 0)
  let late = 0
  let gap = 0
  for (let at = days.length - 1; at >= 0 && late <= total * rareFraction; at--) {
    const { events } = days[at]!
    if (events === 0) gap++
    else if (gap >= silentDays)
      return {
        name: 'data.future_dates',
        passed: false,
        severity: 'error',
        observed: `${late.toLocaleString('en')} of ${total.toLocaleString('en')} events from ${days[at + gap + 1]!.day} to ${days.at(-1)!.day}, ${gap} days after all others (${days[at]!.day})`,
        expected: 'events without such a gap, or a declared end',
        message: 'sources: a few events lie far in the future',
      }
    else {
      late += events
      gap = 0
    }
  }
  return null
}
