import type { ImportanceRow } from '../../core/artifacts.ts'
import type { StageContext } from '../context.ts'
import type { CalibratedModel } from './calibrate.ts'
import type { Examples, PartRows } from './examples-type.ts'

/** importance.{json,parquet,csv} of every model, permutation on test; ordered by model, method, rank. */
export async function importanceOf(
  context: StageContext,
  models: readonly CalibratedModel[],
  { examples, parts }: { examples: Examples; parts: PartRows },
): Promise<ImportanceRow[]> {
  const costliestFirst = [...models].sort((a, b) => b.complexity - a.complexity)
  const tables = await Promise.all(
    costliestFirst.map((model) =>
      context.pool.run(
        'importance',
        {
          model: model.name,
          bundle: model.bundle,
          calibration: model.calibration.map,
          dataset: examples.dataset,
          labels: examples.labels,
          rows: parts.test,
          reads: model.reads,
          repeats: context.config.evaluate.importance.repeats,
          maxRows: context.config.evaluate.importance.maxRows,
        },
        { ...context, random: context.random.child('importance') },
      ),
    ),
  )
  return models.flatMap((model) => tables[costliestFirst.indexOf(model)]!)
}
