import type { Classifier } from './estimator.ts'
import { foreignFault } from './formats/foreign-fault.ts'
import { importedFile, importedModel } from './formats/imported.ts'
import { isPackedModel, unpackModel } from './pack.ts'
import { estimatorOf } from './saved.ts'

/** What the file does not say, or what the caller knows better. */
export interface ImportOptions {
  /** Names of levels by feature and code, for files that know categories by number alone. */
  readonly levels?: Readonly<Record<string, readonly string[]>>
  /** Trees are read up to this iteration; default: the best one where the file names it, else all. */
  readonly iterations?: number
  /** Name in the file -> name of the column, where they differ. */
  readonly names?: Readonly<Record<string, string>>
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
 * A fitted model of LightGBM (text or JSON dump) or XGBoost (JSON) as one of ours, also from what was kept of it by
 * `packModel`; `where` names the file in errors, which are EbbErrors of kind `data`.
 */
export function importModel(
  bytes: Uint8Array,
  where: string,
  options: ImportOptions = {},
): { model: Classifier; summary: ImportSummary } {
  const kept = isPackedModel(bytes) ? keptImport(bytes, where) : { file: bytes, options: {} }
  const model = importedModel(kept.file, where, { ...kept.options, ...options })
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

function keptImport(bytes: Uint8Array, where: string): ReturnType<typeof importedFile> {
  const saved = unpackModel(bytes, where)
  if (!('estimator' in (saved.header as object)) || estimatorOf(saved) !== 'imported')
    throw foreignFault(where, 'a model of ebb, not of another program', {
      expected: 'a file of LightGBM or XGBoost, or what ebb models import --out kept of one',
    })
  return importedFile(saved)
}
