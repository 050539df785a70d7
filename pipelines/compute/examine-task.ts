import type { ReferenceFile } from '../../core/artifacts.ts'
import type { TagReport } from '../../core/audit-artifacts.ts'
import { type Column, type Dataset, type Labels, gather, missingCode, selectRows } from '../../core/dataset.ts'
import type { Surroundings } from '../../core/stage.ts'
import { type FeatureAuc, oneFeatureAucs } from '../../evaluation/one-feature-auc.ts'
import { measureTags } from '../../evaluation/measure-tags.ts'
import { referenceOf } from '../../evaluation/reference.ts'

export interface ExamineInput {
  readonly dataset: Dataset
  readonly labels: Labels
  /** Rows of train: what the reference histograms and the one-feature AUCs are taken from. */
  readonly trainRows: Uint32Array
  /** Rows of test: what drift is told against train. */
  readonly testRows: Uint32Array
}

export interface ExamineOutput {
  readonly reference: ReferenceFile
  readonly aucs: readonly FeatureAuc[]
  readonly tags: TagReport
  /** By feature: share of all rows with a value, and whether train holds more than one value. */
  readonly features: readonly { readonly name: string; readonly coverage: number; readonly isConstant: boolean }[]
}

/** What the columns look like before any model sees them. */
export async function examineTask(input: ExamineInput, context: Surroundings): Promise<ExamineOutput> {
  const train = selectRows(input.dataset, input.trainRows)
  const y = gather(input.labels, input.trainRows, new Uint8Array(input.trainRows.length))
  context.emit({ name: 'examine', message: 'one-feature AUC', rows: train.rowCount })
  const aucs = oneFeatureAucs(train, y)
  const reference = referenceOf(train)
  const features = input.dataset.names.map((name, j) => {
    const inTrain = train.columns[j]!
    const seen = inTrain.kind === 'number' ? inTrain.values : inTrain.codes
    const isConstant = seen.every((value) => Object.is(value, seen[0]))
    return { name, coverage: coverage(input.dataset.columns[j]!), isConstant }
  })
  const { dataset, testRows } = input
  const covered = features.map((feature) => feature.coverage)
  const tags = measureTags({ dataset, train, testRows, reference, aucs, coverage: covered })
  return { reference, aucs, features, tags }
}

/** Share of the rows with a value; 0 without rows. */
function coverage(column: Column): number {
  const present = column.kind === 'number' ? presentNumbers(column.values) : presentCodes(column.codes)
  return present === 0 ? 0 : present / (column.kind === 'number' ? column.values : column.codes).length
}

// One loop per type, by position: every other way over a column of shared memory takes ten times as long.
function presentNumbers(values: Float32Array): number {
  let present = 0
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) present++
  return present
}

function presentCodes(codes: Uint16Array): number {
  let present = 0
  for (let i = 0; i < codes.length; i++) if (codes[i] !== missingCode) present++
  return present
}
