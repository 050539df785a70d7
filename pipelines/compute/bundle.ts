import * as z from 'zod'
import type { Dataset, Labels, Probabilities } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import {
  type Classifier,
  type Explanation,
  type Fit,
  type ModelDescription,
  type PredictOptions,
  type SavedModel,
} from '../../models/estimator.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { estimatorNamed, loadModel } from '../../models/registry.ts'
import { headerOf } from '../../models/saved.ts'
import { type FittedTransform, type TransformSpec, fitTransform, loadTransform } from '../../models/transforms.ts'

/** A tag that is fitted on the training rows and saved with the model, e.g. an RFM quintile. */
export interface FittedTag {
  readonly name: string
  readonly spec: TransformSpec
}

export interface BundleRecipe {
  /** Registered estimator. */
  readonly kind: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Features that the model may read, fitted tags included, in this order. */
  readonly features: readonly string[]
  readonly fitted: readonly FittedTag[]
}

/** A classifier with the fitted tags that it reads: what is trained, saved, scored and shipped as one thing. */
export class ModelBundle {
  private readonly tags: readonly { readonly name: string; readonly transform: FittedTransform }[]
  private readonly features: readonly string[]
  private readonly model: Classifier

  private constructor(tags: ModelBundle['tags'], features: readonly string[], model: Classifier) {
    this.tags = tags
    this.features = features
    this.model = model
  }

  /** Fits tags, then the model, on the rows of `fit.train`. */
  static async fit(
    recipe: BundleRecipe,
    fit: Omit<Fit, 'train' | 'y' | 'valid'> & { train: Dataset; y: Labels },
  ): Promise<ModelBundle> {
    const tags = recipe.fitted.map(({ name, spec }) => ({ name, transform: fitTransform(spec, fit.train) }))
    const estimator = estimatorNamed(recipe.kind)
    const parameters = estimator.parameters.parse(recipe.parameters)
    const train = arrange(fit.train, tags, recipe.features)
    return new ModelBundle(tags, recipe.features, await estimator.fit(parameters, { ...fit, train }))
  }

  /** What a packed bundle holds, for those who write it in other formats. */
  static contents(bytes: Uint8Array, where = 'model'): BundleContents {
    const saved = unpackModel(bytes, where)
    const { bundle, model } = headerOf(saved, bundleSchema, 'model bundle')
    return { model: { header: model, buffers: saved.buffers }, features: bundle.features, tags: bundle.tags }
  }

  static unpack(bytes: Uint8Array, where = 'model'): ModelBundle {
    const saved = unpackModel(bytes, where)
    const { bundle, model } = headerOf(saved, bundleSchema, 'model bundle')
    const tags = bundle.tags.map(({ name, transform }) => ({ name, transform: loadTransform(transform) }))
    return new ModelBundle(tags, bundle.features, loadModel({ header: model, buffers: saved.buffers }))
  }

  pack(): Uint8Array {
    const { header, buffers } = this.model.save()
    const tags = this.tags.map(({ name, transform }) => ({ name, transform: transform.save() }))
    const saved: SavedModel = { header: { bundle: { tags, features: this.features }, model: header }, buffers }
    return packModel(saved)
  }

  predict(x: Dataset, options?: PredictOptions): Promise<Probabilities> {
    return this.model.predict(this.arrange(x), options)
  }

  /** Prepared once, for callers that change one column at a time. */
  arrange(x: Dataset): Dataset {
    return arrange(x, this.tags, this.features)
  }

  predictArranged(x: Dataset, options?: PredictOptions): Promise<Probabilities> {
    return this.model.predict(x, options)
  }

  explain(x: Dataset, options?: PredictOptions): Explanation | null {
    return this.model.explain(this.arrange(x), options)
  }

  describe(): ModelDescription {
    return this.model.describe()
  }
}

export interface BundleContents {
  readonly model: SavedModel
  readonly features: readonly string[]
  /** Tags that are computed from other features before the model reads them. */
  readonly tags: readonly { readonly name: string; readonly transform: Json }[]
}

const json = z.json() as z.ZodType<Json>
const bundleSchema = z.object({
  bundle: z.object({
    tags: z.array(z.object({ name: z.string(), transform: json })),
    features: z.array(z.string()),
  }),
  model: json,
})

/** The features in the model's order, with the fitted tags computed. */
function arrange(x: Dataset, tags: ModelBundle['tags'], features: readonly string[]): Dataset {
  const computed = new Map(tags.map(({ name, transform }) => [name, transform.apply(x)]))
  const position = new Map(x.names.map((name, at) => [name, at]))
  const columns = features.map((name) => {
    const column = computed.get(name) ?? x.columns[position.get(name) ?? -1]
    if (column === undefined) throw new RangeError(`model bundle: feature "${name}" is not in the dataset`)
    return column
  })
  return { ...x, names: features, columns }
}
