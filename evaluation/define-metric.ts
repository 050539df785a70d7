import { gather } from '../core/dataset.ts'
import type { Metric } from './metric.ts'
import { sortRows, weighRows } from './sorted-rows.ts'

/** Makes a Metric from its form over sorted rows. */
export function defineMetric(definition: Omit<Metric, 'prepare'>): Metric {
  return {
    ...definition,
    prepare(input) {
      const rows = sortRows(input)
      const metric = definition.overSorted(rows)
      const weights = new Float32Array(rows.y.length)
      return (userWeights) => {
        if (userWeights === undefined) return metric()
        return metric(weighRows(rows.y, gather(userWeights, rows.users, weights)))
      }
    },
  }
}
