import type { ImportanceRow } from '../core/artifacts.ts'
import type { StageContext } from './context.ts'
import { type Learned, learn } from './learn.ts'
import type { OtherPrepared, Prepared } from './prepare.ts'
import { writeAudit } from './stages/audit.ts'
import type { Examples, FeatureSet } from './stages/examples-type.ts'
import { importanceOf } from './stages/importance.ts'
import { predictionContext, predictionName } from './stages/prediction-context.ts'
import { randomSplitOf } from './stages/random-split.ts'
import type { SplitStage } from './stages/split.ts'
import { writeEvaluation, writeImportance, writeModel, writePredictions } from './stages/write-results.ts'

/** What was learned for a target and horizon beside the first, with its files below `targets/<name>/`. */
export interface OtherLearned extends Learned {
  readonly context: StageContext
  readonly features: FeatureSet
  readonly examples: Examples
  readonly split: SplitStage
  readonly importance: readonly ImportanceRow[]
}

/** The other targets and horizons, one after the other, on the features that were computed once. */
export async function learnOthers(context: StageContext, design: Prepared): Promise<OtherLearned[]> {
  const learned: OtherLearned[] = []
  for (const other of design.others) learned.push(await learnOne(context, design, other))
  return learned
}

async function learnOne(context: StageContext, design: Prepared, other: OtherPrepared): Promise<OtherLearned> {
  const name = predictionName(other.churn)
  const own = predictionContext(context, other.churn)
  const { extracted, userIds } = design
  const { split, features, audit } = other
  const { examples } = other.take()
  const stageName = (stage: string): string => `${stage} (${name})`
  const stage = <T>(of: string, work: () => Promise<T>): Promise<T> => context.clock.stage(context, stageName(of), work)
  const data = { examples, parts: split.parts }
  const learned = await learn(own, { examples, userIds, split, features, stageName })
  const { models } = learned
  await writeAudit(own, audit, await stage('random split', () => randomSplitOf(own, models, { ...data, userIds })))
  const importance = await stage('importance', () => importanceOf(own, models, data))
  await writeEvaluation(own, { evaluation: learned.evaluation, leaderboard: learned.leaderboard, scores: null })
  await writeImportance(own, importance)
  await writePredictions(own, { models, ...data, users: extracted.relations.users })
  await writeModel(own, learned.shipped)
  return { ...learned, context: own, features, examples, split, importance }
}
