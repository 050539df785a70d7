import { join } from 'node:path'
import type {
  CatalogEntry,
  CurveFiles,
  ImportanceRow,
  Leaderboard,
  Population,
  ReferenceFile,
  RulesFile,
  SplitReport,
} from '../../core/artifacts.ts'
import type { TagReport } from '../../core/audit-artifacts.ts'
import { gather } from '../../core/dataset.ts'
import type { TableColumn } from '../../engines/engine.ts'
import type { Part } from '../../evaluation/split.ts'
import { runFiles } from '../../store/layout.ts'
import { writeFileAtomic } from '../../store/atomic.ts'
import type { StageContext } from '../context.ts'
import type { CalibratedModel } from './calibrate.ts'
import { csvField } from './csv-field.ts'
import { type Evaluation, flatMetrics } from './evaluate.ts'
import type { Examples, PartRows } from './examples-type.ts'
import type { ShippedModel } from './refit.ts'

/** What was decided about the data: population.json, split.json, catalog.json, reference.json, tags.json. */
export async function writeDesign(
  { run }: StageContext,
  design: {
    population: Population
    split: SplitReport
    catalog: readonly CatalogEntry[]
    reference: ReferenceFile
    tags: TagReport
  },
): Promise<void> {
  await run.writeJson(runFiles.population, design.population)
  await run.writeJson(runFiles.split, design.split)
  await run.writeJson(runFiles.catalog, design.catalog)
  await run.writeJson(runFiles.reference, design.reference)
  await run.writeJson(runFiles.tags, design.tags)
}

/** metrics.json, leaderboard.json, slices.json, the curves below plots/. */
export async function writeEvaluation(
  { run }: StageContext,
  {
    evaluation,
    leaderboard,
    scores,
  }: { evaluation: Evaluation; leaderboard: Leaderboard; scores: CurveFiles['scores'] | null },
): Promise<void> {
  const metrics = { ...flatMetrics(evaluation), ...outOfBagMetrics(leaderboard) }
  await run.writeJson(runFiles.metrics, metrics)
  for (const [key, value] of Object.entries(metrics)) if (typeof value === 'number') run.metric(key, value, 0)
  await run.writeJson(runFiles.leaderboard, leaderboard)
  await run.writeJson(runFiles.slices, evaluation.slices)
  for (const [name, curve] of Object.entries(evaluation.curves))
    await run.writeJson(join(runFiles.plots, `${name}.json`), curve)
  if (scores !== null) await run.writeJson(join(runFiles.plots, 'scores.json'), scores)
}

/** `train.<model>.out_of_bag_log_loss` and `…_brier` of forests: no interval, each row has its own trees. */
function outOfBagMetrics({ models }: Leaderboard): Record<string, number> {
  return Object.fromEntries(
    models.flatMap(({ model, outOfBag }): [string, number][] =>
      outOfBag === undefined
        ? []
        : [
            [`train.${model}.out_of_bag_log_loss`, outOfBag.logLoss],
            [`train.${model}.out_of_bag_brier`, outOfBag.brier],
          ],
    ),
  )
}

/** rules.json: the leaves of single trees as fitted on train; no file where no model prints as rules. */
export async function writeRules({ run }: StageContext, models: readonly CalibratedModel[]): Promise<void> {
  const printed: RulesFile = models.flatMap(({ name, description: { rules } }) =>
    rules === undefined ? [] : [{ model: name, rules: [...rules] }],
  )
  if (printed.length > 0) await run.writeJson(runFiles.rules, printed)
}

