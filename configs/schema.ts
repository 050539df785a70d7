import * as z from 'zod'
import { lifecycleSchema } from '../cohorts/lifecycle.ts'
import { tiersSchema } from '../cohorts/tiers.ts'
import { attributeTableSchema, sourceSchema } from '../data/sources.ts'
import { engineSchema } from '../engines/registry.ts'
import { auditSchema } from '../evaluation/audit-schema.ts'
import { calibrationRules } from '../evaluation/calibration-check.ts'
import { splitSchema } from '../evaluation/split-schema.ts'
import { thresholdSchema } from '../evaluation/threshold.ts'
import { churnSchema } from '../features/churn.ts'
import { featuresSchema } from '../features/config.ts'
import { cutoffsSchema } from '../features/cutoffs.ts'
import { modelSchema } from '../models/parameters.ts'

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a letter, then at most 63 letters, digits, _ or -')
const fraction = z.number().min(0).max(1)

/** Keys of `metrics.json` by which a winner may be chosen. */
export const chooseMetrics = ['log_loss', 'brier', 'auc', 'average_precision'] as const
/** Slices of the test part that the report shows. */
export const sliceNames = ['lifecycle_stage', 'value_tier', 'channel'] as const

/** What an experiment is, as data: composed of the rooms' own schemas. No transforms, no dates: what you wrote is what you get. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('Version of the config format'),
  experiment: name.describe('Name of the experiment; runs are grouped by it'),
  notes: z.string().default('').describe('Anything worth remembering; not part of the config hash'),
  seed: z.int().min(0).default(1).describe('Seed of every random number'),
  timeZone: z.string().default('UTC').describe('IANA time zone whose calendar days count'),
  dataEnd: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day YYYY-MM-DD')
    .optional()
    .describe('First day that is not complete in the data (exclusive end); default: the day after the last event'),
  engine: engineSchema.prefault({}).describe('The SQL engine'),
  sources: z.record(name, sourceSchema).describe('Where the events come from, by name'),
  attributes: z.record(name, attributeTableSchema).default({}).describe('Tables of user attributes, by name'),
  churn: churnSchema.describe('What churn is, and for whom'),
  lifecycle: lifecycleSchema.prefault({}).describe('Day limits of the lifecycle stages'),
  cutoffs: cutoffsSchema.prefault({}).describe('The days at which we pretend to stand'),
  split: splitSchema.prefault({}).describe('Which cutoffs train, calibrate, select and test'),
  features: featuresSchema.prefault({}).describe('What the models may see'),
  models: z.record(name, modelSchema).describe('The models to compare, by name'),
  choose: z
    .strictObject({
      metric: z.enum(chooseMetrics).default('log_loss').describe('The winner is best by this on select'),
    })
    .prefault({})
    .describe('How the winner is chosen'),
  calibrate: z
    .strictObject({
      calibrators: z
        .array(z.enum(['none', 'platt', 'isotonic']))
        .min(1)
        .default(['none', 'platt', 'isotonic'])
        .describe('Candidates; the best by user-grouped cross-fitted log-loss is taken'),
    })
    .prefault({})
    .describe('From scores to probabilities'),
  evaluate: z
    .strictObject({
      slices: z
        .array(z.enum(sliceNames))
        .default([...sliceNames])
        .describe('Subgroups of the test part to look at'),
      bootstrap: z
        .int()
        .min(0)
        .max(100_000)
        .default(1000)
        .describe(
          'Resamples of users for the 95 % intervals; at most 200 for the train part, which only shows overfit',
        ),
      calibrationCheck: z
        .enum(calibrationRules)
        .default('bounds')
        .describe(
          'When probabilities are withheld: bounds = mean(p) / churn rate of test outside 0.9 to 1.1 or ECE above 0.05; significance = only if chance does not explain it as well (test at 1 %), for logs with a few hundred churners',
        ),
      threshold: thresholdSchema.describe('How the decision threshold is chosen on select'),
      importance: z
        .strictObject({
          repeats: z.int().min(1).max(100).default(3).describe('Shuffles per feature'),
          maxRows: z.int().min(100).default(2000).describe('At most so many rows of test, drawn once'),
        })
        .prefault({})
        .describe('Permutation importance on test'),
    })
    .prefault({})
    .describe('What is measured'),
  audit: auditSchema.prefault({}).describe('The leakage audit of every run'),
  scores: z
    .strictObject({
      name: name.optional().describe('Name under which scores are published; default: the experiment'),
      path: z
        .string()
        .min(1)
        .default('scores')
        .describe('Folder of the published scores, relative to the working folder'),
      tiers: tiersSchema.prefault({ high: 'top 10%', mid: 'top 30%' }).describe('Who is at high, mid and low risk'),
      reasons: z
        .strictObject({
          count: z.int().min(0).max(3).default(3).describe('How many reasons per user'),
          onlyActionable: z.boolean().default(false).describe('Only features that someone can act on'),
        })
        .prefault({})
        .describe('Why a user is at risk'),
      holdout: fraction.max(0.5).default(0.05).describe('Share of users who are left alone on purpose; 0 warns'),
    })
    .prefault({})
    .describe('The published scores'),
  resources: z
    .strictObject({
      threads: z.int().min(1).max(256).optional().describe('Threads; default: the cores of the machine'),
      memory: z
        .string()
        .regex(/^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$/, 'a size such as 4GB or 512MiB')
        .optional()
        .describe('Memory for the whole run, e.g. 4GB; default: half of what the machine has'),
    })
    .prefault({})
    .describe('What the machine may give; results do not depend on it, nor does the config hash'),
})

/** What a config file may say: an experiment, and what becomes of it by merging. */
export const configFileSchema = configSchema.extend({
  extends: z.string().min(1).optional().describe('Another config file, under this one; relative to this file'),
  profiles: z
    .record(name, z.record(z.string(), z.unknown()))
    .optional()
    .describe('Named overrides for --profile; keys may be dotted paths'),
})

/** A valid experiment with every default filled in. */
export type Config = z.infer<typeof configSchema>
