import type { DeepReadonly } from '../../configs/load.ts'
import type { Config } from '../../configs/schema.ts'
import { estimatorNamed, importedComplexity } from '../../models/registry.ts'
import type { BundleRecipe } from '../compute/bundle.ts'
import type { GivenModel, GivenModels } from '../given-models.ts'
import type { FeatureSet } from './examples-type.ts'
import { startedFeatures } from './start-model.ts'
import { targetFacts } from './target-facts.ts'

/** A model of the leaderboard before it is fitted. */
export interface ModelPlan {
  readonly name: string
  readonly kind: string
  readonly complexity: number
  readonly isBaseline: boolean
  /** Features that it can read at most, where the kind says so: none for the base rate, one for recency. */
  readonly reads: readonly string[] | null
  readonly recipe: BundleRecipe
  /** What the config brought along for it; null: it begins here. */
  readonly given: GivenModel | null
}

/** In every leaderboard, whatever the config lists. */
export const baselineKinds = ['base_rate', 'recency_rule', 'recency_logistic'] as const

/**
 * The models to compare: those of the config, and every baseline that it does not list itself. Baselines without a
 * feature of their own read the days since the last qualifying event. Models of kind `imported` that were not read are left
 * out.
 */
export function planModels(
  config: DeepReadonly<Config>,
  features: FeatureSet,
  given: GivenModels = new Map(),
): ModelPlan[] {
  const target = targetFacts(config.churn)
  const listed = Object.entries(config.models).map(([name, model]) => ({ name, ...model }))
  const missing = baselineKinds
    .filter((kind) => !listed.some((model) => model.kind === kind) && !(kind in config.models))
    .map((kind) => ({ name: kind, kind }))
  const planned = [...missing, ...listed].filter(({ name, kind }) => kind !== 'imported' || given.has(name))
  return planned.map(({ name, kind, ...written }) => {
    const { startFrom: _, ...parameters } = { startFrom: null, ...written }
    const own = given.get(name) ?? null
    const complexity = kind === 'imported' ? importedComplexity : estimatorNamed(kind).complexity
    const isBaseline = (baselineKinds as readonly string[]).includes(kind)
    const readsRecency = isBaseline && kind !== 'base_rate'
    const recency = 'feature' in parameters ? String(parameters.feature) : features.recency
    return {
      name,
      kind,
      complexity,
      isBaseline,
      reads: isBaseline ? (readsRecency ? [recency] : []) : own?.kind === 'imported' ? own.reads : null,
      given: own,
      recipe: {
        kind,
        parameters: readsRecency ? { ...parameters, feature: recency } : parameters,
        features: readsRecency
          ? [...new Set([...features.inUse, features.recency])]
          : own?.kind === 'started'
            ? startedFeatures(name, own, features)
            : own?.kind === 'imported'
              ? [...new Set([...features.inUse, ...own.reads.filter((read) => read in features.definitions)])]
              : features.inUse,
        fitted: features.fitted.map(({ name, from, fit }) => ({ name, spec: { ...fit, from: from[0]! } })),
        about: { definitions: features.definitions, target },
        ...(own === null ? {} : { start: own }),
      },
    }
  })
}

/**
 * The same recipe with what fitting had fixed (number of trees, strength of the penalty) and no early stopping, and from the
 * first tree on: who goes on from a model that may have seen the users of these rows adds `start` again.
 */
export function fixRecipe(given: BundleRecipe, fixed: Readonly<Record<string, unknown>>): BundleRecipe {
  if (given.start?.kind === 'imported') return given
  const { start: _, ...recipe } = given
  const accepts = Object.keys(estimatorNamed(recipe.kind).parameters.shape)
  const stop = accepts.includes('earlyStopping') ? { earlyStopping: 0 } : {}
  const kept = Object.fromEntries(Object.entries(fixed).filter(([key]) => accepts.includes(key)))
  return { ...recipe, parameters: { ...recipe.parameters, ...stop, ...kept } }
}
