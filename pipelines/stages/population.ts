import type { CutoffPopulation, Population } from '../../core/artifacts.ts'
import type { Day } from '../../core/day.ts'
import { type SplitPlan, parts as partNames } from '../../evaluation/split.ts'
import type { DeepReadonly } from '../../configs/load.ts'
import type { Config } from '../../configs/schema.ts'
import type { StageContext } from '../context.ts'
import type { DroppedCutoff } from './dropped-cutoffs.ts'

/** population.json: who was eligible and who churned, cutoff by cutoff, with the part that each cutoff belongs to. */
export function describePopulation(
  { config }: StageContext,
  input: {
    labelled: { population: readonly CutoffPopulation[] }
    split: SplitPlan
    dropped: readonly DroppedCutoff[]
    extracted: { dataEnd: Day }
    asOf: Day
  },
): Population {
  const { churn } = config
  return {
    target: churn.target,
    horizonDays: churn.horizonDays,
    gapDays: churn.gapDays,
    dataEnd: input.extracted.dataEnd,
    asOf: input.asOf,
    eligibility: eligibilityWords(churn.eligible),
    labelDescription: labelWords(churn, churn.target),
    cutoffs: input.labelled.population.map((row) => ({ ...row, part: partOf(row.cutoff, input.split) })),
    droppedCutoffs: [...input.dropped],
  }
}

/** The label of the section's own target and horizon in words. */
export const labelDescription = (churn: Churn): string => labelWords(churn, churn.target)

function partOf(cutoff: string, split: SplitPlan): string {
  const owners = partNames.filter((part) => split.parts[part].some((day) => day === cutoff))
  if (owners.length > 0) return owners.join('+')
  return split.purged.some((purged) => purged.cutoff === cutoff) ? 'purged' : 'unused'
}

type Churn = DeepReadonly<Config>['churn']

function eligibilityWords(eligible: Churn['eligible']): string {
  if (eligible === 'any_history') return 'any event before the cutoff'
  if ('contract' in eligible) return `a running contract (${eligible.contract}) at the cutoff`
  return `${eligible.events.join(' or ')} in the ${eligible.withinDays} days before the cutoff`
}

/** The label in words, e.g. `no purchase in the 90 days from the cutoff on`. */
function labelWords({ labels, horizonDays, gapDays, ...churn }: Churn, name: string): string {
  const label = labels[name]!
  const window =
    gapDays === 0
      ? `the ${horizonDays} days from the cutoff on`
      : `the ${horizonDays} days that begin ${gapDays} days after the cutoff`
  const inner = (of: readonly string[], joint: string): string =>
    of.map((one) => labelWords({ labels, horizonDays, gapDays, ...churn }, one)).join(joint)
  switch (label.kind) {
    case 'no_event_in_window':
      return `no ${label.events.join(' and no ')} in ${window}`
    case 'churn_date':
      return `${label.silenceDays} days without ${label.events.join(' or ')} completed in ${window}`
    case 'explicit':
    case 'event_in_window':
      return `${label.events.join(' or ')} in ${window}`
    case 'contract': {
      const which = label.only === undefined ? 'end' : `${label.only} end`
      const grace = label.graceDays === 0 ? '' : ` inside ${label.graceDays} days`
      return `${which} of a contract (${label.table}) without renewal${grace}, in ${window}`
    }
    case 'partial': {
      const what = label.of === 'amount' ? `money of ${label.events.join(' and ')}` : label.events.join(' and ')
      return `${what} down by ${label.fallPercent} % or more in ${window} against the ${label.pastDays} days before the cutoff`
    }
    case 'any':
      return inner(label.of, '; or ')
    case 'all':
      return inner(label.of, '; and ')
  }
}
