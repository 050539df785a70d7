import { mkdir } from 'node:fs/promises'
import { EbbError } from '../core/errors.ts'
import type { CheckResult } from '../core/artifacts.ts'
import type { Day } from '../core/day.ts'
import { runFiles } from '../store/layout.ts'
import type { ExamineOutput } from './compute/examine-task.ts'
import { refuseFailedChecks } from './checks.ts'
import type { StageContext } from './context.ts'
import { type Learned, learn } from './learn.ts'
import type { OtherExamples, Prepared } from './prepare.ts'
import type { ToScore } from './stages/examples.ts'
import type { Examples, FeatureSet } from './stages/examples-type.ts'
import { catalogOf, chooseFeatures } from './stages/plan-features.ts'
import { describePopulation } from './stages/population.ts'
import { predictionContext, predictionName } from './stages/prediction-context.ts'
import { type ScoredUsers, scoreStage } from './stages/score.ts'
import { type SplitStage, splitStage } from './stages/split.ts'
import { writeDesign, writeEvaluation, writeModel, writePredictions } from './stages/write-results.ts'

/** What was learned for a target and horizon beside the first, with its files below `targets/<name>/`. */
export interface OtherLearned extends Learned {
  readonly context: StageContext
  readonly features: FeatureSet
  readonly examples: Examples
  readonly split: SplitStage
}

/** Eligible users of one prediction with their scores, and the query of those who are not ranked. */
export interface OtherScored {
  readonly scored: ScoredUsers
  readonly excluded: string | null
}

/** Each with its own model; in the order of `others`. */
export async function scoreOthers(
  others: readonly OtherLearned[],
  { asOf, userIds, toScore }: { asOf: Day; userIds: readonly string[]; toScore: readonly ToScore[] },
): Promise<OtherScored[]> {
  const scored: OtherScored[] = []
  for (const [i, { context, shipped, features, evaluation }] of others.entries()) {
    const { examples, excluded } = toScore[i]!
    const { verdict } = evaluation
    const name = `score (${predictionName(context.config.churn)})`
    const own = await context.clock.stage(context, name, () =>
      scoreStage(context, shipped, { asOf, examples, userIds, features, verdict }),
    )
    scored.push({ scored: own, excluded })
  }
  return scored
}

/** A feature alone tells so well only when it is a copy of the label. */
const labelCopyAuc = 0.999

/** The other targets and horizons, one after the other, on the features that were computed once. */
export async function learnOthers(context: StageContext, design: Prepared): Promise<OtherLearned[]> {
  const learned: OtherLearned[] = []
  for (const other of design.others) learned.push(await learnOne(context, design, other))
  return learned
}

async function learnOne(context: StageContext, design: Prepared, other: OtherExamples): Promise<OtherLearned> {
  const name = predictionName(other.churn)
  const own = predictionContext(context, other.churn)
  const { planned, extracted, userIds, asOf } = design
  const { examples, population } = other.take()
  const { maxDelayDays } = other.times
  const split = placed(name, () => splitStage(own, examples, { userIds, delayDays: maxDelayDays }))
  const { dataset, labels } = examples
  const { train: trainRows, test: testRows } = split.parts
  const stageName = (stage: string): string => `${stage} (${name})`
  const examined = await context.clock.stage(context, stageName('examine'), () =>
    context.pool.run('examine', { dataset, labels, trainRows, testRows }, own),
  )
  refuseCopies(context, name, examined)
  const features = chooseFeatures(own, planned, examined)
  await mkdir(own.run.path(runFiles.predictions), { recursive: true })
  await mkdir(own.run.path(runFiles.model), { recursive: true })
  const { dropped } = other
  await writeDesign(own, {
    population: describePopulation(own, { labelled: { population }, split: split.plan, dropped, extracted, asOf }),
    split: split.report,
    catalog: catalogOf(planned, features, examined),
    reference: examined.reference,
    tags: examined.tags,
  })
  const learned = await learn(own, { examples, userIds, split, features, stageName })
  await writeEvaluation(own, { evaluation: learned.evaluation, leaderboard: learned.leaderboard, scores: null })
  await writePredictions(own, {
    models: learned.models,
    examples,
    parts: split.parts,
    users: extracted.relations.users,
  })
  await writeModel(own, learned.shipped)
  return { ...learned, context: own, features, examples, split }
}

/** The fault says which prediction it speaks of. */
function placed<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof EbbError)) throw error
    throw new EbbError({ ...error.details, where: `prediction ${name}, ${error.details.where}`, cause: error })
  }
}

/** The audit looks at the features once; what only this label can show is a feature that is a copy of it. */
function refuseCopies({ checks }: StageContext, name: string, examined: ExamineOutput): void {
  const copies = examined.aucs.filter(({ auc }) => auc > labelCopyAuc).map(({ feature }) => feature)
  const check: CheckResult = {
    name: `leakage.label_copy.${name}`,
    passed: copies.length === 0,
    severity: 'error',
    observed: copies.length === 0 ? 'none' : copies.join(', '),
    expected: `no feature with an AUC above ${labelCopyAuc} by itself`,
    message: `features that copy the label of ${name}`,
  }
  checks.push(check)
  refuseFailedChecks(checks)
}
