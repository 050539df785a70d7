import type { DeepReadonly } from '../../configs/load.ts'
import type { Config } from '../../configs/schema.ts'
import { estimatorNamed } from '../../models/registry.ts'
import type { BundleRecipe } from '../compute/bundle.ts'
import type { FeatureSet } from './examples-type.ts'

/** A model of the leaderboard before it is fitted. */
export interface ModelPlan {
  readonly name: string
  readonly kind: string
  readonly complexity: number
  readonly isBaseline: boolean
  /** Features that it can read at most, where the kind says so: none for the base rate, one for recency. */
  readonly reads: readonly string[] | null
  readonly recipe: BundleRecipe
}

/** In every leaderboard, whatever the config lists. */
export const baselineKinds = ['base_rate', 'recency_rule', 'recency_logistic'] as const

/**
 * The models to compare: those of the config, and every baseline that it does not list itself. Baselines without a
 * feature of their own read the days since the last qualifying event.
 */
export function planModels(config: DeepReadonly<Config>, features: FeatureSet): ModelPlan[] {
  const listed = Object.entries(config.models).map(([name, model]) => ({ name, ...model }))
  const missing = baselineKinds
    .filter((kind) => !listed.some((model) => model.kind === kind) && !(kind in config.models))
    .map((kind) => ({ name: kind, kind }))
  return [...missing, ...listed].map(({ name, kind, ...parameters }) => {
    const { complexity } = estimatorNamed(kind)
    const isBaseline = (baselineKinds as readonly string[]).includes(kind)
    const readsRecency = isBaseline && kind !== 'base_rate'
    const recency = 'feature' in parameters ? String(parameters.feature) : features.recency
    return {
      name,
      kind,
      complexity,
      isBaseline,
      reads: isBaseline ? (readsRecency ? [recency] : []) : null,
      recipe: {
        kind,
        parameters: readsRecency ? { ...parameters, feature: recency } : parameters,
        features: readsRecency ? [...new Set([...features.inUse, features.recency])] : features.inUse,
        fitted: features.fitted.map(({ name, from, fit }) => ({ name, spec: { ...fit, from: from[0]! } })),
      },
    }
  })
}

/** The same recipe with what fitting had fixed (number of trees, strength of the penalty) and no early stopping. */
export function fixRecipe(recipe: BundleRecipe, fixed: Readonly<Record<string, unknown>>): BundleRecipe {
  const accepts = Object.keys(estimatorNamed(recipe.kind).parameters.shape)
  const stop = accepts.includes('earlyStopping') ? { earlyStopping: 0 } : {}
  const kept = Object.fromEntries(Object.entries(fixed).filter(([key]) => accepts.includes(key)))
  return { ...recipe, parameters: { ...recipe.parameters, ...stop, ...kept } }
}
