import { gather } from '../core/dataset.ts'
import type { Metric } from './metric.ts'
import { sortRows } from './sorted-rows.ts'

/** Makes a Metric from its form over sorted rows. */
export function defineMetric(definition: Omit<Metric, 'prepare'>): Metric {
  return {
    ...definition,
    prepare(input) {
      const rows = sortRows(input)
      const metric = definition.overSorted(rows)
      const weights = new Float32Array(rows.y.length)
      return (userWeights) => (userWeights === undefined ? metric() : metric(gather(userWeights, rows.users, weights)))
    },
  }
}
