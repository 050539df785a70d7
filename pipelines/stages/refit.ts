import type { ModelOrigin } from '../../core/artifacts.ts'
import { sharedFloat64 } from '../../core/dataset.ts'
import { userFoldsOf } from '../../evaluation/user-fold.ts'
import type { BundleRecipe } from '../compute/bundle.ts'
import type { CalibrateOutput } from '../compute/calibrate-task.ts'
import type { FitOutput } from '../compute/fit-task.ts'
import type { StageContext } from '../context.ts'
import type { GivenModel } from '../given-models.ts'
import type { CalibratedModel } from './calibrate.ts'
import type { Examples } from './examples-type.ts'
import { fixRecipe } from './models.ts'

/** What ships: the winner's recipe, fitted on all matured cutoffs, calibrated on cross-fitted scores. */
export interface ShippedModel {
  readonly model: string
  readonly fit: FitOutput
  readonly calibration: CalibrateOutput
  readonly fixed: Readonly<Record<string, unknown>>
  /** What it went on from, or was taken from; null: it began here. */
  readonly origin: Pick<ModelOrigin, 'kind' | 'from' | 'sha256' | 'trees'> | null
  /** Of the cross-fitted, calibrated probabilities over all rows: what the shipped recipe reaches on unseen users. */
  readonly crossFitted: { readonly auc: number; readonly log_loss: number }
}

const folds = 5

/**
 * Fits the winner's recipe (its number of trees, its penalty fixed) on every labelled row. The calibrator is fitted on
 * scores that each row gets from a model which has not seen its user (5 user-grouped folds). A model that goes on from an
 * earlier one ships so; in the folds it begins with its first tree, as the earlier one knows their users.
 */
export async function refitWinner(
  context: StageContext,
  winner: CalibratedModel,
  { examples, userIds }: { examples: Examples; userIds: readonly string[] },
): Promise<ShippedModel> {
  const { dataset, labels } = examples
  const recipe = fixRecipe(winner.recipe, winner.description.fixed)
  const foldOfUser = userFoldsOf(userIds, folds, 'refit')
  const fitOn = (
    name: string,
    rows: { readonly rows: Uint32Array; readonly scoreRows: Uint32Array },
    own = recipe,
  ): Promise<FitOutput> =>
    context.pool.run(
      'fit',
      { model: `${winner.name} (${name})`, recipe: own, dataset, labels, ...rows },
      { ...context, random: context.random.child(`refit/${name}`) },
    )
  const isIn = (row: number, fold: number): boolean => foldOfUser[dataset.users[row]!] === fold
  const all = rowsWhere(dataset.rowCount, () => true)
  const [fit, ...parts] = await Promise.all([
    fitOn('all cutoffs', { rows: all, scoreRows: new Uint32Array(0) }, { ...recipe, ...startOf(winner.recipe) }),
    ...Array.from({ length: folds }, (_, fold) =>
      fitOn(`fold ${fold + 1} of ${folds}`, {
        rows: rowsWhere(dataset.rowCount, (row) => !isIn(row, fold)),
        scoreRows: rowsWhere(dataset.rowCount, (row) => isIn(row, fold)),
      }),
    ),
  ])
  const unseen = sharedFloat64(dataset.rowCount)
  for (let row = 0; row < dataset.rowCount; row++) unseen[row] = parts[foldOfUser[dataset.users[row]!]!]!.scores[row]!
  const calibration = await context.pool.run(
    'calibrate',
    {
      candidates: context.config.calibrate.calibrators,
      scores: unseen,
      labels,
      users: dataset.users,
      rows: all,
    },
    { ...context, random: context.random.child('refit/calibrate') },
  )
  return {
    model: winner.name,
    fit: fit!,
    calibration,
    fixed: winner.description.fixed,
    origin: winner.given === null ? null : originOf(winner.given),
    crossFitted: calibration.onRows,
  }
}

const originOf = ({ kind, from, sha256, trees }: GivenModel): ShippedModel['origin'] => ({ kind, from, sha256, trees })

const startOf = ({ start }: BundleRecipe): Pick<BundleRecipe, 'start'> => (start === undefined ? {} : { start })

function rowsWhere(count: number, holds: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(count)
  let length = 0
  for (let row = 0; row < count; row++) if (holds(row)) rows[length++] = row
  return rows.slice(0, length)
}
