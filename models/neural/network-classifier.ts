import * as z from 'zod'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Classifier, ModelDescription, SavedModel } from '../estimator.ts'
import { type Preparation, preparationSchema } from '../prepare/plan.ts'
import { prepareColumns } from '../prepare/prepare.ts'
import { bytesOf, floatsOf, headerOf } from '../saved.ts'
import type { Floats } from './kernel-contract.ts'
import { fastKernels } from './kernels.ts'
import { createNetwork, parameterCount, type Sizes } from './network.ts'
import { networkLogits } from './train.ts'

/** A trained network with the preprocessing it was trained behind. */
export interface NetworkModel {
  readonly preparation: Preparation
  readonly sizes: Sizes
  readonly parameters: Floats
  readonly fixed: { readonly epochs: number; readonly earlyStopping: number }
  readonly curve: NonNullable<ModelDescription['curve']>
}

const headerSchema = z.object({
  preparation: preparationSchema,
  sizes: z.array(z.int().min(0)).min(2),
  fixed: z.object({ epochs: z.int(), earlyStopping: z.int() }),
  curve: z.array(z.object({ iteration: z.int(), train: z.number().optional(), valid: z.number().optional() })),
})

export function networkClassifier(model: NetworkModel): Classifier {
  const { preparation, sizes, parameters, fixed, curve } = model
  const network = createNetwork(sizes, fastKernels)
  network.parameters.set(parameters)
  return {
    estimator: 'mlp',
    async predict(x, options) {
      const columns = prepareColumns(preparation, x, 'predict mlp', options?.signal)
      return networkLogits(network, columns, x.rowCount, options?.signal).map(sigmoid)
    },
    save: () => ({
      header: { estimator: 'mlp', preparation, sizes, fixed, curve: curve.map((point) => ({ ...point })) },
      buffers: new Map([['parameters', bytesOf(parameters)]]),
    }),
    describe: () => ({ fixed, curve }),
    explain: () => null,
  }
}

export function loadNetwork(saved: SavedModel): Classifier {
  const header = headerOf(saved, headerSchema, 'mlp')
  return networkClassifier({ ...header, parameters: floatsOf(saved, 'parameters', parameterCount(header.sizes)) })
}
