import type { Condition } from '../core/condition.ts'
import { selectFeatures } from '../features/catalog.ts'
import type { SelectedFeatures } from '../features/catalog.ts'
import { readableAttributes } from '../features/label.ts'
import { resolveRoles } from '../features/roles.ts'
import { userFeatures } from '../features/user-features.ts'
import type { Config } from './schema.ts'

/**
 * The features that a config can have if the data hold everything: every event type, money, quantities, categories,
 * channels and times of day. What the data lack is left out later. Throws the EbbErrors of `selectFeatures`.
 */
export function possibleFeatures(
  config: Pick<Config, 'features' | 'attributes'> & { readonly churn?: Config['churn'] },
): SelectedFeatures {
  const { use, lookbackDays, trends, roles, drop, add, life } = config.features
  const roleMap = resolveRoles(roles)
  const tables = Object.entries(config.attributes).map(([name, table]) => ({
    name,
    relation: '',
    columns: Object.entries(table.columns).map(([column, declared]) => ({
      name: column,
      type: typeof declared === 'string' ? declared : declared.type,
    })),
    isHistory: table.validFrom !== undefined,
  }))
  const attributes = config.churn === undefined ? tables : readableAttributes(tables, config.churn)
  const own = userFeatures(add)
  const conditions = own.flatMap((feature) => (feature.kind === 'measure' && feature.where ? [feature.where] : []))
  const context = {
    families: use,
    lookbackDays,
    trends,
    roles: roleMap,
    eventTypes: [...new Set([...Object.values(roleMap).flat(), ...conditions.flatMap(typesNamed)])],
    attributes,
    levels: { category: ['a', 'b'], channel: ['a', 'b'] },
    has: { amount: true, quantity: true, timeOfDay: true },
  }
  return selectFeatures(context, { add: own, drop, life })
}

/** Event types that a condition names. */
function typesNamed(condition: Condition): string[] {
  if (condition.op === 'not') return typesNamed(condition.of)
  if ('of' in condition) return condition.of.flatMap(typesNamed)
  if (condition.op === 'null' || condition.name !== 'event_type') return []
  return (condition.op === 'in' ? condition.values : [condition.value]).map(String)
}