/** importance.{json,csv,parquet}. */
export async function writeImportance(
  { engine, run, signal }: StageContext,
  rows: readonly ImportanceRow[],
): Promise<void> {
  await run.writeJson(runFiles.importance, rows)
  const names = ['model', 'feature', 'method', 'value', 'low', 'high', 'per', 'rank'] as const
  const lines = rows.map((row) => names.map((name) => csvField(row[name])).join(','))
  await run.writeText(runFiles.importanceCsv, [names.join(','), ...lines, ''].join('\n'))
  const text = (name: 'model' | 'feature' | 'method' | 'per'): TableColumn => ({
    name,
    type: 'text',
    values: rows.map((row) => row[name]),
  })
  const double = (name: 'value' | 'low' | 'high'): TableColumn => ({
    name,
    type: 'double',
    values: Float64Array.from(rows, (row) => row[name] ?? Number.NaN),
  })
  const rank: TableColumn = { name: 'rank', type: 'integer', values: Int32Array.from(rows, (row) => row.rank) }
  await engine.load(
    'ebb_importance',
    [text('model'), text('feature'), text('method'), double('value'), double('low'), double('high'), text('per'), rank],
    { signal },
  )
  await engine.write(
    'SELECT * FROM ebb_importance ORDER BY model, method, rank',
    run.path(runFiles.importanceParquet),
    { signal },
  )
}

/** predictions/<part>.parquet: one row per (user_id, cutoff, model). */
export async function writePredictions(
  { engine, run, signal }: StageContext,
  {
    models,
    examples,
    parts,
    users,
  }: { models: readonly CalibratedModel[]; examples: Examples; parts: PartRows; users: string },
): Promise<void> {
  const { dataset, labels } = examples
  const levels = models.map(({ name }) => name)
  const folder = run.path(runFiles.predictions)
  for (const part of Object.keys(parts) as Part[]) {
    const rows = parts[part]
    const repeated = Uint32Array.from({ length: rows.length * models.length }, (_, i) => rows[i % rows.length]!)
    const perModel = (values: (model: CalibratedModel) => Float64Array): Float64Array => {
      const column = new Float64Array(repeated.length)
      for (const [at, model] of models.entries())
        column.set(gather(values(model), rows, new Float64Array(rows.length)), at * rows.length)
      return column
    }
    await engine.load(
      'ebb_predictions',
      [
        {
          name: 'user_index',
          type: 'integer',
          values: gather(dataset.users, repeated, new Uint32Array(repeated.length)),
        },
        { name: 'cutoff', type: 'date', values: gather(dataset.cutoffs, repeated, new Uint16Array(repeated.length)) },
        { name: 'label', type: 'integer', values: gather(labels, repeated, new Uint8Array(repeated.length)) },
        {
          name: 'model',
          type: 'coded',
          codes: Uint16Array.from(repeated, (_, i) => Math.floor(i / rows.length)),
          levels,
        },
        { name: 'score_raw', type: 'double', values: perModel((model) => model.scores) },
        { name: 'probability', type: 'double', values: perModel((model) => model.calibration.probabilities) },
      ],
      { signal },
    )
    const dialect = engine.dialect
    const select = [
      `SELECT u.user_id, p.cutoff, ${dialect.cast('p.label', 'tinyint')} AS label, p.model, p.score_raw, p.probability`,
      `FROM ebb_predictions p JOIN ${dialect.identifier(users)} u ON u.user_index = p.user_index ORDER BY p.model, p.cutoff, u.user_id`,
    ].join('\n')
    await engine.write(select, join(folder, `${part}.parquet`), { signal })
  }
}

/** model/: the shipped model as bytes, its calibration and what it is as JSON. */
export async function writeModel({ run }: StageContext, shipped: ShippedModel): Promise<void> {
  await writeFileAtomic(run.path(runFiles.model, 'model.ebb'), shipped.fit.bundle)
  await run.writeJson(join(runFiles.model, 'calibration.json'), shipped.calibration.map)
  await run.writeJson(join(runFiles.model, 'description.json'), {
    model: shipped.model,
    calibrator: shipped.calibration.chosen,
    fixed: shipped.fixed,
    crossFitted: shipped.crossFitted,
    ...(shipped.origin === null ? {} : { origin: shipped.origin }),
    description: shipped.fit.description,
  })
}
