import { defineMetric } from '../define-metric.ts'
import { overConfusion } from './confusion.ts'

/** Harmonic mean of precision and recall at the threshold, 2 TP / (predicted + churners). NaN when both are empty. */
export const f1 = defineMetric({
  name: 'f1',
  direction: 'maximize',
  reads: 'ranking',
  overSorted: (rows) =>
    overConfusion(rows, 'f1', (table) => (2 * table.truePositive) / (table.predicted + table.churners)),
})
