import type { Condition } from '../../core/condition.ts'
import type { Feature } from '../definition.ts'
import type { Levels, PlanAttribute } from '../plan.ts'
import type { RoleMap } from '../roles.ts'

/** What the catalogue must know of the config and of the data. */
export interface CatalogContext {
  /** Families to make features of, from `families`. */
  readonly families: readonly string[]
  /** Whole days, each at least 1. */
  readonly lookbackDays: readonly number[]
  /** Which trends are made beside those of events, orders and spend: names of features or families. */
  readonly trends: 'all' | readonly string[]
  readonly roles: RoleMap
  /** Event types in the data. */
  readonly eventTypes: readonly string[]
  readonly attributes: readonly PlanAttribute[]
  readonly levels: Levels
  readonly has: DataHas
}

export interface DataHas {
  readonly amount: boolean
  readonly quantity: boolean
  /** Some event_time is not midnight. */
  readonly timeOfDay: boolean
}

/** What a family makes: features for the models, and what they are made of. */
export interface FamilyFeatures {
  readonly features: readonly Feature[]
  /** Made only where the config asks for them (`features.trends`). */
  readonly trends?: readonly Feature[]
  readonly supporting: readonly Feature[]
}

export function joinFamilies(...parts: readonly FamilyFeatures[]): FamilyFeatures {
  return {
    features: parts.flatMap(({ features }) => features),
    trends: parts.flatMap(({ trends = [] }) => trends),
    supporting: parts.flatMap(({ supporting }) => supporting),
  }
}

/**
 * Why the data cannot give this feature, or null. Judged by what the definition itself says: event types of its
 * condition, money, quantity, levels, time of day. Derived and fitted features are judged by their inputs.
 */
export function whyAbsent(feature: Feature, context: CatalogContext): string | null {
  if (feature.kind !== 'measure') return null
  const types = feature.where === undefined ? null : neededTypes(feature.where)
  if (types !== null && !types.some((type) => context.eventTypes.includes(type)))
    return `event type absent: ${types.join(', ')}`
  if (feature.where !== undefined && mentions(feature.where, 'hour') && !context.has.timeOfDay)
    return 'event times carry no time of day'
  if (feature.measure === 'sessions' && !context.has.timeOfDay) return 'event times carry no time of day'
  if (!('of' in feature)) return null
  if (feature.of === 'amount' && !context.has.amount) return 'no amount in the data'
  if (feature.of === 'quantity' && !context.has.quantity) return 'no quantity in the data'
  if (feature.of !== 'category' && feature.of !== 'channel') return null
  const count = context.levels[feature.of].length
  if (count === 0) return `no ${feature.of} in the data`
  return count === 1 ? `only one ${feature.of} in the data` : null
}

/** Event types of which one must occur for the condition to hold; null = not restricted. */
function neededTypes(condition: Condition): readonly string[] | null {
  if (condition.op === 'in' && condition.name === 'event_type') return condition.values.map(String)
  if (condition.op === 'compare' && condition.name === 'event_type' && condition.by === '=')
    return [String(condition.value)]
  if (condition.op !== 'and') return null
  return condition.of.map(neededTypes).find((types) => types !== null) ?? null
}

function mentions(condition: Condition, name: string): boolean {
  if ('name' in condition) return condition.name === name
  return condition.op === 'not' ? mentions(condition.of, name) : condition.of.some((part) => mentions(part, name))
}
