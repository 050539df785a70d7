import { join } from 'node:path'
import type { CheckResult, ScoringSummary } from '../core/artifacts.ts'
import type { CalibrationCheck } from '../evaluation/calibration-check.ts'
import { type Day } from '../core/day.ts'
import { scoreHistogram } from '../evaluation/curves.ts'
import { gather } from '../core/dataset.ts'
import { runFiles } from '../store/layout.ts'
import type { Lock } from '../store/lock.ts'
import { refuseFailedChecks } from './checks.ts'
import type { StageContext } from './context.ts'
import { writeAudit } from './stages/audit.ts'
import type { Evaluation } from './stages/evaluate.ts'
import { importanceOf } from './stages/importance.ts'
import { predictionName } from './stages/prediction-context.ts'
import { prepareScores } from './stages/publish.ts'
import { randomSplitOf } from './stages/random-split.ts'
import type { ShippedModel } from './stages/refit.ts'
import { type ScoredUsers, scorePopulation } from './stages/score-population.ts'
import type { ScoreFacts } from './stages/scored-table.ts'
import { scoringSummary } from './stages/scoring-summary.ts'
import { targetSummary } from './stages/target-summary.ts'
import { writeEvaluation, writeImportance, writeModel, writePredictions, writeRules } from './stages/write-results.ts'
import { learn } from './learn.ts'
import { learnOthers } from './other-predictions.ts'
import { prepareExperiment } from './prepare.ts'

export interface ExperimentRequest {
  readonly asOf: Day | null
  /** Under which scores are published. */
  readonly name: string
  readonly lock: Lock
  /** Absolute folders. */
  readonly roots: { readonly scores: string; readonly excluded: string }
  /** Users whose features are in memory at a time when they are scored; only tests and measurements say it. */
  readonly usersPerPart?: number
}

/** The ten steps of an experiment, in order. */
export async function experiment(
  context: StageContext,
  request: ExperimentRequest,
): Promise<{ winner: string; scoresFolder: string }> {
  const { config, clock, run } = context
  const stage = <T>(name: string, work: () => Promise<T>): Promise<T> => clock.stage(context, name, work)

  const { strict } = config.audit
  const design = await prepareExperiment(context, { asOf: request.asOf, older: null, strict })
  refuseFailedChecks(context.checks)
  const { asOf, extracted, planned, examples, userIds, split, features, audit } = design

  const data = { examples, parts: split.parts }
  const learned = await learn(context, { examples, userIds, split, features, stageName: (name) => name })
  const { models, evaluation, shipped, leaderboard } = learned
  await writeAudit(
    context,
    audit,
    await stage('random split', () => randomSplitOf(context, models, { ...data, userIds })),
  )
  const importance = await stage('importance', () => importanceOf(context, models, data))
  const others = await learnOthers(context, design)

  const [scored, ...scoredOthers] = (await scorePopulation(context, extracted, {
    asOf,
    planned,
    userIds,
    scorings: [
      { context, stageName: 'score', shipped, features, verdict: evaluation.verdict },
      ...others.map((other) => ({
        ...other,
        stageName: `score (${predictionName(other.context.config.churn)})`,
        verdict: other.evaluation.verdict,
      })),
    ],
    ...(request.usersPerPart === undefined ? {} : { usersPerPart: request.usersPerPart }),
  })) as [ScoredUsers, ...ScoredUsers[]]
  const test = {
    y: gather(examples.labels, split.parts.test, new Uint8Array(split.parts.test.length)),
    p: gather(evaluation.winner.calibration.probabilities, split.parts.test, new Float64Array(split.parts.test.length)),
  }
  const { calibrationCheck: rule } = context.config.evaluate
  context.checks.push(calibrationCheck('calibration', evaluation, rule))
  for (const other of others)
    context.checks.push(
      calibrationCheck(`calibration.${predictionName(other.context.config.churn)}`, other.evaluation, rule),
    )
  await stage('write results', async () => {
    await writeEvaluation(context, {
      evaluation,
      leaderboard,
      scores: scoreHistogram(scored.probability ?? scored.raw, test),
    })
    await writeImportance(context, importance)
    await writePredictions(context, { models, ...data, users: extracted.relations.users })
    await writeModel(context, shipped)
    await writeRules(context, models)
    await run.writeJson(runFiles.checks, context.checks)
    if (others.length > 0)
      await run.writeJson(runFiles.targetList, [
        targetSummary(context, '', { ...learned, examples, split, scored, importance }),
        ...scoredOthers.map((own, i) => {
          const { context: there, ...other } = others[i]!
          const folder = join(runFiles.targets, predictionName(there.config.churn))
          return targetSummary(there, folder, { ...other, scored: own })
        }),
      ])
  })
  const prepared = await stage('write scores', () =>
    prepareScores(context, {
      scored,
      facts: scoreFacts(context, asOf, shipped),
      others: scoredOthers.map((own, i) => {
        const other = others[i]!
        return { scored: own, facts: scoreFacts(other.context, asOf, other.shipped) }
      }),
      users: extracted.relations.users,
      ...request,
    }),
  )
  try {
    const summary: ScoringSummary = await scoringSummary(context, {
      scored,
      name: request.name,
      verdict: evaluation.verdict,
    })
    await run.writeJson(runFiles.scoring, summary)
    await run.writeJson(
      runFiles.stages,
      clock.stages.map(({ kept, ...time }) => ({
        ...time,
        cache: kept === undefined ? 'none' : 'kept',
        kept: kept ?? null,
      })),
    )
    await run.writeJson(runFiles.timings, { stages: clock.stages, models: clock.models })
    await run.update({ winner: evaluation.choice.winner })
    await stage('report', () => context.pool.run('report', { runDir: run.dir }, context))
    await run.flush()
    // Last of all, and not to be stopped half-way: whatever fails or stops a run before, nothing of it is published.
    const unstoppable = { ...context, signal: new AbortController().signal }
    const published = await clock.stage(unstoppable, 'publish', () => prepared.commit())
    return { winner: evaluation.choice.winner, scoresFolder: published.folder }
  } finally {
    await prepared.discard()
  }
}

function scoreFacts({ config, loaded }: StageContext, asOf: Day, { model }: ShippedModel): ScoreFacts {
  const { target, horizonDays } = config.churn
  return { asOf, target, horizonDays, modelName: model, modelVersion: 0, configHash: loaded.hash.short }
}

function calibrationCheck(
  name: string,
  { verdict }: Pick<Evaluation, 'verdict'>,
  rule: CalibrationCheck['rule'],
): CheckResult {
  return {
    name,
    passed: verdict.passed,
    severity: 'warn',
    observed: `mean(p)/base ${verdict.meanOverBase.toFixed(3)}, ECE ${verdict.ece.toFixed(4)}`,
    expected: `mean(p)/base 0.9 to 1.1, ECE at most 0.05, on test${rule === 'bounds' ? '' : '; more where chance explains it (test at 1 %)'}`,
    message: `${verdict.message}${verdict.passed ? '' : '; probability is null in the scores, only score_raw is published'}`,
  }
}
