import type { CutoffPopulation, Population } from '../../core/artifacts.ts'
import type { Day } from '../../core/day.ts'
import { type SplitPlan, parts as partNames } from '../../evaluation/split.ts'
import type { DeepReadonly } from '../../configs/load.ts'
import type { Config } from '../../configs/schema.ts'
import type { StageContext } from '../context.ts'

/** population.json: who was eligible and who churned, cutoff by cutoff, with the part that each cutoff belongs to. */
export function describePopulation(
  { config }: StageContext,
  input: {
    labelled: { population: readonly CutoffPopulation[] }
    split: SplitPlan
    dropped: readonly { cutoff: Day; reason: string }[]
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
    droppedCutoffs: input.dropped.map(({ cutoff, reason }) => ({ cutoff, reason, users: 0 })),
  }
}

function partOf(cutoff: string, split: SplitPlan): string {
  const owners = partNames.filter((part) => split.parts[part].some((day) => day === cutoff))
  if (owners.length > 0) return owners.join('+')
  return split.purged.some((purged) => purged.cutoff === cutoff) ? 'purged' : 'unused'
}

type Churn = DeepReadonly<Config>['churn']

function eligibilityWords(eligible: Churn['eligible']): string {
  if (eligible === 'any_history') return 'any event before the cutoff'
  return `${eligible.events.join(' or ')} in the ${eligible.withinDays} days before the cutoff`
}

/** The label in words, e.g. `no purchase in the 90 days from the cutoff on`. */
function labelWords({ labels, horizonDays, gapDays, ...churn }: Churn, name: string): string {
  const label = labels[name]!
  const window =
    gapDays === 0
      ? `the ${horizonDays} days from the cutoff on`
      : `the ${horizonDays} days that begin ${gapDays} days after the cutoff`
  if (label.kind === 'no_event_in_window') return `no ${label.events.join(' and no ')} in ${window}`
  if (label.kind === 'churn_date')
    return `${label.silenceDays} days without ${label.events.join(' or ')} completed in ${window}`
  if (label.kind === 'explicit') return `${label.events.join(' or ')} in ${window}`
  return label.of.map((inner) => labelWords({ labels, horizonDays, gapDays, ...churn }, inner)).join('; or ')
}
