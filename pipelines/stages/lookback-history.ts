import type { CheckResult } from '../../core/artifacts.ts'
import { addDays, daysBetween, type Day } from '../../core/day.ts'
import type { Feature } from '../../features/definition.ts'

const shown = 5

/**
 * A lookback that is longer than the data before a training cutoff holds all that there is: its sums are lifetime sums
 * there, grow from cutoff to cutoff, and mean something else at later cutoffs, where the window is full. Warns with the
 * cutoffs and the lookbacks; `delayDays` is the longest source delay.
 */
export function checkLookbackHistory(given: {
  readonly features: readonly Feature[]
  readonly trainCutoffs: readonly Day[]
  readonly firstEventDay: Day
  readonly delayDays: number
}): CheckResult {
  const { firstEventDay, trainCutoffs, delayDays } = given
  const history = (cutoff: Day): number => daysBetween(firstEventDay, cutoff) - delayDays
  const lookbacks = [...new Set(given.features.flatMap(lookbackOf))].sort((a, b) => a - b)
  const longest = lookbacks.at(-1) ?? 0
  const short = trainCutoffs.filter((cutoff) => history(cutoff) < longest)
  const least = Math.min(...short.map(history))
  const passed = short.length === 0
  const list = (items: readonly (number | string)[]): string =>
    items.length <= shown ? items.join(', ') : `${items.slice(0, shown).join(', ')} and ${items.length - shown} more`
  const days = list(lookbacks.filter((lookback) => lookback > least))
  return {
    name: 'lookback.history',
    passed,
    severity: 'warn',
    observed: passed ? 'all of them' : `${least} days before ${short.find((cutoff) => history(cutoff) === least)!}`,
    expected: `${longest} days of data before every training cutoff`,
    message: passed
      ? 'every lookback fits before every training cutoff'
      : `lookbacks of ${days} days at ${list(short)}, where the data begin on ${firstEventDay}: sums over them are lifetime sums there and do not carry over to later cutoffs; begin with cutoffs.from: ${addDays(firstEventDay, longest + delayDays)}, or shorten features.lookbackDays`,
  }
}

/** Of measures over events; attributes have a history of their own. */
function lookbackOf(feature: Feature): number[] {
  if (feature.kind !== 'measure') return []
  return feature.lookbackDays === 'lifetime' ? [] : [feature.lookbackDays]
}
