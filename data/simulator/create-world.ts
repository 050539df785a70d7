import { dayFromNumber, dayNumber, parseDay } from '../../core/day.ts'
import { type SimulateParameters, simulatedCutoffs } from '../simulate-parameters.ts'
import { sessionCalendar } from './calendar.ts'
import { Truth } from './truth.ts'
import type { World } from './user-life.ts'

/** What all users of a simulation share. */
export function createWorld(parameters: SimulateParameters): World {
  const logStart = dayNumber(parseDay(parameters.start, 'start'))
  const logEnd = logStart + parameters.days
  const { gapDays, horizonDays, eligibleWithinDays } = parameters
  const factors = sessionCalendar(logStart, parameters.days + gapDays + horizonDays)
  return {
    logStart,
    logEnd,
    factors,
    cutoffs: simulatedCutoffs(parameters).map(dayNumber),
    gapDays,
    horizonDays,
    eligibleWithinDays,
    isTierDay: Array.from({ length: parameters.days }, (_, d) => dayFromNumber(logStart + d).endsWith('-01')),
    truth: new Truth(factors, logStart),
  }
}
