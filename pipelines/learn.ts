import type { Leaderboard } from '../core/artifacts.ts'
import type { StageContext } from './context.ts'
import { type CalibratedModel, calibrateModels } from './stages/calibrate.ts'
import { type Evaluation, evaluateModelsOnParts } from './stages/evaluate.ts'
import type { Examples, FeatureSet } from './stages/examples-type.ts'
import { fitModels } from './stages/fit.ts'
import { leaderboardOf } from './stages/leaderboard.ts'
import { planModels } from './stages/models.ts'
import { originChecks, originsOf } from './stages/model-origins.ts'
import { type ShippedModel, refitWinner } from './stages/refit.ts'
import type { SplitStage } from './stages/split.ts'

export interface LearnInput {
  readonly examples: Examples
  readonly userIds: readonly string[]
  readonly split: SplitStage
  readonly features: FeatureSet
  /** Name of a stage as it is told. */
  readonly stageName: (name: string) => string
}

/** Every model of one prediction, what they are worth, and the one that ships. */
export interface Learned {
  readonly models: readonly CalibratedModel[]
  readonly evaluation: Evaluation
  readonly shipped: ShippedModel
  readonly leaderboard: Leaderboard
}

/** Fit, calibrate, evaluate, choose, and refit the winner on all matured cutoffs. */
export async function learn(context: StageContext, input: LearnInput): Promise<Learned> {
  const { config, clock } = context
  const { examples, split, features, userIds, stageName } = input
  const stage = <T>(name: string, work: () => Promise<T>): Promise<T> => clock.stage(context, stageName(name), work)
  const data = { examples, parts: split.parts }
  const fitted = await stage('fit', () => fitModels(context, planModels(config, features, context.given), data))
  const models = await stage('calibrate', () => calibrateModels(context, fitted, data))
  const evaluation = await stage('evaluate', () => evaluateModelsOnParts(context, models, data))
  const shipped = await stage('refit', () => refitWinner(context, evaluation.winner, { examples, userIds }))
  const origins = originsOf(models, split.plan.parts)
  context.checks.push(...originChecks(origins, stageName))
  const leaderboard = leaderboardOf(models, evaluation, {
    chooseBy: config.choose.metric,
    origins,
    shipped: {
      model: shipped.model,
      cutoffs: [...examples.cutoffs],
      rows: examples.dataset.rowCount,
      calibrator: shipped.calibration.chosen,
      fixed: { ...shipped.fixed },
    },
  })
  return { models, evaluation, shipped, leaderboard }
}
