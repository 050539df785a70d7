import type { PastLabelFeature } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { derive } from './make.ts'

const family = 'lifecycle'
/** How many earlier prediction windows are judged. */
const windows = 3

function pastLabel(
  read: PastLabelFeature['read'],
  words: { readonly name: string; readonly description: string; readonly unit: string },
): PastLabelFeature {
  const whenEmpty = read === 'last' ? 'missing' : 'zero'
  return { kind: 'pastLabel', ...words, family, whenEmpty, actionable: false, read, windows }
}

const examples = pastLabel('windows', {
  name: 'earlier_windows',
  description: `In how many of the ${windows} latest complete prediction windows the user could have churned`,
  unit: 'count',
})
const churns = pastLabel('churns', {
  name: 'earlier_churns',
  description: `In how many of the ${windows} latest complete prediction windows the user churned, and came back since`,
  unit: 'count',
})

/** The user's own history of what is predicted: only windows that were complete at the cutoff. */
export const pastLabelFeatures: FamilyFeatures = {
  features: [
    examples,
    churns,
    derive(
      family,
      {
        name: 'earlier_churn_share',
        description: 'Share of the earlier prediction windows in which the user churned; empty if there were none',
        unit: 'ratio',
      },
      { formula: 'ratio', from: [churns, examples] },
    ),
    pastLabel('last', {
      name: 'churned_in_last_window',
      description: '1 if the user churned in the latest complete prediction window, else 0; empty if there was none',
      unit: 'flag',
    }),
  ],
  supporting: [],
}
