import { defineMetric } from '../define-metric.ts'
import { overConfusion } from './confusion.ts'

/** Share of the churners whose p >= threshold. NaN without churners. */
export const recall = defineMetric({
  name: 'recall',
  direction: 'maximize',
  reads: 'ranking',
  overSorted: (rows) => overConfusion(rows, 'recall', (table) => table.truePositive / table.churners),
})
