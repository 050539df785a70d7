import type { CheckResult } from '../core/artifacts.ts'
import type { AuditReport } from '../core/audit-artifacts.ts'
import { type Day, daysBetween } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { canonicalJson } from '../core/json.ts'
import type { Extracted } from '../data/extracted.ts'
import { type ChurnConfig, predictionsOf } from '../features/churn.ts'
import { type CutoffTimes, type ResolvedCutoffs, resolveCutoffs } from '../features/cutoffs.ts'
import { runFiles } from '../store/layout.ts'
import type { StageContext } from './context.ts'
import { designPrediction, type PredictionDesign, type SharedDesign } from './design-prediction.ts'
import type { OlderSnapshot } from './stages/audit/snapshot.ts'
import { cutoffTimes, shortestTimes } from './stages/cutoff-times.ts'
import type { Examples, FeatureSet } from './stages/examples-type.ts'
import { droppedCutoffs } from './stages/dropped-cutoffs.ts'
import { type Labelled, labelledExamples, type TakeLabelled } from './stages/examples.ts'
import { type ExtractedStage, extractStage } from './stages/extract.ts'
import { checkLookbackHistory } from './stages/lookback-history.ts'
import { type PlannedFeatures, planFeatures } from './stages/plan-features.ts'
import { readUserIds } from './stages/read-user-ids.ts'
import { predictionContext, predictionName } from './stages/prediction-context.ts'
import type { SplitStage } from './stages/split.ts'

export interface PrepareRequest {
  /** `--as-of`; null: the end of the data. */
  readonly asOf: Day | null
  /** An older copy of the data in the session; null: none was given. */
  readonly older: OlderSnapshot | null
  /** What the audit warns of fails. */
  readonly strict: boolean
}

/** All that models are fitted on. */
export interface Prepared {
  readonly asOf: Day
  readonly extracted: ExtractedStage
  readonly planned: PlannedFeatures
  readonly cutoffs: readonly Day[]
  readonly examples: Examples
  readonly userIds: readonly string[]
  readonly split: SplitStage
  readonly features: FeatureSet
  readonly audit: AuditReport
  /** Other targets and horizons of the config, on the same features. */
  readonly others: readonly OtherPrepared[]
}

/** One more target or horizon: its rows are copied when they are taken. */
export interface OtherPrepared extends PredictionDesign {
  readonly churn: ChurnConfig
  readonly take: TakeLabelled
}

/**
 * The first half of an experiment: extract, label, features, split, and the audit of all of it. What the audit found is
 * in checks.json; whether it stops the job is the caller's to say (`refuseFailedChecks`).
 */
export async function prepareExperiment(context: StageContext, request: PrepareRequest): Promise<Prepared> {
  const { clock, run } = context
  const stage = <T>(name: string, work: () => Promise<T>): Promise<T> => clock.stage(context, name, work)
  const extracted = await stage('extract', () => extractStage(context, request.asOf))
  const asOf = request.asOf ?? extracted.dataEnd
  await run.update({ asOf, key: runKey(context, extracted, asOf) })
  requireAsOf(asOf, extracted)
  const planned = await planFeatures(context, extracted)
  context.checks.push(...slowFeatureChecks(planned))
  const schedule = cutoffsOfAll(context, extracted, planned)
  const { cutoffs: allCutoffs, churns, timesOf } = schedule
  const labelled = await stage('label and features', () =>
    labelledExamples(context, extracted, { cutoffs: allCutoffs, planned }),
  )
  const { examples, compiler } = labelled
  const userIds = await readUserIds(context, extracted)
  const { older, strict } = request
  const shared: SharedDesign = { asOf, extracted, planned, userIds, compiler, older, strict }
  const designOf = async (one: Labelled, i: number): Promise<PredictionDesign> => {
    const own = i === 0 ? context : predictionContext(context, churns[i]!)
    const name = i === 0 ? null : predictionName(churns[i]!)
    const times = timesOf[i]!
    const dropped = await droppedCutoffs(context, shared, droppedFor(schedule, one.examples.cutoffs, times))
    return designPrediction(own, shared, { name, labelled: one, times, dropped })
  }
  const { split, features, audit } = await designOf(labelled, 0)
  context.checks.push(
    checkLookbackHistory({
      features: planned.features,
      trainCutoffs: split.plan.parts.train,
      firstEventDay: extracted.firstEventDay,
      delayDays: Math.max(...planned.delaysDays),
    }),
  )
  const others: OtherPrepared[] = []
  // One after the other, so that no more than two copies of the rows are there at a time.
  for (const [at, take] of labelled.others.entries())
    others.push({ churn: churns[at + 1]!, take, ...(await designOf(take(), at + 1)) })
  await run.writeJson(runFiles.checks, context.checks)
  return { asOf, extracted, planned, cutoffs: examples.cutoffs, examples, userIds, split, features, audit, others }
}

interface Schedule extends ResolvedCutoffs {
  /** One section per target and horizon, and its times. */
  readonly churns: readonly ChurnConfig[]
  readonly timesOf: readonly CutoffTimes[]
}

/** The cutoffs at which at least one prediction is closed. Every prediction must be closed somewhere. */
function cutoffsOfAll(
  { config }: StageContext,
  extracted: ExtractedStage,
  { delaysDays }: Pick<PlannedFeatures, 'delaysDays'>,
): Schedule {
  const churns = predictionsOf(structuredClone(config.churn) as ChurnConfig)
  const timesOf = churns.map((churn) => cutoffTimes({ ...config, churn }, extracted, delaysDays))
  const resolve = (times: CutoffTimes): ResolvedCutoffs =>
    resolveCutoffs(structuredClone(config.cutoffs) as never, times)
  for (const times of timesOf) resolve(times)
  return { ...resolve(shortestTimes(timesOf)), churns, timesOf }
}

/** What is dropped for every prediction, and what is not closed for this one. */
function droppedFor(schedule: Schedule, cutoffs: readonly Day[], times: CutoffTimes): ResolvedCutoffs['dropped'] {
  const open = schedule.cutoffs.filter((cutoff) => !cutoffs.includes(cutoff))
  const reason = `prediction window not closed by ${times.dataEnd}`
  return [...schedule.dropped, ...open.map((cutoff) => ({ cutoff, reason }))]
}

/** experiment / as-of / 12 hex of the config's hash and the fingerprints of the inputs: the same key, the same result. */
function runKey({ config, loaded, given }: StageContext, { inputs }: Pick<Extracted, 'inputs'>, asOf: Day): string {
  const models = [...given].map(([name, { sha256 }]) => [`models.${name}`, sha256])
  const files = [...inputs.map(({ source, sha256 }) => [source, sha256]), ...models]
  const fingerprint = sha256(canonicalJson([loaded.hash.full, files]))
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

/** Expressions of the user are computed by a slower path: said in the report and in checks.json. */
function slowFeatureChecks({ features, supporting }: Pick<PlannedFeatures, 'features' | 'supporting'>): CheckResult[] {
  const slow = [...features, ...supporting].filter(({ kind }) => kind === 'rowSql').map(({ name }) => name)
  if (slow.length === 0) return []
  const message = 'SQL expressions over rows (rowSql): events are laid beside every cutoff, which is slower'
  const observed = slow.join(', ')
  return [{ name: 'features.slow_path', passed: true, severity: 'info', observed, expected: '', message }]
}
