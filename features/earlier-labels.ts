import type { SelectedFeatures } from './catalog.ts'
import { pastLabelFeatures, type PastLabelsOf } from './catalog/past-labels.ts'
import type { Feature } from './definition.ts'

/**
 * The selection as one more target or horizon sees it: what the catalogue says of the user's earlier labels is said of the
 * labels of that prediction, under names that end in it. Everything else is the same.
 */
export function selectedFor(selected: SelectedFeatures, prediction: PastLabelsOf['prediction']): SelectedFeatures {
  const theirs = pastLabelFeatures({ prediction, suffix: suffixOf(prediction) })
  const place = new Map(pastLabelFeatures(null).map(({ name }, i) => [name, theirs[i]!]))
  const replaced = (feature: Feature): Feature => place.get(feature.name) ?? feature
  return {
    features: selected.features.map(replaced),
    supporting: selected.supporting.map(replaced),
    excluded: selected.excluded.map(({ feature, reason }) => {
      const own = replaced(feature)
      return { name: own.name, feature: own, reason }
    }),
  }
}

const suffixOf = ({ target, horizonDays }: PastLabelsOf['prediction']): string =>
  `_${target.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}_${horizonDays}d`
