import type { AuditReport } from '../core/audit-artifacts.ts'
import type { Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { makeFolder } from '../core/make-folder.ts'
import type { CutoffTimes } from '../features/cutoffs.ts'
import { runFiles } from '../store/layout.ts'
import type { StageContext } from './context.ts'
import type { OlderSnapshot } from './stages/audit/snapshot.ts'
import { auditChecks, auditStage, writeAudit } from './stages/audit.ts'
import type { DroppedCutoff } from './stages/dropped-cutoffs.ts'
import type { Compiler, FeatureSet } from './stages/examples-type.ts'
import type { Labelled } from './stages/examples.ts'
import type { ExtractedStage } from './stages/extract.ts'
import { catalogOf, chooseFeatures, type PlannedFeatures } from './stages/plan-features.ts'
import { describePopulation } from './stages/population.ts'
import { type SplitStage, splitStage } from './stages/split.ts'
import { writeDesign } from './stages/write-results.ts'

/** What all predictions of a run have in common. */
export interface SharedDesign {
  readonly asOf: Day
  readonly extracted: ExtractedStage
  readonly planned: PlannedFeatures
  readonly userIds: readonly string[]
  readonly compiler: Compiler
  /** An older copy of the data in the session; null: none was given. */
  readonly older: OlderSnapshot | null
  /** What the audit warns of fails. */
  readonly strict: boolean
}

export interface PredictionInput {
  /** As it is told in stages and checks; null: the first of the run. */
  readonly name: string | null
  readonly labelled: Labelled
  readonly times: CutoffTimes
  readonly dropped: readonly DroppedCutoff[]
}

/** Which rows and features a prediction is learned from, and whether they know more than they may. */
export interface PredictionDesign {
  readonly split: SplitStage
  readonly features: FeatureSet
  readonly audit: AuditReport
}

/** Split, look at the features, choose those in use, audit; all of it is written to the run of the context. */
export async function designPrediction(
  context: StageContext,
  shared: SharedDesign,
  { name, labelled, times, dropped }: PredictionInput,
): Promise<PredictionDesign> {
  const { clock, run } = context
  const { asOf, extracted, planned, userIds, compiler, older, strict } = shared
  const stageName = (stage: string): string => (name === null ? stage : `${stage} (${name})`)
  const { examples } = labelled
  const split = placed(name, () => splitStage(context, examples, { userIds, delayDays: times.maxDelayDays }))
  const { dataset, labels } = examples
  const { train: trainRows, test: testRows } = split.parts
  const examined = await clock.stage(context, stageName('examine'), () =>
    context.pool.run('examine', { dataset, labels, trainRows, testRows }, context),
  )
  const features = chooseFeatures(context, planned, examined)
  if (name !== null) {
    await makeFolder(run.path(runFiles.predictions))
    await makeFolder(run.path(runFiles.model))
  }
  await writeDesign(context, {
    population: describePopulation(context, { labelled, split: split.plan, dropped, extracted, asOf }),
    split: split.report,
    catalog: catalogOf(context, planned, { features, examined }),
    reference: examined.reference,
    tags: examined.tags,
  })
  const audit = await clock.stage(context, stageName('audit'), () =>
    auditStage(context, {
      extracted,
      planned,
      labelled: { ...labelled, compiler },
      split,
      examined,
      times,
      userIds,
      older,
      isFurther: name !== null,
      strict,
    }),
  )
  await writeAudit(context, audit)
  context.checks.push(...auditChecks(audit, name))
  return { split, features, audit }
}

/** The fault says which prediction it speaks of. */
function placed<T>(name: string | null, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (name === null || !(error instanceof EbbError)) throw error
    throw new EbbError({ ...error.details, where: `prediction ${name}, ${error.details.where}`, cause: error })
  }
}
