import { z } from 'zod'
import { families, formulaNames, intervalStatistics, sessionStatistics, valueMeasures } from './definition.ts'
import { roles } from './roles.ts'

const featureName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected snake_case, at most 63 characters')
const lookback = z.union([z.int().min(1).max(3_660), z.literal('lifetime')]).describe('Days before the cutoff')
const shared = {
  description: z.string().min(1).describe('One sentence for a business reader'),
  family: z
    .enum([...families, 'custom'])
    .default('custom')
    .describe('Where the catalogue lists it'),
  unit: z.string().min(1).describe('What one is: count, days, currency, ratio, ...'),
  actionable: z.boolean().default(false).describe('Someone in the business can change it for a user'),
}
const measured = {
  kind: z.literal('measure').describe('Counted over events'),
  where: z.string().min(1).optional().describe("Which events count, e.g. event_type = 'purchase' and amount > 200"),
  lookbackDays: lookback,
  offsetDays: z.int().min(0).max(3_660).default(0).describe('The window ends so many days earlier'),
  ...shared,
}

const measureSchema = z.discriminatedUnion('measure', [
  z.strictObject({
    ...measured,
    measure: z
      .enum(['count', 'last', 'first', 'activeDays'])
      .describe('Events, days since the last or first, days with an event'),
  }),
  z.strictObject({
    ...measured,
    measure: z.enum(valueMeasures).describe('Of money or quantity; lastValue: of the last event that has one'),
    of: z.enum(['amount', 'quantity']).describe('Column that is measured'),
  }),
  z.strictObject({
    ...measured,
    measure: z
      .enum(['distinct', 'lastLevel', 'firstLevel'])
      .describe('Levels seen, or the level of the last or first event'),
    of: z.enum(['category', 'channel']).describe('Column whose levels are meant'),
  }),
  z.strictObject({
    ...measured,
    measure: z.literal('gaps').describe('Days between consecutive days with an event'),
    of: z.enum(['mean', 'sd', 'max', 'count', 'first']).describe('Statistic of the gaps; first = the earliest gap'),
  }),
  z.strictObject({
    ...measured,
    measure: z.literal('intervals').describe('Days between consecutive events, exact to the second'),
    of: z.enum(intervalStatistics).describe('Statistic of the intervals'),
  }),
  z.strictObject({
    ...measured,
    measure: z.literal('sessions').describe('Runs of events without a long pause'),
    of: z.enum(sessionStatistics).describe('How many, how long in all, how long on average'),
    inactivityMinutes: z.int().min(1).max(1_440).default(30).describe('A longer pause begins a new session'),
  }),
  z.strictObject({
    ...measured,
    measure: z.literal('levels').describe('How events spread over the levels'),
    of: z.enum(['category', 'channel']).describe('Column whose levels are meant'),
    statistic: z.enum(['topShare', 'entropy', 'concentration']).describe('Statistic of the spread'),
  }),
])

const derivedSchema = z.strictObject({
  kind: z.literal('derived').describe('Made of other features'),
  formula: z.enum(formulaNames).describe('How the inputs are combined'),
  from: z.array(featureName).min(1).describe('Names of features, in the order of the formula'),
  limit: z.number().positive().optional().describe('Only for rate, below and fade'),
  ...shared,
})

const rowSqlSchema = z.strictObject({
  kind: z.literal('rowSql').describe('A SQL expression over the rows of the window; slower than all others'),
  expression: z
    .string()
    .min(1)
    .max(10_000)
    .describe(
      "Aggregates over the columns of where and days_ago, e.g. sum(amount) filter (where category = 'a') / count(*)",
    ),
  whenEmpty: z.enum(['zero', 'missing']).default('missing').describe('The value without any row, or where it is NULL'),
  lookbackDays: lookback,
  offsetDays: z.int().min(0).max(3_660).default(0).describe('The window ends so many days earlier'),
  ...shared,
})

/** A feature that a config declares under `features.add`. */
export const userFeatureSchema = z.discriminatedUnion('kind', [measureSchema, derivedSchema, rowSqlSchema])
export type UserFeature = z.output<typeof userFeatureSchema>

/** The config's `features:` section. */
export const featuresSchema = z.strictObject({
  compiler: z
    .enum(['auto', 'sql', 'sweep'])
    .default('auto')
    .describe(
      'What computes them: one pass over each user (sweep), or SQL; auto = the sweep where it can. No value depends on it',
    ),
  refresh: z
    .enum(['auto', 'off', 'verify'])
    .default('auto')
    .describe(
      'Events and rows that the next run can use again: kept (auto), not kept and removed (off), or used and compared with a full build (verify). No value depends on it',
    ),
  use: z
    .array(z.enum(families))
    .default([...families])
    .describe('Families of the catalogue'),
  lookbackDays: z
    .array(z.int().min(1).max(3_660))
    .min(1)
    .default([7, 30, 90])
    .describe('Lookbacks of every windowed feature'),
  trends: z
    .union([z.literal('all'), z.array(z.string())])
    .default([])
    .describe(
      'Slopes beside those of events, orders and spend, rates by tenure, and trends of changing attributes: all, or names of features or families',
    ),
  roles: z
    .partialRecord(z.enum(roles), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Which event types play a role of the catalogue; default: the type of the same name'),
  drop: z.array(z.string()).default([]).describe('Features that the models shall not see'),
  life: z
    .record(z.string(), z.enum(['proposed', 'retired']))
    .default({})
    .describe('proposed: measured in every run but not shown to the models yet; retired: left out, and listed as such'),
  add: z.record(featureName, userFeatureSchema).default({}).describe('Your own features'),
})
export type FeaturesConfig = z.output<typeof featuresSchema>
