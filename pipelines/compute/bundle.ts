import * as z from 'zod'
import { type Dataset, type Labels, type Probabilities, sliceRows } from '../../core/dataset.ts'
import { type Day, dayFromNumber } from '../../core/day.ts'
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
  /** What features and target were, for those who go on from the model. */
  readonly about?: BundleMeaning
  readonly start?: BundleStart
}

/** What the numbers that a model saw had meant. */
export interface BundleMeaning {
  /** sha256 of the definition by feature. */
  readonly definitions: Readonly<Record<string, string>>
  readonly target: {
    readonly name: string
    readonly horizonDays: number
    readonly gapDays: number
    readonly sha256: string
  }
}

/** Boosted trees to go on from, with the tags that they read; or a packed model that is taken as it is. */
export type BundleStart =
  | { readonly kind: 'started'; readonly contents: BundleContents; readonly sha256: string }
  | { readonly kind: 'imported'; readonly model: Uint8Array }

interface BundleInputs {
  readonly tags: readonly { readonly name: string; readonly transform: FittedTransform }[]
  readonly features: readonly string[]
}

/** A classifier with the fitted tags that it reads: what is trained, saved, scored and shipped as one thing. */
export class ModelBundle {
  private readonly tags: BundleInputs['tags']
  private readonly features: BundleInputs['features']
  private readonly model: Classifier
  private readonly about: BundleAbout | undefined

  private constructor({ tags, features }: BundleInputs, model: Classifier, about?: BundleAbout) {
    this.tags = tags
    this.features = features
    this.model = model
    this.about = about
  }

  /** Fits tags, then the model, on the rows of `fit.train`; tags of a model to go on from stay as they are. */
  static async fit(
    recipe: BundleRecipe,
    fit: Omit<Fit, 'train' | 'y' | 'valid'> & { train: Dataset; y: Labels },
  ): Promise<ModelBundle> {
    const { start, features } = recipe
    const isStarted = start?.kind === 'started'
    const tags = isStarted
      ? start.contents.tags.map(({ name, transform }) => ({ name, transform: loadTransform(transform) }))
      : recipe.fitted.map(({ name, spec }) => ({ name, transform: fitTransform(spec, fit.train) }))
    const train = arrange(fit.train, tags, features)
    const about = aboutOf(recipe, fit.train)
    if (start?.kind === 'imported') {
      const model = loadModel(unpackModel(start.model))
      // Says what is missing before anything is evaluated.
      await model.predict(sliceRows(train, 0, Math.min(1, train.rowCount)))
      return new ModelBundle({ tags, features }, model, about)
    }
    const estimator = estimatorNamed(recipe.kind)
    const parameters = estimator.parameters.parse(recipe.parameters)
    const given = { ...fit, train, ...(isStarted ? { start: start.contents.model } : {}) }
    return new ModelBundle({ tags, features }, await estimator.fit(parameters, given), about)
  }

  /** What a packed bundle holds, for those who write it in other formats. */
  static contents(bytes: Uint8Array, where = 'model'): BundleContents {
    const saved = unpackModel(bytes, where)
    const { bundle, model } = headerOf(saved, bundleSchema, 'model bundle')
    const { features, tags, about } = bundle
    return { model: { header: model, buffers: saved.buffers }, features, tags, about: about ?? null }
  }

  static unpack(bytes: Uint8Array, where = 'model'): ModelBundle {
    const saved = unpackModel(bytes, where)
    const { bundle, model } = headerOf(saved, bundleSchema, 'model bundle')
    const tags = bundle.tags.map(({ name, transform }) => ({ name, transform: loadTransform(transform) }))
    const { features, about } = bundle
    return new ModelBundle({ tags, features }, loadModel({ header: model, buffers: saved.buffers }), about)
  }

  pack(): Uint8Array {
    const { header, buffers } = this.model.save()
    const tags = this.tags.map(({ name, transform }) => ({ name, transform: transform.save() }))
    const own: { readonly [key: string]: Json } = { tags, features: this.features }
    const bundle = this.about === undefined ? own : { ...own, about: this.about as unknown as Json }
    return packModel({ header: { bundle, model: header }, buffers })
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
  /** Null: made before models said so. */
  readonly about: BundleAbout | null
}

/** What a bundle says of its training. */
export interface BundleAbout extends BundleMeaning {
  /** Latest cutoff among its rows. */
  readonly lastCutoff: Day
  /** sha256 of the model that it went on from. */
  readonly startedFrom: string | null
}

function aboutOf({ about, start }: BundleRecipe, { cutoffs }: Dataset): BundleAbout | undefined {
  if (about === undefined) return undefined
  const last = cutoffs.reduce((most, cutoff) => Math.max(most, cutoff), 0)
  return { ...about, lastCutoff: dayFromNumber(last), startedFrom: start?.kind === 'started' ? start.sha256 : null }
}

const json = z.json() as z.ZodType<Json>
const bundleSchema = z.object({
  bundle: z.object({
    tags: z.array(z.object({ name: z.string(), transform: json })),
    features: z.array(z.string()),
    about: z
      .object({
        definitions: z.record(z.string(), z.string()),
        target: z.object({ name: z.string(), horizonDays: z.int(), gapDays: z.int(), sha256: z.string() }),
        lastCutoff: z.string() as unknown as z.ZodType<Day>,
        startedFrom: z.string().nullable(),
      })
      .optional(),
  }),
  model: json,
})

/** The features in the model's order, with the fitted tags computed. */
function arrange(x: Dataset, tags: BundleInputs['tags'], features: readonly string[]): Dataset {
  const computed = new Map(tags.map(({ name, transform }) => [name, transform.apply(x)]))
  const position = new Map(x.names.map((name, at) => [name, at]))
  const columns = features.map((name) => {
    const column = computed.get(name) ?? x.columns[position.get(name) ?? -1]
    if (column === undefined) throw new RangeError(`model bundle: feature "${name}" is not in the dataset`)
    return column
  })
  return { ...x, names: features, columns }
}
