import type { SelectedFeatures } from '../../features/catalog.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import { predictionName } from './prediction-context.ts'
import type { TakenExamples } from './take-examples.ts'

type Selections = ReadonlyMap<string, SelectedFeatures>
type Named = Pick<ChurnConfig, 'target' | 'horizonDays'>

/** Names of features that other predictions read and this one does not: the user's earlier labels by those. */
export function readByOthersOnly(selections: Selections, prediction: Named): ReadonlySet<string> {
  const names = ({ features, supporting }: SelectedFeatures): string[] =>
    [...features, ...supporting].map(({ name }) => name)
  const own = new Set(names(selections.get(predictionName(prediction))!))
  return new Set([...selections.values()].flatMap(names).filter((name) => !own.has(name)))
}

/** The examples of a prediction without what only others read. */
export function ownColumns(
  { rows, labels }: TakenExamples,
  { selectedFor }: { readonly selectedFor: Selections },
  prediction: Named,
): TakenExamples {
  const theirs = readByOthersOnly(selectedFor, prediction)
  if (theirs.size === 0) return { rows, labels }
  const { names, columns, ...rest } = rows.dataset
  const kept = [...names.keys()].filter((at) => !theirs.has(names[at]!))
  const dataset = { ...rest, names: kept.map((at) => names[at]!), columns: kept.map((at) => columns[at]!) }
  return { rows: { ...rows, dataset }, labels }
}
