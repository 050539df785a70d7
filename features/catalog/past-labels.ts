import type { Feature, PastLabelFeature } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { derive } from './make.ts'

const family = 'lifecycle'
/** How many earlier prediction windows are judged. */
const windows = 3

/** Whose labels: those of the plan's own target and horizon, or of another with a name of its own. */
export interface PastLabelsOf {
  readonly prediction: NonNullable<PastLabelFeature['of']>
  /** What the names end in, e.g. `_bought_30d`. */
  readonly suffix: string
}

function pastLabel(
  read: PastLabelFeature['read'],
  words: { readonly name: string; readonly description: string; readonly unit: string },
  of: PastLabelsOf | null,
): PastLabelFeature {
  const whenEmpty = read === 'last' ? 'missing' : 'zero'
  const own = of === null ? {} : { of: of.prediction }
  return { kind: 'pastLabel', ...words, family, whenEmpty, actionable: false, read, windows, ...own }
}

/** The user's own history of what is predicted: only windows that were complete at the cutoff. */
export function pastLabelFeatures(of: PastLabelsOf | null): readonly Feature[] {
  const suffix = of?.suffix ?? ''
  const whose = of === null ? '' : ` of "${of.prediction.target}" (${of.prediction.horizonDays} days)`
  const churned = of === null ? 'the user churned' : 'it came true'
  const examples = pastLabel(
    'windows',
    {
      name: `earlier_windows${suffix}`,
      description: `In how many of the ${windows} latest complete prediction windows${whose} the user could have churned`,
      unit: 'count',
    },
    of,
  )
  const churns = pastLabel(
    'churns',
    {
      name: `earlier_churns${suffix}`,
      description: `In how many of the ${windows} latest complete prediction windows${whose} ${churned}${of === null ? ', and came back since' : ''}`,
      unit: 'count',
    },
    of,
  )
  const share = {
    name: `earlier_churn_share${suffix}`,
    description: `Share of the earlier prediction windows${whose} in which ${churned}; empty if there were none`,
    unit: 'ratio',
  }
  const latest = {
    name: `churned_in_last_window${suffix}`,
    description: `1 if ${churned} in the latest complete prediction window${whose}, else 0; empty if there was none`,
    unit: 'flag',
  }
  return [
    examples,
    churns,
    derive(family, share, { formula: 'ratio', from: [churns, examples] }),
    pastLabel('last', latest, of),
  ]
}

/** Those of the plan's own target and horizon. */
export const ownPastLabels: FamilyFeatures = { features: pastLabelFeatures(null), supporting: [] }
