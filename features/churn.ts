import { z } from 'zod'

const names = z.array(z.string().min(1)).min(1)
const days = z.int().min(1).max(3_660)

/** One label definition; exact meanings in `features/label.ts`. */
export const labelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('no_event_in_window').describe('Churned when none of the events falls in the prediction window'),
    events: names.describe('Event types that count as staying'),
  }),
  z.strictObject({
    kind: z
      .literal('event_in_window')
      .describe('1 when one of the events falls in the prediction window: repurchase, upgrade'),
    events: names.describe('Event types that are meant'),
  }),
  z.strictObject({
    kind: z.literal('churn_date').describe('Churned on the day that completes a run of silent days'),
    events: names.describe('Event types that end a silence'),
    silenceDays: z.int().min(1).describe('Whole silent days after the last event that make a churn'),
  }),
  z.strictObject({
    kind: z.literal('explicit').describe('Churned when the user says so: cancels, closes, uninstalls'),
    events: names.describe('Event types that are the churn'),
    returnEvents: names
      .optional()
      .describe('Event types by which a churned user is back; default: every type that is not in events'),
    involuntaryEvents: names
      .optional()
      .describe('Those of events that the user did not want, e.g. a failed payment; makes voluntary churn known'),
  }),
  z.strictObject({
    kind: z.literal('contract').describe('Churned when a contract ends and is not renewed inside the grace period'),
    table: z
      .string()
      .min(1)
      .describe('A table of attributes with validFrom: one row per contract, valid from its first day'),
    end: z.string().min(1).describe('Column of type day: the first day without the contract; empty = it runs on'),
    graceDays: z
      .int()
      .min(0)
      .max(3_660)
      .default(0)
      .describe('A contract that begins at most so many days after the end renews it'),
    endKnown: z
      .boolean()
      .default(false)
      .describe('The end is written when the contract begins (fixed term), so that features may see it'),
    involuntary: z
      .strictObject({
        column: z.string().min(1).describe('Column of type category: why the contract ended'),
        values: names.describe('What the user did not want, e.g. payment_failed'),
      })
      .optional()
      .describe('Which ends are involuntary; makes voluntary churn known'),
    only: z.enum(['voluntary', 'involuntary']).optional().describe('Only such ends are churn; default: every end'),
  }),
  z.strictObject({
    kind: z.literal('partial').describe("Churned when spend or frequency falls against the user's own past"),
    of: z.enum(['amount', 'count']).describe('Money, or the number of events'),
    events: names.describe('Event types that are measured'),
    pastDays: days.describe('The past is so many days before the cutoff'),
    fallPercent: z.int().min(1).max(100).describe('A fall per day by at least so many percent is churn'),
  }),
  z.strictObject({
    kind: z.literal('any').describe('Churned when any of the other labels says so'),
    of: names.describe('Names of labels'),
  }),
  z.strictObject({
    kind: z.literal('all').describe('Churned when the last of the other labels has come true'),
    of: names.describe('Names of labels'),
  }),
])

export const eligibilitySchema = z.union([
  z.strictObject({
    events: names.describe('Event types that make a user active'),
    withinDays: z.int().min(1).describe('Days before the cutoff'),
  }),
  z.strictObject({ contract: z.string().min(1).describe('A label of kind contract: one of its contracts runs') }),
  z.literal('any_history'),
])

/** The config's `churn:` section. Days are whole calendar days. */
export const churnSchema = z.strictObject({
  labels: z.record(z.string().min(1), labelSchema).describe('Label definitions, by name'),
  target: z.string().min(1).describe('The label that the models learn'),
  horizonDays: days.describe('Length of the prediction window'),
  targets: names.optional().describe('More labels to learn in the same run, from the same features'),
  horizonsDays: z
    .array(days)
    .min(1)
    .optional()
    .describe('More prediction windows; every target is learned for every one of them'),
  gapDays: z.int().min(0).max(3_660).default(0).describe('Days between the cutoff and the prediction window'),
  eligible: eligibilitySchema.describe('Who can churn: active at the cutoff, or any_history'),
})

export type LabelDefinition = z.output<typeof labelSchema>
export type LeafLabel = Exclude<LabelDefinition, { kind: 'any' | 'all' }>
export type LeafOf<K extends LeafLabel['kind']> = Extract<LeafLabel, { kind: K }>
export type Eligibility = z.output<typeof eligibilitySchema>
export type ChurnConfig = z.output<typeof churnSchema>

/** Name of the context column with the visible spend in as many days as the horizon has. */
export const recentValueColumn = (churn: Pick<ChurnConfig, 'horizonDays'>, horizonDays: number): string =>
  horizonDays === churn.horizonDays ? 'value_recent' : `value_recent_${horizonDays}`

/**
 * One section per thing to predict, each with one target and one horizon: first `target` with `horizonDays`, then all
 * others in order of target as listed and of rising horizon.
 */
export function predictionsOf(churn: ChurnConfig): readonly ChurnConfig[] {
  const { targets = [], horizonsDays = [], ...first } = churn
  const horizons = [...new Set([churn.horizonDays, ...horizonsDays])].sort((a, b) => a - b)
  const all = [...new Set([churn.target, ...targets])].flatMap((target) =>
    horizons.map((horizonDays) => ({ ...first, target, horizonDays })),
  )
  const isFirst = (one: ChurnConfig): boolean => one.target === churn.target && one.horizonDays === churn.horizonDays
  return [first, ...all.filter((one) => !isFirst(one))]
}
