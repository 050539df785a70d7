import { defineMetric } from '../define-metric.ts'
import { overConfusion } from './confusion.ts'

/** Share of churners among the rows with p >= threshold. NaN when no row reaches it. */
export const precision = defineMetric({
  name: 'precision',
  direction: 'maximize',
  reads: 'ranking',
  overSorted: (rows) => overConfusion(rows, 'precision', (table) => table.truePositive / table.predicted),
})
