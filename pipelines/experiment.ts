import type { ScoringSummary } from '../core/artifacts.ts'
import { type Day, daysBetween } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { canonicalJson } from '../core/json.ts'
import type { Extracted } from '../data/extracted.ts'
import { scoreHistogram } from '../evaluation/curves.ts'
import { gather } from '../core/dataset.ts'
import { resolveCutoffs } from '../features/cutoffs.ts'
import { runFiles } from '../store/layout.ts'
import type { Lock } from '../store/lock.ts'
import { refuseFailedChecks } from './checks.ts'
import type { StageContext } from './context.ts'
import { auditChecks, auditStage, writeAudit } from './stages/audit.ts'
import { calibrateModels } from './stages/calibrate.ts'
import { evaluateModelsOnParts } from './stages/evaluate.ts'
import { cutoffTimes } from './stages/cutoff-times.ts'
import { examplesToScore, labelledExamples } from './stages/examples.ts'
import { extractStage } from './stages/extract.ts'
import { fitModels } from './stages/fit.ts'
import { importanceOf } from './stages/importance.ts'
import { leaderboardOf } from './stages/leaderboard.ts'
import { planModels } from './stages/models.ts'
import { catalogOf, chooseFeatures, planFeatures } from './stages/plan-features.ts'
import { describePopulation } from './stages/population.ts'
import { prepareScores } from './stages/publish.ts'
import { randomSplitOf } from './stages/random-split.ts'
import { readUserIds } from './stages/read-user-ids.ts'
import { refitWinner } from './stages/refit.ts'
import { scoreStage } from './stages/score.ts'
import { scoringSummary } from './stages/scoring-summary.ts'
import { splitStage } from './stages/split.ts'
import { writeDesign, writeEvaluation, writeImportance, writeModel, writePredictions } from './stages/write-results.ts'

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

  const extracted = await stage('extract', () => extractStage(context, request.asOf))
  const asOf = request.asOf ?? extracted.dataEnd
  await run.update({ asOf, key: runKey(context, extracted, asOf) })
  requireAsOf(asOf, extracted)
  const planned = await planFeatures(context, extracted)
  const times = cutoffTimes(config, extracted, planned.delaysDays)
  const { cutoffs, dropped } = resolveCutoffs(structuredClone(config.cutoffs) as never, times)

  const labelled = await stage('label and features', () => labelledExamples(context, extracted, { cutoffs, planned }))
  const { examples } = labelled
  const userIds = await readUserIds(context, extracted)
  const split = splitStage(context, examples, { userIds, delayDays: times.maxDelayDays })
  const examined = await stage('examine', () =>
    context.pool.run(
      'examine',
      {
        dataset: examples.dataset,
        labels: examples.labels,
        trainRows: split.parts.train,
        testRows: split.parts.test,
      },
      context,
    ),
  )
  const features = chooseFeatures(context, planned, examined)
  const population = describePopulation(context, { labelled, split: split.plan, dropped, extracted, asOf })
  await writeDesign(context, {
    population,
    split: split.report,
    catalog: catalogOf(planned, features, examined),
    reference: examined.reference,
    tags: examined.tags,
  })
  const audit = await stage('audit', () =>
    auditStage(context, {
      ...{ extracted, planned, labelled, split, examined, times, userIds },
      older: null,
      strict: config.audit.strict,
    }),
  )
  await writeAudit(context, audit)
  context.checks.push(...auditChecks(audit))
  await run.writeJson(runFiles.checks, context.checks)
  refuseFailedChecks(context.checks)

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

/** experiment / as-of / 12 hex of the config's hash and the fingerprints of the inputs: the same key, the same result. */
function runKey({ config, loaded }: StageContext, { inputs }: Pick<Extracted, 'inputs'>, asOf: Day): string {
  const fingerprint = sha256(canonicalJson([loaded.hash.full, inputs.map(({ source, sha256 }) => [source, sha256])]))
  return `${config.experiment}/${asOf}/${fingerprint.slice(0, 12)}`
}

function requireAsOf(asOf: Day, extracted: { dataEnd: Day; lastEventDay: Day }): void {
  if (daysBetween(asOf, extracted.dataEnd) >= 0) return
  throw new EbbError({
    code: 'AS_OF_IN_FUTURE',
    kind: 'data',
    where: '--as-of',
    what: 'lies after the end of the data',
    expected: `at most ${extracted.dataEnd} (the day after the last event, ${extracted.lastEventDay})`,
    received: asOf,
    hint: 'wait for the data, or score as of an earlier day',
  })
}
