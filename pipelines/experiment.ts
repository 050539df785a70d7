import type { ScoringSummary } from '../core/artifacts.ts'
import { type Day } from '../core/day.ts'
import { scoreHistogram } from '../evaluation/curves.ts'
import { gather } from '../core/dataset.ts'
import { runFiles } from '../store/layout.ts'
import type { Lock } from '../store/lock.ts'
import { refuseFailedChecks } from './checks.ts'
import type { StageContext } from './context.ts'
import { writeAudit } from './stages/audit.ts'
import { calibrateModels } from './stages/calibrate.ts'
import { evaluateModelsOnParts } from './stages/evaluate.ts'
import { examplesToScore } from './stages/examples.ts'
import { fitModels } from './stages/fit.ts'
import { importanceOf } from './stages/importance.ts'
import { leaderboardOf } from './stages/leaderboard.ts'
import { planModels } from './stages/models.ts'
import { prepareScores } from './stages/publish.ts'
import { randomSplitOf } from './stages/random-split.ts'
import { refitWinner } from './stages/refit.ts'
import { scoreStage } from './stages/score.ts'
import { scoringSummary } from './stages/scoring-summary.ts'
import { writeEvaluation, writeImportance, writeModel, writePredictions } from './stages/write-results.ts'
import { prepareExperiment } from './prepare.ts'

export interface ExperimentRequest {
  readonly asOf: Day | null
  /** Under which scores are published. */
  readonly name: string
  readonly lock: Lock
  /** Absolute folders. */
  readonly roots: { readonly scores: string; readonly excluded: string }
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
  const { asOf, extracted, planned, cutoffs, examples, userIds, split, features, audit } = design

  const data = { examples, parts: split.parts }
  const fitted = await stage('fit', () => fitModels(context, planModels(config, features), data))
  const models = await stage('calibrate', () => calibrateModels(context, fitted, data))
  const evaluation = await stage('evaluate', () => evaluateModelsOnParts(context, models, data))
  await writeAudit(
    context,
    audit,
    await stage('random split', () => randomSplitOf(context, models, { ...data, userIds })),
  )
  const importance = await stage('importance', () => importanceOf(context, models, data))
  const shipped = await stage('refit', () => refitWinner(context, evaluation.winner, { examples, userIds }))
  const leaderboard = leaderboardOf(models, evaluation, {
    chooseBy: config.choose.metric,
    shipped: {
      model: shipped.model,
      cutoffs: [...cutoffs],
      rows: examples.dataset.rowCount,
      calibrator: shipped.calibration.chosen,
      fixed: { ...shipped.fixed },
    },
  })

  const toScore = await stage('features to score', () => examplesToScore(context, extracted, { asOf, planned }))
  const scored = await stage('score', () =>
    scoreStage(context, shipped, { asOf, examples: toScore.examples, userIds, features, verdict: evaluation.verdict }),
  )
  const test = {
    y: gather(examples.labels, split.parts.test, new Uint8Array(split.parts.test.length)),
    p: gather(evaluation.winner.calibration.probabilities, split.parts.test, new Float64Array(split.parts.test.length)),
  }
  context.checks.push({
    name: 'calibration',
    passed: evaluation.verdict.passed,
    severity: 'warn',
    observed: `mean(p)/base ${evaluation.verdict.meanOverBase.toFixed(3)}, ECE ${evaluation.verdict.ece.toFixed(4)}`,
    expected: 'mean(p)/base 0.9 to 1.1, ECE at most 0.05, on test',
    message: `${evaluation.verdict.message}${evaluation.verdict.passed ? '' : '; probability is null in the scores, only score_raw is published'}`,
  })
  await stage('write results', async () => {
    await writeEvaluation(context, {
      evaluation,
      leaderboard,
      scores: scoreHistogram(scored.probability ?? scored.output.raw, test),
    })
    await writeImportance(context, importance)
    await writePredictions(context, { models, ...data, users: extracted.relations.users })
    await writeModel(context, shipped)
    await run.writeJson(runFiles.checks, context.checks)
  })
  const prepared = await stage('write scores', () =>
    prepareScores(context, {
      scored,
      features: [...planned.features, ...planned.supporting],
      facts: {
        asOf,
        target: config.churn.target,
        horizonDays: config.churn.horizonDays,
        modelName: shipped.model,
        modelVersion: 0,
        configHash: context.loaded.hash.short,
      },
      users: extracted.relations.users,
      excluded: toScore.excluded,
      ...request,
    }),
  )
  try {
    const summary: ScoringSummary = await scoringSummary(context, {
      scored,
      planned,
      excluded: toScore.excluded,
      name: request.name,
      verdict: evaluation.verdict,
    })
    await run.writeJson(runFiles.scoring, summary)
    await run.writeJson(
      runFiles.stages,
      clock.stages.map((time) => ({ ...time, cache: 'none' })),
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
