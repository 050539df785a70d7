import * as z from 'zod'
import { addDays, type Day, dayNumber, parseDay } from '../core/day.ts'

/** What `ebb simulate` can be told; all days are calendar days of the simulated shop's own clock. */
export const simulateParameters = z.strictObject({
  users: z
    .int()
    .min(1)
    .max(20_000_000)
    .default(40_000)
    .describe('Users who ever registered; each is the same for any number'),
  start: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day YYYY-MM-DD')
    .default('2025-01-06')
    .describe('First day of the log'),
  days: z.int().min(1).max(3_650).default(400).describe('Length of the log in days'),
  seed: z.int().min(0).default(1).describe('Another seed is another shop population'),
  horizonDays: z.int().min(1).max(365).default(30).describe('Horizon of the label in the truth table'),
  gapDays: z.int().min(0).max(90).default(3).describe('Gap of the label in the truth table'),
  eligibleWithinDays: z
    .int()
    .min(1)
    .max(365)
    .default(90)
    .describe('Eligible: a login or purchase in so many days before'),
  firstCutoffDays: z.int().min(1).max(3_650).default(91).describe('First cutoff of the truth table, days after start'),
  cutoffEveryDays: z.int().min(1).max(365).default(14).describe('Days between cutoffs of the truth table'),
})
export type SimulateParameters = z.infer<typeof simulateParameters>

/** What was written; also stands in `simulation.json` beside the files. */
export interface SimulationSummary {
  readonly parameters: SimulateParameters
  readonly users: number
  readonly events: number
  readonly eventsByType: Readonly<Record<string, number>>
  readonly eventsByChannel: Readonly<Record<string, number>>
  /** First day of the log and the day after its last. */
  readonly start: Day
  readonly end: Day
  /** Per cutoff of the truth table; `closed` = the log reaches the end of the prediction window. */
  readonly cutoffs: readonly CutoffSummary[]
}

export interface CutoffSummary {
  readonly cutoff: Day
  readonly isClosed: boolean
  readonly eligible: number
  /** Eligible users who uninstalled inside the gap: no label. */
  readonly churnedInGap: number
  /** Among eligible users with a label: realised rate (null when not closed) and mean true probability. */
  readonly baseRate: number | null
  readonly meanProbability: number | null
}

/** Cutoffs of the truth table in order: every `cutoffEveryDays` up to the end of the log, and the end itself. */
export function simulatedCutoffs(parameters: SimulateParameters): Day[] {
  const start = parseDay(parameters.start, 'start')
  const end = addDays(start, parameters.days)
  const cutoffs: Day[] = []
  for (let at = parameters.firstCutoffDays; at < parameters.days; at += parameters.cutoffEveryDays)
    cutoffs.push(addDays(start, at))
  if (dayNumber(end) >= dayNumber(start) + parameters.firstCutoffDays) cutoffs.push(end)
  return cutoffs
}
