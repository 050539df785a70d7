import * as z from 'zod'

/** Settings of `imported`: a model that another program trained. */
export const importedParameters = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('Text model or JSON dump of LightGBM, JSON of XGBoost, or what `ebb models import --out` kept'),
  features: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('Name in the file -> name of the feature here, where they differ'),
  levels: z
    .record(z.string().min(1), z.array(z.string()))
    .default({})
    .describe('Levels by code of categories that the file knows by number alone, by their names in the file'),
  iterations: z
    .int()
    .min(1)
    .optional()
    .describe('Trees up to this iteration; default: the best one where the file names it, else all'),
  trainedUntil: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day YYYY-MM-DD')
    .optional()
    .describe(
      'First day of which its training knew nothing, labels included; without it the leaderboard says that it may have seen the test',
    ),
})
export type ImportedParameters = z.infer<typeof importedParameters>
