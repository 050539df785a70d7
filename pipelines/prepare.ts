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
import type { OlderSnapshot } from './stages/audit/snapshot.ts'
import { auditChecks, auditStage, writeAudit } from './stages/audit.ts'
import { cutoffTimes, shortestTimes } from './stages/cutoff-times.ts'
import type { Examples, FeatureSet } from './stages/examples-type.ts'
import { labelledExamples, type TakeLabelled } from './stages/examples.ts'
import { type ExtractedStage, extractStage } from './stages/extract.ts'
import { checkLookbackHistory } from './stages/lookback-history.ts'
import { catalogOf, chooseFeatures, type PlannedFeatures, planFeatures } from './stages/plan-features.ts'
import { describePopulation } from './stages/population.ts'
import { readUserIds } from './stages/read-user-ids.ts'
import { type SplitStage, splitStage } from './stages/split.ts'
import { writeDesign } from './stages/write-results.ts'

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
  readonly others: readonly OtherExamples[]
}

/** One more target or horizon: its rows are copied when they are taken. */
export interface OtherExamples {
  readonly churn: ChurnConfig
  readonly times: CutoffTimes
  readonly dropped: readonly { readonly cutoff: Day; readonly reason: string }[]
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
  const [times] = timesOf as [CutoffTimes, ...CutoffTimes[]]
  const labelled = await stage('label and features', () =>
    labelledExamples(context, extracted, { cutoffs: allCutoffs, planned }),
  )
  const { examples } = labelled
  const { cutoffs } = examples
  const dropped = droppedFor(schedule, cutoffs, times)
  const userIds = await readUserIds(context, extracted)
  const split = splitStage(context, examples, { userIds, delayDays: times.maxDelayDays })
  const { dataset, labels } = examples
  const { train: trainRows, test: testRows } = split.parts
  const examined = await stage('examine', () =>
    context.pool.run('examine', { dataset, labels, trainRows, testRows }, context),
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
  context.checks.push(
    checkLookbackHistory({
      features: planned.features,
      trainCutoffs: split.plan.parts.train,
      firstEventDay: extracted.firstEventDay,
      delayDays: Math.max(...planned.delaysDays),
    }),
  )
  const { older, strict } = request
  const audit = await stage('audit', () =>
    auditStage(context, { extracted, planned, labelled, split, examined, times, userIds, older, strict }),
  )
  await writeAudit(context, audit)
  context.checks.push(...auditChecks(audit))
  await run.writeJson(runFiles.checks, context.checks)
  const others = labelled.others.map((take, i) => ({
    churn: churns[i + 1]!,
    times: timesOf[i + 1]!,
    dropped: schedule.dropped,
    take,
  }))
  return { asOf, extracted, planned, cutoffs, examples, userIds, split, features, audit, others }
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
