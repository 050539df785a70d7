import { z } from 'zod'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day YYYY-MM-DD')
const part = z.union([z.int().min(1), z.array(day).min(1)], {
  error: 'must be a number of cutoffs (1 or more) or a list of days YYYY-MM-DD',
})

/** How the cutoffs are shared out. Numbers count cutoffs from the latest backwards; lists name them. */
export const splitSchema = z.strictObject({
  mode: z
    .enum(['auto', 'cutoffs', 'user_folds'], {
      error: (issue) =>
        issue.input === 'random'
          ? 'a random split puts rows of one user and one time on both sides; use auto, cutoffs or user_folds'
          : 'must be auto, cutoffs or user_folds',
    })
    .default('auto')
    .describe('auto: four parts by cutoff where the time line has room, else user folds for calibrate and select'),
  test: part.default(1).describe('Cutoffs of test: always the latest, always out of time'),
  select: part.default(1).describe('Cutoffs on which threshold and winner are chosen'),
  calibrate: part.default(1).describe('Cutoffs on which probabilities are calibrated'),
  train: z
    .union([z.literal('rest'), z.int().min(1), z.array(day).min(1)], {
      error: "must be 'rest', a number of cutoffs (1 or more) or a list of days YYYY-MM-DD",
    })
    .default('rest')
    .describe('Cutoffs of train: all that are left, the latest n of them, or a list'),
  embargoDays: z.int().min(0).default(0).describe('Extra days kept free between two parts'),
  userFolds: z
    .strictObject({
      train: z.int().min(1).default(12).describe('Share of train'),
      calibrate: z.int().min(1).default(4).describe('Share of calibrate'),
      select: z.int().min(1).default(4).describe('Share of select'),
      salt: z.string().default('split').describe('Another salt deals the users out differently'),
    })
    .prefault({})
    .describe('Shares of users in mode user_folds'),
})

export type SplitSpec = z.output<typeof splitSchema>
