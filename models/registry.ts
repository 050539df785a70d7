import { EbbError } from '../core/errors.ts'
import { baseRate } from './baselines/base-rate.ts'
import { recencyLogistic } from './baselines/recency-logistic.ts'
import { recencyRule } from './baselines/recency-rule.ts'
import { rule } from './baselines/rule.ts'
import type { Classifier, RegisteredEstimator, SavedModel } from './estimator.ts'
import { extraTrees } from './forest/extra-trees.ts'
import { forest } from './forest/forest.ts'
import { loadImported } from './formats/imported.ts'
import { gbdt } from './gbdt/gbdt.ts'
import { logistic } from './logistic/logistic.ts'
import { mlp } from './neural/mlp.ts'
import { estimatorOf } from './saved.ts'
import { decisionTree } from './tree/decision-tree.ts'

const registered: readonly RegisteredEstimator[] = [
  baseRate,
  rule,
  recencyRule,
  recencyLogistic,
  logistic,
  decisionTree,
  mlp,
  gbdt,
  forest,
  extraTrees,
]

/** Every estimator by the name that configs call `kind`. Their zod schemas are composed in `parameters.ts`. */
export const estimators: ReadonlyMap<string, RegisteredEstimator> = new Map(
  registered.map((estimator) => [estimator.name, estimator]),
)

/** Rank of a model of another program, after all that are fitted here. */
export const importedComplexity = 8

/** The estimator called `kind`; an EbbError of kind `config` names the known ones. */
export function estimatorNamed(kind: string): RegisteredEstimator {
  const estimator = estimators.get(kind)
  if (estimator !== undefined) return estimator
  throw new EbbError({
    code: 'MODEL_KIND_UNKNOWN',
    kind: 'config',
    where: `model kind "${kind}"`,
    what: 'no such estimator',
    expected: [...estimators.keys()].join(', '),
    received: kind,
  })
}

/**
 * Brings back what any registered estimator saved: loadModel(model.save()) predicts the same bits. A model of another
 * program (`imported`) is fitted elsewhere, so it is no estimator.
 */
export function loadModel(saved: SavedModel): Classifier {
  const kind = estimatorOf(saved)
  if (kind === 'imported') return loadImported(saved)
  const estimator = estimators.get(kind)
  if (estimator !== undefined) return estimator.load(saved)
  throw new EbbError({
    code: 'MODEL_UNREADABLE',
    kind: 'data',
    where: 'saved model',
    what: 'no known estimator made it',
    expected: `${[...estimators.keys()].join(', ')} or imported`,
    received: kind,
  })
}
