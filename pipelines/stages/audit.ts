import type { CheckResult } from '../../core/artifacts.ts'
import type { AuditCheck, AuditReport, LateReport, RandomSplitReport } from '../../core/audit-artifacts.ts'
import { addDays, type Day, daysBetween } from '../../core/day.ts'
import { findChurnJumps } from '../../evaluation/churn-jump.ts'
import { openWindows, silentEnd } from '../../evaluation/closed-windows.ts'
import { currentValues } from '../../evaluation/current-values.ts'
import { idLikeTexts, whyIdLike } from '../../evaluation/id-like.ts'
import { type DataFindings, type Findings, judge } from '../../evaluation/leakage.ts'
import { partOverlaps } from '../../evaluation/part-overlaps.ts'
import { idsWrittenTwice } from '../../evaluation/same-person.ts'
import type { CutoffTimes } from '../../features/cutoffs.ts'
import type { Feature } from '../../features/definition.ts'
import { runFiles } from '../../store/layout.ts'
import type { ExamineOutput } from '../compute/examine-task.ts'
import type { StageContext } from '../context.ts'
import { readArrivals } from './audit/arrivals.ts'
import { readAttributeFacts } from './audit/attribute-facts.ts'
import { compareSnapshots, type OlderSnapshot } from './audit/snapshot.ts'
import { truncationTest } from './audit/truncation.ts'
import type { Examples } from './examples-type.ts'
import type { AllLabelled } from './examples.ts'
import type { ExtractedStage } from './extract.ts'
import type { PlannedFeatures } from './plan-features.ts'
import type { SplitStage } from './split.ts'

export interface AuditInput {
  readonly extracted: ExtractedStage
  readonly planned: PlannedFeatures
  readonly labelled: Pick<AllLabelled, 'examples' | 'population' | 'compiler'>
  readonly split: SplitStage
  readonly examined: ExamineOutput
  readonly times: CutoffTimes
  readonly userIds: readonly string[]
  /** An older copy of the data in the session; null: none was given. */
  readonly older: OlderSnapshot | null
  /** Another prediction of the run tells of the data; this one only of its own labels and split. */
  readonly isFurther: boolean
  /** Warnings stop the run too. */
  readonly strict: boolean
}

/** Looks for every way in which the features or labels of this prediction could know more than they may. */
export async function auditStage(context: StageContext, input: AuditInput): Promise<AuditReport> {
  const findings = await look(context, input)
  const checks = judge(findings, context.config.audit.allow)
  const bad: readonly AuditCheck['status'][] = input.strict ? ['failed', 'warned'] : ['failed']
  return {
    passed: !checks.some(({ status }) => bad.includes(status)),
    strict: input.strict,
    checks,
    truncation: findings.truncation,
    strongest: [...input.examined.aucs]
      .sort((a, b) => b.auc - a.auc)
      .slice(0, 10)
      .map(({ feature, auc, low, high }) => ({ feature, value: auc, low, high })),
    late: findings.data?.late ?? { arrivals: null, snapshot: null },
    randomSplit: null,
  }
}

/** audit.json, with what is known only once models are fitted. */
export async function writeAudit(
  { run }: Pick<StageContext, 'run'>,
  report: AuditReport,
  randomSplit: RandomSplitReport | null = null,
): Promise<AuditReport> {
  const whole = { ...report, randomSplit }
  await run.writeJson(runFiles.audit, whole)
  return whole
}

/** The lines of an audit for checks.json; `of` names the prediction where it is not the first. */
export function auditChecks({ checks, strict }: AuditReport, of: string | null): CheckResult[] {
  return checks.map(({ name, status, observed, expected, message }) => ({
    name: of === null ? name : `${name}.${of}`,
    passed: status === 'passed' || status === 'not_checked',
    severity: status === 'failed' || (strict && status === 'warned') ? 'error' : status === 'warned' ? 'warn' : 'info',
    observed,
    expected,
    message,
  }))
}

