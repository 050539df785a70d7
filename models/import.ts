import type { Classifier } from './estimator.ts'
import { importedModel } from './formats/imported.ts'

/** What the file does not say, or what the caller knows better. */
export interface ImportOptions {
  /** Names of levels by feature and code, for files that know categories by number alone. */
  readonly levels?: Readonly<Record<string, readonly string[]>>
  /** Trees are read up to this iteration; default: the best one where the file names it, else all. */
  readonly iterations?: number
}

/** What people may know of an imported model. */
export interface ImportSummary {
  readonly program: 'lightgbm' | 'xgboost'
  readonly version: string
  readonly objective: string
  readonly trees: number
  /** Features that some tree reads; scoring needs these. */
  readonly features: readonly {
    readonly name: string
    readonly kind: 'number' | 'category'
    /** A category that the model knows by codes alone, which may come as a number column. */
    readonly isCoded: boolean
    readonly splits: number
  }[]
  readonly notes: readonly string[]
}

/**
 * A fitted model of LightGBM (text or JSON dump) or XGBoost (JSON) as one of ours; `where` names the file in errors, which
 * are EbbErrors of kind `data`.
 */
export function importModel(
  bytes: Uint8Array,
  where: string,
  options: ImportOptions = {},
): { model: Classifier; summary: ImportSummary } {
  const model = importedModel(bytes, where, options)
  const { source, version, objective, features, trees, notes } = model.foreign
  const splits = new Uint32Array(features.length)
  for (const { nodes } of trees) for (const { feature } of nodes) splits[feature]!++
  const read = features.flatMap((feature, f) => {
    const { name, kind } = feature
    const isCoded = feature.kind === 'category' && feature.levels === 'codes'
    return splits[f]! > 0 ? [{ name, kind, isCoded, splits: splits[f]! }] : []
  })
  return { model, summary: { program: source, version, objective, trees: trees.length, features: read, notes } }
}
