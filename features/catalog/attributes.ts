import type { AsOfFeature, AttributeRead, Feature, LookbackDays, Window } from '../definition.ts'
import type { PlanAttribute } from '../plan.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, firstOf } from './shared.ts'
import { furtherTrends } from './trends.ts'

const family = 'attributes'

/** Who the user is, as known at the cutoff, never as of today; and by which channel the user came. */
export function attributeFeatures(context: CatalogContext): FamilyFeatures {
  const columns = context.attributes.flatMap((table) => table.columns.map((column) => ({ table, column })))
  const trends = columns.map((of) => changeTrends(context, of))
  return joinFamilies(ownFeatures(context, columns), ...trends)
}

function ownFeatures(context: CatalogContext, columns: readonly AttributeColumn[]): FamilyFeatures {
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
      ...columns.flatMap((of) => columnFeatures(context, of)),
      ...columns.filter(({ column }) => column.type === 'day').map((of) => untilPurchase(context, of)),
    ],
    supporting: [firstOf(context, 'purchase')],
  }
}

interface AttributeColumn {
  readonly table: PlanAttribute
  readonly column: PlanAttribute['columns'][number]
}

interface AsOfWords {
  readonly name: string
  readonly description: string
  readonly unit: string
  /** Only of changes. */
  readonly days?: LookbackDays
}

function asOf({ table, column }: AttributeColumn, read: AttributeRead, words: AsOfWords): AsOfFeature {
  const { name, description, unit, days = 'lifetime' } = words
  return {
    kind: 'asOf',
    name,
    description,
    family,
    unit,
    whenEmpty: read === 'changes' ? 'zero' : 'missing',
    actionable: false,
    table: table.name,
    attribute: column.name,
    type: column.type,
    read,
    lookbackDays: days,
  }
}

function columnFeatures(context: CatalogContext, of: AttributeColumn): Feature[] {
  const { table, column } = of
  const name = attributeName(context, of)
  const words = name.replaceAll('_', ' ')
  const value =
    column.type === 'day'
      ? asOf(of, 'daysSince', {
          name: `days_since_${name}`,
          description: `Days since ${words}; negative = still ahead`,
          unit: 'days',
        })
      : asOf(of, 'value', { name, description: `${sentence(words)} as known at the cutoff`, unit: column.type })
  if (!table.isHistory) return [value]
  const previous = {
    name: `${name}_previous`,
    description: `${sentence(words)} before its last change`,
    unit: column.type,
  }
  return [
    value,
    ...(column.type === 'day' ? [] : [asOf(of, 'previous', previous)]),
    asOf(of, 'daysSinceChange', {
      name: `days_since_${name}_change`,
      description: `Days since ${words} last changed; empty if never`,
      unit: 'days',
    }),
    ...context.lookbackDays.map((days) => changesOf(context, of, days)),
  ]
}

function changesOf(context: CatalogContext, of: AttributeColumn, days: number): AsOfFeature {
  const name = attributeName(context, of)
  const description = `Changes of ${name.replaceAll('_', ' ')} in the last ${days} days`
  return asOf(of, 'changes', { name: `${name}_changes_${days}d`, description, unit: 'count', days })
}

/** Whether an attribute changes more often than it did. An earlier stretch has the changes up to its beginning less those up to its end. */
function changeTrends(context: CatalogContext, of: AttributeColumn): FamilyFeatures {
  if (!of.table.isHistory) return { features: [], supporting: [] }
  const base = attributeName(context, of)
  const what = `Changes of ${base.replaceAll('_', ' ')}`
  const supporting: Feature[] = []
  const changes = (window: Window): Feature => {
    const [days, offset] = [window.lookbackDays as number, window.offsetDays]
    if (offset === 0) return changesOf(context, of, days)
    const from = [changesOf(context, of, days + offset), changesOf(context, of, offset)]
    supporting.push(...from)
    const words = {
      name: `${base}_changes_${suffix(window)}`,
      description: `${what} ${inWords(window)}`,
      unit: 'count',
    }
    return derive(family, words, { formula: 'difference', from })
  }
  const trends = context.lookbackDays.map((days): FamilyFeatures => {
    const [now, then] = [changes(last(days)), changes(before(days))]
    const decay = decayOf(now, then, { name: `${base}_change_decay_${days}d`, what, days })
    const slopes = furtherTrends([{ name: `${base}_change`, what, of: changes, isRated: false }], days)
    return { features: [], trends: [decay, ...(slopes.trends ?? [])], supporting: [then, ...slopes.supporting] }
  })
  return joinFamilies({ features: [], supporting }, ...trends)
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
