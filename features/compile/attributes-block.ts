// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import { EbbError } from '../../core/errors.ts'
import type { AsOfFeature } from '../definition.ts'
import type { PlanAttribute } from '../plan.ts'
import { windowKey, windowPredicate } from '../window.ts'
import { joinExample, type Block, type BlockContext } from './block.ts'

/** Attributes as they were known at the cutoff, one block per attribute table. */
export function attributesBlocks(context: BlockContext, features: readonly AsOfFeature[]): readonly Block[] {
  const tables = [...new Set(features.map((feature) => feature.table))]
  return tables.map((name, index) => {
    const attribute = context.plan.relations.attributes.find((table) => table.name === name)
    const own = features.filter((feature) => feature.table === name)
    if (attribute === undefined) throw missing(own[0]!, `no attribute table "${name}"`)
    for (const feature of own) {
      const isKnown = attribute.columns.some((column) => column.name === feature.attribute)
      if (!isKnown) throw missing(feature, `attribute table "${name}" has no column "${feature.attribute}"`)
    }
    return attributeBlock({ ...context, attribute, index }, own)
  })
}

interface AttributeContext extends BlockContext {
  readonly attribute: PlanAttribute
  readonly index: number
}

function attributeBlock(context: AttributeContext, features: readonly AsOfFeature[]): Block {
  const { dialect, table, index } = context
  const columns = [...new Set(features.map((feature) => feature.attribute))]
  const at = new Map(columns.map((column, i) => [column, i]))
  const rows = table(`attribute_${index}`)
  const known = table(`attribute_known_${index}`)
  const alias = `ba${index}`
  const values = new Map(features.map((f) => [f.name, attributeValue(context, f, { alias, i: at.get(f.attribute)! })]))
  const changes = features.filter((feature) => feature.read === 'changes')
  const needed = (read: AsOfFeature['read']): number[] => [
    ...new Set(features.filter((feature) => feature.read === read).map((feature) => at.get(feature.attribute)!)),
  ]
  const sinceChange = needed('daysSinceChange')
  const previous = needed('previous')
  const aggregates = [
    ...sinceChange.map((i) => `MAX(CASE WHEN a.changed${i} THEN a.valid_from END) AS changed_on${i}`),
    ...previous.map((i) => `MAX(CASE WHEN a.changed${i} THEN a.n END) AS changed_at${i}`),
    ...changes.map((feature) => {
      const window = { lookbackDays: feature.lookbackDays, offsetDays: 0 }
      const inside = windowPredicate(dialect, { seen: 'a.valid_from', cutoff: 's.cutoff' }, window)
      const i = at.get(feature.attribute)!
      return `COUNT(*) FILTER (WHERE a.changed${i} AND ${inside}) AS changes${i}_${windowKey(window)}`
    }),
  ]
  const unique = [...new Set(aggregates)].map((aggregate) => `,\n  ${aggregate}`).join('')
  return {
    tables: [
      { name: `attribute-rows-${index}`, table: rows, select: attributeRows(context, columns) },
      {
        name: `attribute-known-${index}`,
        table: known,
        select: `SELECT s.cutoff, s.user_index, MAX(a.n) AS n${unique}
FROM ${table('spine')} AS s
JOIN ${rows} AS a ON a.user_index = s.user_index AND (a.valid_from IS NULL OR a.valid_from < s.cutoff)
GROUP BY s.cutoff, s.user_index`,
      },
    ],
    joins: [
      joinExample(known, alias),
      `LEFT JOIN ${rows} AS ${alias}v ON ${alias}v.user_index = s.user_index AND ${alias}v.n = ${alias}.n`,
      ...previous.map(
        (i) =>
          `LEFT JOIN ${rows} AS ${alias}p${i} ON ${alias}p${i}.user_index = s.user_index AND ${alias}p${i}.n = ${alias}.changed_at${i}`,
      ),
    ],
    values,
  }
}

/**
 * (user_index, valid_from, n = 1, 2, ... in order, v<i> value, p<i> value of the row before, changed<i>). Of several rows
 * of one day the greatest counts, column by column from the left; a NULL valid_from is the oldest.
 */
function attributeRows(context: AttributeContext, columns: readonly string[]): string {
  const { dialect, attribute } = context
  const values = columns.map((name, i) => {
    const type = attribute.columns.find((column) => column.name === name)!.type
    const sqlType = type === 'category' ? 'text' : type === 'number' ? 'double' : 'date'
    return `${dialect.cast(`r.${dialect.identifier(name)}`, sqlType)} AS v${i}`
  })
  const order = 'PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST'
  const previous = columns.flatMap((_, i) => [
    `LAG(o.v${i}) OVER (${order}) AS p${i}`,
    `(ROW_NUMBER() OVER (${order}) > 1 AND ${dialect.isDistinct(`o.v${i}`, `LAG(o.v${i}) OVER (${order})`)}) AS changed${i}`,
  ])
  const greatest = columns.map((_, i) => `u.v${i} DESC NULLS LAST`).join(', ')
  return `SELECT o.user_index, o.valid_from, ${dialect.cast(`ROW_NUMBER() OVER (${order})`, 'bigint')} AS n,
  ${columns.map((_, i) => `o.v${i}`).join(', ')},
  ${previous.join(',\n  ')}
FROM (
  SELECT u.*, ROW_NUMBER() OVER (PARTITION BY u.user_index, u.valid_from ORDER BY ${greatest}) AS place
  FROM (SELECT r.user_index, r.valid_from, ${values.join(', ')} FROM ${attribute.relation} AS r) AS u
) AS o
WHERE o.place = 1`
}

function attributeValue(context: AttributeContext, feature: AsOfFeature, at: { alias: string; i: number }): string {
  const { dialect } = context
  const { alias, i } = at
  if (feature.read === 'previous') return `${alias}p${i}.p${i}`
  if (feature.read === 'value') return `${alias}v.v${i}`
  if (feature.read === 'daysSince') return dialect.cast(dialect.daysBetween(`${alias}v.v${i}`, 's.cutoff'), 'integer')
  if (feature.read === 'daysSinceChange')
    return dialect.cast(dialect.daysBetween(`${alias}.changed_on${i}`, 's.cutoff'), 'integer')
  const key = windowKey({ lookbackDays: feature.lookbackDays, offsetDays: 0 })
  return `COALESCE(${alias}.changes${i}_${key}, 0)`
}

function missing(feature: AsOfFeature, what: string): EbbError {
  return new EbbError({ code: 'FEATURE_ATTRIBUTE', kind: 'config', where: `feature "${feature.name}"`, what })
}
