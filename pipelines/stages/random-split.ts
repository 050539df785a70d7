import type { RandomSplitReport } from '../../core/audit-artifacts.ts'
import { gather } from '../../core/dataset.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { userFoldsOf } from '../../evaluation/user-fold.ts'
import type { StageContext } from '../context.ts'
import type { Examples, PartRows } from './examples-type.ts'
import type { FittedModel } from './fit.ts'
import { fixRecipe } from './models.ts'

/** Users are dealt into so many folds, one of which tests. */
const folds = 5
/** More rows would cost time and change little: then fewer users take part. */
const mostRows = 25_000

/**
 * What a random split would have promised: the simplest model that reads features, fitted again (what its fit had fixed
 * stays) on four fifths of the users of train and test, times mixed, and judged on the others; beside it the same model
 * fitted on train and judged on test, as in the leaderboard. Scores are taken before calibration. Null without a model.
 */
export async function randomSplitOf(
  context: StageContext,
  models: readonly FittedModel[],
  { examples, parts, userIds }: { examples: Examples; parts: PartRows; userIds: readonly string[] },
): Promise<RandomSplitReport | null> {
  const model = models
    .filter(({ isBaseline, kind }) => !isBaseline && kind !== 'imported')
    .toSorted((a, b) => a.complexity - b.complexity)[0]
  if (model === undefined) return null
  const { dataset, labels } = examples
  const pool = [...parts.train, ...parts.test]
  const share = Math.ceil(pool.length / mostRows)
  const fold = userFoldsOf(userIds, folds * share, 'random split')
  const rowsWhere = (holds: (fold: number) => boolean): Uint32Array =>
    Uint32Array.from(pool.filter((row) => holds(fold[dataset.users[row]!]!))).sort()
  const trainRows = rowsWhere((own) => own >= 1 && own < folds)
  const testRows = rowsWhere((own) => own === 0)
  if (trainRows.length === 0 || !hasBothClasses(labels, testRows) || !hasBothClasses(labels, trainRows)) return null
  const fit = await context.pool.run(
    'fit',
    {
      model: `${model.name} (random split)`,
      recipe: fixRecipe(model.recipe, model.description.fixed),
      dataset,
      labels,
      rows: trainRows,
      scoreRows: testRows,
    },
    { ...context, random: context.random.child('random split') },
  )
  const outOfTime = { ...judged(model.scores, labels, parts.test), trainRows: parts.train.length }
  const random = { ...judged(fit.scores, labels, testRows), trainRows: trainRows.length }
  const difference = { auc: random.auc - outOfTime.auc, logLoss: random.logLoss - outOfTime.logLoss }
  return { model: model.name, outOfTime, random, difference }
}

function judged(
  scores: Float64Array,
  labels: Uint8Array,
  rows: Uint32Array,
): { auc: number; logLoss: number; testRows: number } {
  const y = gather(labels, rows, new Uint8Array(rows.length))
  const measured = { y, p: gather(scores, rows, new Float64Array(rows.length)), users: new Uint32Array(rows.length) }
  return {
    auc: metricByName('auc').prepare(measured)(),
    logLoss: metricByName('log_loss').prepare(measured)(),
    testRows: rows.length,
  }
}

function hasBothClasses(labels: Uint8Array, rows: Uint32Array): boolean {
  const churned = rows.reduce((sum, row) => sum + labels[row]!, 0)
  return churned > 0 && churned < rows.length
}
