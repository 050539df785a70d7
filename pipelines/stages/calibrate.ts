import type { CalibrateOutput } from '../compute/calibrate-task.ts'
import type { StageContext } from '../context.ts'
import type { Examples, PartRows } from './examples-type.ts'
import type { FittedModel } from './fit.ts'

export interface CalibratedModel extends FittedModel {
  readonly calibration: CalibrateOutput
  /** Decision threshold on the calibrated probability, chosen on select. */
  readonly threshold: number
}

/** Chooses each model's calibrator inside the calibrate part and its threshold on the select part. */
export async function calibrateModels(
  context: StageContext,
  models: readonly FittedModel[],
  { examples, parts }: { examples: Examples; parts: PartRows },
): Promise<CalibratedModel[]> {
  const { labels, dataset } = examples
  return Promise.all(
    models.map(async (model) => {
      const calibration = await context.pool.run(
        'calibrate',
        {
          candidates: context.config.calibrate.calibrators,
          scores: model.scores,
          labels,
          users: dataset.users,
          rows: parts.calibrate,
          threshold: { rows: parts.select, rule: context.config.evaluate.threshold },
        },
        { ...context, random: context.random.child(`calibrate/${model.name}`) },
      )
      return { ...model, calibration, threshold: calibration.threshold! }
    }),
  )
}
