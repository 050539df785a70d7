import * as z from 'zod'

const recencyFeature = z
  .string()
  .min(1)
  .default('days_since_purchase')
  .describe('The feature that tells how long a user has been silent, in days')

/** The base rate has no parameters. */
export const baseRateParameters = z.strictObject({})
export type BaseRateParameters = z.infer<typeof baseRateParameters>

export const recencyRuleParameters = z.strictObject({ feature: recencyFeature })
export type RecencyRuleParameters = z.infer<typeof recencyRuleParameters>

export const recencyLogisticParameters = z.strictObject({ feature: recencyFeature })
export type RecencyLogisticParameters = z.infer<typeof recencyLogisticParameters>

export const ruleParameters = z.strictObject({
  when: z
    .string()
    .min(1)
    .describe('Condition over feature names, e.g. "days_since_login > 30 and days_since_purchase > 60"'),
})
export type RuleParameters = z.infer<typeof ruleParameters>
