import type { CheckResult } from '../core/artifacts.ts'
import { addDays, daysBetween, type Day } from '../core/day.ts'

/**
 * Age of a source: whole days without an event just before `reference` (as-of, else the declared data end, else the day
 * after the last event of all sources); 0 when it has an event on the day before. The wall clock plays no part.
 */
export function checkFreshness(
  source: string,
  { lastEventDay, reference, maxAgeDays }: { lastEventDay: Day | null; reference: Day; maxAgeDays: number },
): CheckResult {
  const age = lastEventDay === null ? Infinity : Math.max(0, daysBetween(addDays(lastEventDay, 1), reference))
  const seen = lastEventDay === null ? 'no event' : `last event on ${lastEventDay}, ${age} days before ${reference}`
  const passed = age <= maxAgeDays
  return {
    name: `freshness.${source}`,
    passed,
    severity: 'error',
    observed: seen,
    expected: `at most ${maxAgeDays} days old`,
    message: `sources.${source}: ${passed ? 'fresh' : 'stale'}, ${seen}`,
  }
}
