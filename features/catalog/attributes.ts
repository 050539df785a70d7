import type { AsOfFeature, AttributeRead, Feature, LookbackDays } from '../definition.ts'
import type { PlanAttribute } from '../plan.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { derive, last, measure } from './make.ts'
import { firstOf } from './shared.ts'

const family = 'attributes'

/** Who the user is, as known at the cutoff, never as of today; and by which channel the user came. */
export function attributeFeatures(context: CatalogContext): FamilyFeatures {
  return {
    features: [
      measure(
        family,
        { name: 'first_channel', description: 'Channel of the first event', unit: 'category' },
        { measure: 'firstLevel', of: 'channel' },
        last('lifetime'),
      ),
      measure(
        family,
        { name: 'last_channel', description: 'Channel of the last event', unit: 'category' },
        { measure: 'lastLevel', of: 'channel' },
        last('lifetime'),
      ),
      ...context.attributes.flatMap((table) =>
        table.columns.flatMap((column) => columnFeatures(context, { table, column })),
      ),
      ...context.attributes.flatMap((table) =>
        table.columns.flatMap((column) => (column.type === 'day' ? [untilPurchase(context, { table, column })] : [])),
      ),
    ],
    supporting: [firstOf(context, 'purchase')],
  }
}

interface AttributeColumn {
  readonly table: PlanAttribute
  readonly column: PlanAttribute['columns'][number]
}

function columnFeatures(context: CatalogContext, of: AttributeColumn): Feature[] {
  const { table, column } = of
  const base = attributeName(context, of)
  const words = base.replaceAll('_', ' ')
  const asOf = (
    name: string,
    description: string,
    read: AttributeRead,
    more: { unit: string; days?: LookbackDays },
  ): AsOfFeature => ({
    kind: 'asOf',
    name,
    description,
    family,
    unit: more.unit,
    whenEmpty: read === 'changes' ? 'zero' : 'missing',
    actionable: false,
    table: table.name,
    attribute: column.name,
    type: column.type,
    read,
    lookbackDays: more.days ?? 'lifetime',
  })
  const value =
    column.type === 'day'
      ? asOf(`days_since_${base}`, `Days since ${words}; negative = still ahead`, 'daysSince', { unit: 'days' })
      : asOf(base, `${sentence(words)} as known at the cutoff`, 'value', { unit: column.type })
  if (!table.isHistory) return [value]
  const changed = `${base}_change`
  return [
    value,
    ...(column.type === 'day'
      ? []
      : [asOf(`${base}_previous`, `${sentence(words)} before its last change`, 'previous', { unit: column.type })]),
    asOf(`days_since_${changed}`, `Days since ${words} last changed; empty if never`, 'daysSinceChange', {
      unit: 'days',
    }),
    ...context.lookbackDays.map((days) =>
      asOf(`${changed}s_${days}d`, `Changes of ${words} in the last ${days} days`, 'changes', { unit: 'count', days }),
    ),
  ]
}

/** E.g. from registration to the first order. */
function untilPurchase(context: CatalogContext, of: AttributeColumn): Feature {
  const base = attributeName(context, of)
  const since = columnFeatures(context, of)[0]!
  return derive(
    family,
    {
      name: `days_from_${base}_to_purchase`,
      description: `Days from ${base.replaceAll('_', ' ')} to the first order; empty if there was none`,
      unit: 'days',
    },
    { formula: 'difference', from: [since, firstOf(context, 'purchase')] },
  )
}

/** The column's name, with the table's in front where two tables have a column of that name; in snake_case. */
function attributeName(context: CatalogContext, { table, column }: AttributeColumn): string {
  const plain = (text: string): string =>
    text
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll(/[^A-Za-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .toLowerCase()
  const own = plain(column.name)
  const isShared = context.attributes.some(
    (other) => other !== table && other.columns.some((there) => plain(there.name) === own),
  )
  return isShared ? `${plain(table.name)}_${own}` : own
}

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)
