import { z } from 'zod'

const names = z.array(z.string().min(1)).min(1)

/** One label definition; exact meanings in `features/label.ts`. */
export const labelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('no_event_in_window').describe('Churned when none of the events falls in the prediction window'),
    events: names.describe('Event types that count as staying'),
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
  }),
  z.strictObject({
    kind: z.literal('any').describe('Churned when any of the other labels says so'),
    of: names.describe('Names of labels'),
  }),
])

export const eligibilitySchema = z.union([
  z.strictObject({
    events: names.describe('Event types that make a user active'),
    withinDays: z.int().min(1).describe('Days before the cutoff'),
  }),
  z.literal('any_history'),
])

/** The config's `churn:` section. Days are whole calendar days. */
export const churnSchema = z.strictObject({
  labels: z.record(z.string().min(1), labelSchema).describe('Label definitions, by name'),
  target: z.string().min(1).describe('The label that the models learn'),
  horizonDays: z.int().min(1).max(3_660).describe('Length of the prediction window'),
  gapDays: z.int().min(0).max(3_660).default(0).describe('Days between the cutoff and the prediction window'),
  eligible: eligibilitySchema.describe('Who can churn: active at the cutoff, or any_history'),
})

export type LabelDefinition = z.output<typeof labelSchema>
export type LeafLabel = Exclude<LabelDefinition, { kind: 'any' }>
export type Eligibility = z.output<typeof eligibilitySchema>
export type ChurnConfig = z.output<typeof churnSchema>
