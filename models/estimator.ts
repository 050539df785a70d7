import type { ZodObject, ZodType } from 'zod'
import type { Dataset, Labels, Probabilities } from '../core/dataset.ts'
import type { Json } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { KernelChoice } from './kernels/kernel-pool.ts'

/** What `fit` is given. `valid`, where present, is for early stopping only: other users or later cutoffs of *train*. */
export interface Fit {
  readonly train: Dataset
  readonly y: Labels
  readonly valid?: { readonly x: Dataset; readonly y: Labels }
  /** A model of the same estimator to go on from, where the estimator can (`gbdt`: its trees count among `trees`). */
  readonly start?: SavedModel
  readonly random: Random
  readonly resources: Resources
  readonly signal: AbortSignal
  readonly emit: Emit
}

/**
 * Trains. `fit` returns a new Classifier and changes nothing it was given; the same inputs give the same bits for any
 * number of threads. Throws an EbbError: fewer than two classes (`data`), no rows (`data`), bad parameters (`config`).
 */
export interface Estimator<P = unknown> {
  readonly name: string
  /** Rank for ties, 0 = simplest; the simplest of tied models wins. */
  readonly complexity: number
  /** A strict object without transforms: every key has a range, a `describe` text and, but for what only the user can know, a default. */
  readonly parameters: ZodObject & ZodType<P>
  fit(parameters: P, data: Fit): Promise<Classifier>
}

export interface PredictOptions {
  readonly signal?: AbortSignal
  /** Threads that may work, >= 1, default 1. Results do not depend on it. */
  readonly threads?: number
  /** Default `auto`: WebAssembly where there is any. Results do not depend on it. */
  readonly kernels?: KernelChoice
  /**
   * Rows of the table that these are a part of; default: these are all. Explanations choose their way by it, so that the parts of
   * a table get the bits that they would get in one piece.
   */
  readonly rowsInAll?: number
}

/** An estimator that also brings back the models it saved; what `models/registry.ts` holds. */
export interface RegisteredEstimator<P = unknown> extends Estimator<P> {
  /** Throws an EbbError of kind `data` when the bytes are not a model of this estimator. */
  load(saved: SavedModel): Classifier
}

/** A fitted model. Existing means fitted. Columns are matched by name; a missing one is an EbbError of kind `data`. */
export interface Classifier {
  readonly estimator: string
  /** P(churn) per row, before calibration, in [0, 1], never NaN. */
  predict(x: Dataset, options?: PredictOptions): Promise<Probabilities>
  /** Trees only: the number of the leaf by row and tree, row-major rowCount x trees; leaves are numbered as they were made. */
  leaves?(x: Dataset, options?: PredictOptions): Promise<Uint32Array>
  save(): SavedModel
  /** What people may read of it. */
  describe(): ModelDescription
  /**
   * Additive contributions in log-odds: one by row and feature and one bias per model, so that bias + the row's sum =
   * logit(predict). Null when the model has none.
   */
  explain(x: Dataset, options?: PredictOptions): Explanation | null
}

/** Contributions of the rows of one dataset, made as they are asked for; `contributionsOf` holds them all. */
export interface Explanation {
  readonly bias: number
  readonly names: readonly string[]
  readonly rowCount: number
  /** All rows in their order, some at a time; none where there are no rows. Stops with kind `interrupted` on the signal. */
  blocks(): AsyncIterable<ContributionBlock>
  /** Pairs of features; absent where features do not interact or the model cannot tell. */
  interactions?(): AsyncIterable<ContributionBlock>
}

export interface ContributionBlock {
  /** First row. */
  readonly begin: number
  readonly rowCount: number
  /**
   * values[i * names.length + j] is what feature names[j] adds for row begin + i, in log-odds. Good until the next block is asked for.
   * Of interactions: values[(i * names.length + j) * names.length + k].
   */
  readonly values: Float64Array
}

export interface ModelDescription {
  /** Parameters that were fixed by fitting and that a refit must keep, e.g. { trees: 137 } or { strength: 0.01 }. */
  readonly fixed: Readonly<Record<string, Json>>
  /** Total split gain per feature (trees only), not normalised. */
  readonly gain?: readonly { readonly feature: string; readonly gain: number; readonly splits: number }[]
  /** Coefficients (linear only) on the scale that `per` states, e.g. "1 SD of log1p(days_since_purchase)". */
  readonly coefficients?: readonly {
    readonly term: string
    readonly feature: string
    readonly coefficient: number
    readonly per: string
  }[]
  /** Forests: loss of each row by the trees that did not see its user (or the row); an estimate without a test part. */
  readonly outOfBag?: { readonly rows: number; readonly logLoss: number; readonly brier: number }
  /** A single tree: each leaf as a condition (in the language of `rule`), its churn rate, its rows of train; highest first. */
  readonly rules?: readonly { readonly when: string; readonly rate: number; readonly rows: number }[]
  /** Learning curve: one entry per iteration, where there is one. */
  readonly curve?: readonly { readonly iteration: number; readonly train?: number; readonly valid?: number }[]
}

/** A model as bytes: load(save(m)) predicts the same bits. */
export interface SavedModel {
  readonly header: Json
  readonly buffers: ReadonlyMap<string, Uint8Array>
}
