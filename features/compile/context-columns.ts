import { predictionsOf } from '../churn.ts'
import type { MeasureFeature } from '../definition.ts'
import type { ContextColumn, ExamplePlan } from '../plan.ts'

/**
 * `value_recent`: visible spend in the last horizon days, and `value_recent_<n>` for every other horizon of n days;
 * `channel_recent`: channel of the last visible event.
 */
export function builtInContext(plan: ExamplePlan): readonly ContextColumn[] {
  const first = plan.churn.horizonDays
  const others = new Set(predictionsOf(plan.churn).map(({ horizonDays }) => horizonDays))
  others.delete(first)
  return [
    valueRecent(plan, { days: first, suffix: '' }),
    ...[...others].map((days) => valueRecent(plan, { days, suffix: `_${days}` })),
    channelRecent(plan),
  ]
}

const base = { kind: 'measure', offsetDays: 0, whenEmpty: 'zero', actionable: false } as const

function valueRecent(plan: ExamplePlan, { days, suffix }: { days: number; suffix: string }): ContextColumn {
  const feature: MeasureFeature = {
    ...base,
    name: `context_value_recent${suffix}`,
    description: `Spend in the last ${days} days`,
    family: 'transaction',
    unit: 'currency',
    measure: 'sum',
    of: 'amount',
    where: { op: 'in', name: 'event_type', values: plan.purchaseTypes },
    lookbackDays: days,
  }
  const hasMoney = plan.purchaseTypes.length > 0
  return {
    name: `value_recent${suffix}`,
    kind: 'number',
    features: hasMoney ? [feature] : [],
    expression: (column, dialect) => (hasMoney ? column(feature.name) : dialect.cast('NULL', 'double')),
    value: hasMoney ? 'feature' : null,
  }
}

function channelRecent(plan: ExamplePlan): ContextColumn {
  const feature: MeasureFeature = {
    ...base,
    name: 'context_channel_recent',
    description: 'Channel of the last event',
    family: 'activity',
    unit: 'category',
    whenEmpty: 'missing',
    measure: 'lastLevel',
    of: 'channel',
    lookbackDays: 'lifetime',
  }
  const hasChannels = plan.levels.channel.length > 0
  return {
    name: 'channel_recent',
    kind: 'category',
    features: hasChannels ? [feature] : [],
    expression: (column, dialect) => (hasChannels ? column(feature.name) : dialect.cast('NULL', 'text')),
    value: hasChannels ? 'feature' : null,
  }
}
