import type { MeasureFeature } from '../definition.ts'
import type { ContextColumn, ExamplePlan } from '../plan.ts'

/** `value_recent`: visible spend in the last horizon days; `channel_recent`: channel of the last visible event. */
export function builtInContext(plan: ExamplePlan): readonly ContextColumn[] {
  return [valueRecent(plan), channelRecent(plan)]
}

const base = { kind: 'measure', offsetDays: 0, whenEmpty: 'zero', actionable: false } as const

function valueRecent(plan: ExamplePlan): ContextColumn {
  const days = plan.churn.horizonDays
  const feature: MeasureFeature = {
    ...base,
    name: 'context_value_recent',
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
    name: 'value_recent',
    kind: 'number',
    features: hasMoney ? [feature] : [],
    expression: (column, dialect) => (hasMoney ? column(feature.name) : dialect.cast('NULL', 'double')),
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
  }
}
