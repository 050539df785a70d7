import type { Dataset, Probabilities } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import { logit } from '../../core/numeric/logit.ts'
import type { Classifier } from '../estimator.ts'
import { explainInBlocks } from '../explanation.ts'
import { throwIfAborted } from '../guards.ts'

/** What a baseline is: a few groups of rows, each with its churn rate in train. */
export interface GroupModel {
  readonly estimator: string
  /** Rate per group, in (0, 1). */
  readonly rates: readonly number[]
  /** Share of each group in train, sums to 1. */
  readonly shares: readonly number[]
  /** Group of every row of `x`. */
  groupsOf(x: Dataset): Uint8Array
  /** The one feature that decides, for contributions; `[]` = none decides (base rate), null = several do. */
  readonly features: readonly [] | readonly [string] | null
  readonly header: { readonly [key: string]: Json }
}

export function groupClassifier(model: GroupModel): Classifier {
  const { estimator, rates, shares, features } = model
  return {
    estimator,
    async predict(x, options): Promise<Probabilities> {
      throwIfAborted(options?.signal, `predict ${estimator}`)
      return Float64Array.from(model.groupsOf(x), (group) => rates[group]!)
    },
    save: () => ({ header: { ...model.header, estimator, rates, shares }, buffers: new Map() }),
    describe: () => ({ fixed: {} }),
    explain(x, options) {
      if (features === null) return null
      const bias = rates.reduce((total, rate, group) => total + shares[group]! * logit(rate), 0)
      const task = { x, names: features, bias, where: `explain ${estimator}`, signal: options?.signal }
      return explainInBlocks(task, (rows, values) => {
        if (features.length === 0) return
        for (const [row, group] of model.groupsOf(rows).entries()) values[row] = logit(rates[group]!) - bias
      })
    },
  }
}