async function look(context: StageContext, input: AuditInput): Promise<Findings> {
  const { extracted, planned, labelled, split, examined, times } = input
  const { examples, population } = labelled
  const { dataset, labels, cutoffs } = examples
  const windows = { ...times, cutoffs, delayDays: times.maxDelayDays }
  const fixed = fixedAttributes(extracted, planned.features)
  const rates = population.map(({ cutoff, churnRate, eligible }) => ({ cutoff, churnRate, rows: eligible }))
  return {
    truncation: await truncationTest(context, { extracted, planned, examples, compiler: labelled.compiler }),
    openWindows: openWindows(windows),
    silentDays: silentEnd(windows, extracted.quality.eventsByDay),
    overlaps: partOverlaps({
      mode: split.plan.mode,
      reachDays: split.plan.reachDays,
      rows: split.parts,
      cutoffs: dataset.cutoffs,
      users: dataset.users,
    }),
    reachDays: split.plan.reachDays,
    aucs: examined.aucs,
    hasFixed: fixed.length > 0,
    currentValues: currentValues({
      dataset,
      labels,
      attributes: fixed,
      behaviours: behaviourNames(planned.features, { firstCutoff: cutoffs[0]!, dataStart: extracted.firstEventDay }),
    }),
    jumps: findChurnJumps(rates),
    cutoffs: cutoffs.length,
    data: input.isFurther ? null : await lookAtData(context, input),
  }
}

async function lookAtData(context: StageContext, input: AuditInput): Promise<DataFindings> {
  const { extracted, planned, labelled, times, userIds } = input
  const { engine, signal } = context
  const { relations } = extracted
  const { dataset, cutoffs } = labelled.examples
  const facts = await readAttributeFacts(engine, relations, { features: planned.features, signal })
  return {
    idLike: idLikeFeatures(labelled.examples, facts),
    hasIdCandidates: facts.length > 0 || dataset.columns.some(({ kind }) => kind === 'category'),
    writtenTwice: writtenTwice(userIds),
    late: {
      arrivals: await readArrivals(context, relations, cutoffs),
      snapshot: await snapshotOf(context, input),
    },
    slackDays: daysBetween(addDays(cutoffs.at(-1)!, times.gapDays + times.horizonDays), times.dataEnd),
  }
}

async function snapshotOf(
  { engine, signal }: StageContext,
  { older, extracted }: AuditInput,
): Promise<LateReport['snapshot']> {
  if (older === null) return null
  const tables = await compareSnapshots(engine, older, { relations: extracted.relations, signal })
  return { against: older.against, end: older.end, tables }
}

function idLikeFeatures(
  { dataset }: Examples,
  facts: Awaited<ReturnType<typeof readAttributeFacts>>,
): DataFindings['idLike'] {
  const attributes = facts.flatMap((one) => {
    const why = whyIdLike(one)
    return why === null ? [] : [{ feature: one.feature, why }]
  })
  const known = new Set(facts.map(({ feature }) => feature))
  return [...attributes, ...idLikeTexts(dataset).filter(({ feature }) => !known.has(feature))]
}

/** Features that read an attribute of a static table. */
function fixedAttributes({ relations }: ExtractedStage, features: readonly Feature[]): string[] {
  const fixed = new Set(relations.attributes.filter(({ isHistory }) => !isHistory).map(({ name }) => name))
  return features.flatMap((feature) => (feature.kind === 'asOf' && fixed.has(feature.table) ? [feature.name] : []))
}

/** Numbers measured over a stretch of days that the log holds whole at every cutoff. */
function behaviourNames(
  features: readonly Feature[],
  { firstCutoff, dataStart }: { readonly firstCutoff: Day; readonly dataStart: Day },
): string[] {
  const longest = daysBetween(dataStart, firstCutoff)
  return features.flatMap((feature) =>
    feature.kind === 'measure' &&
    feature.unit !== 'category' &&
    feature.lookbackDays !== 'lifetime' &&
    feature.offsetDays === 0 &&
    feature.lookbackDays <= longest
      ? [feature.name]
      : [],
  )
}

function writtenTwice(userIds: readonly string[]): DataFindings['writtenTwice'] {
  const { groups } = idsWrittenTwice(userIds)
  const words = groups.slice(0, 3).map((group) => group.map((user) => JSON.stringify(userIds[user]!)).join(' and '))
  return { groups: groups.length, examples: words }
}
