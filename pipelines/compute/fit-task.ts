import { type Dataset, type Labels, gather, selectRows, sharedFloat64, sharedUint8 } from '../../core/dataset.ts'
import type { Surroundings } from '../../core/stage.ts'
import type { ModelDescription } from '../../models/estimator.ts'
import { type BundleRecipe, ModelBundle } from './bundle.ts'

export interface FitInput {
  /** Name in the config, for progress. */
  readonly model: string
  readonly recipe: BundleRecipe
  readonly dataset: Dataset
  readonly labels: Labels
  /** Rows to train on. */
  readonly rows: Uint32Array
  /** Rows to score afterwards; may be none. */
  readonly scoreRows: Uint32Array
}

export interface FitOutput {
  readonly bundle: Uint8Array
  /** By row of the dataset; NaN where it was not asked for. */
  readonly scores: Float64Array
  readonly description: ModelDescription
  readonly fitMs: number
  readonly predictMs: number
}

/** Trains one model on `rows` and scores `scoreRows` with it. */
export async function fitTask(input: FitInput, context: Surroundings): Promise<FitOutput> {
  const { dataset, labels, rows, recipe, model } = input
  const start = performance.now()
  const train = selectRows(dataset, rows)
  const y = gather(labels, rows, sharedUint8(rows.length))
  const emit: Surroundings['emit'] = (event) => context.emit({ ...event, name: `fit/${model}` })
  const bundle = await ModelBundle.fit(recipe, {
    train,
    y,
    random: context.random,
    resources: context.resources,
    signal: context.signal,
    emit,
  })
  const fitted = performance.now()
  context.signal.throwIfAborted()
  const scores = sharedFloat64(dataset.rowCount).fill(Number.NaN)
  const options = { signal: context.signal, threads: context.resources.threads }
  const predicted = await bundle.predict(selectRows(dataset, input.scoreRows), options)
  for (const [i, row] of input.scoreRows.entries()) scores[row] = predicted[i]!
  return {
    bundle: bundle.pack(),
    scores,
    description: bundle.describe(),
    fitMs: fitted - start,
    predictMs: performance.now() - fitted,
  }
}
