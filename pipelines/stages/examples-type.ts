import type { Dataset, Labels } from '../../core/dataset.ts'
import type { Day } from '../../core/day.ts'
import type { Part } from '../../evaluation/split.ts'
import type { Feature, FittedFeature } from '../../features/definition.ts'

/** What made spine, labels and features. */
export type Compiler = 'sweep' | 'sql'

/** A text column that no model sees; `codes[i]` indexes `levels`. */
export interface ContextCodes {
  readonly codes: Uint16Array
  readonly levels: readonly string[]
}

/** Rows of one table of examples, labelled or to be scored, in memory. */
export interface ExampleRows {
  /** Features of the models, and the inputs of fitted ones. */
  readonly dataset: Dataset
  readonly lifecycle: ContextCodes
  readonly channel: ContextCodes
  /** Visible spend over the last H days, in the source's unit; NaN without amounts. */
  readonly recentValue: Float32Array
}

/** The labelled examples of all closed cutoffs. */
export interface Examples extends ExampleRows {
  readonly labels: Labels
  /** Closed cutoffs, ascending. */
  readonly cutoffs: readonly Day[]
}

/** What the models may read, as definitions. */
export interface FeatureSet {
  /** Columns of the dataset, in order. */
  readonly measured: readonly Feature[]
  /** Fitted on the training rows of each model. */
  readonly fitted: readonly FittedFeature[]
  /** Names that models read: measured and fitted ones that are in use, in the order of the catalogue. */
  readonly inUse: readonly string[]
  /** The feature that baselines read: days since the last qualifying event. */
  readonly recency: string
  /** sha256 of the definition of everything that models may be offered, by name. */
  readonly definitions: Readonly<Record<string, string>>
}

/** Row numbers of the dataset, ascending. */
export type PartRows = Readonly<Record<Part, Uint32Array>>
