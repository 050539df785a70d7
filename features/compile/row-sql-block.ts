import type { RowSqlFeature } from '../definition.ts'
import { rowSql } from '../row-sql.ts'
import { knownPredicate, windowKey, windowPredicate } from '../window.ts'
import { joinExample, visibleEvents, type Block, type BlockContext } from './block.ts'

/**
 * Expressions of the user, one relation per window: the events of the window beside each example. The window is written here,
 * never by the expression. The slow path: events x cutoffs.
 */
export function rowSqlBlocks(context: BlockContext, features: readonly RowSqlFeature[]): readonly Block[] {
  const { dialect, table } = context
  const events = visibleEvents(context)
  const windows = [...new Set(features.map((feature) => windowKey(feature)))]
  return windows.map((key, index) => {
    const own = features.filter((feature) => windowKey(feature) === key)
    const inside = windowPredicate(dialect, { seen: events.seen, cutoff: 's.cutoff' }, own[0]!)
    const isKnown = events.known === events.seen ? '' : ` AND ${knownPredicate(events.known, 's.cutoff')}`
    const values = own.map(
      ({ name, expression }, i) => `,\n  ${rowSql(expression, `features.add.${name}.expression`, dialect)} AS x${i}`,
    )
    const alias = `bx${index}`
    return {
      tables: [
        {
          name: `row-sql-${index}`,
          table: table(`row_sql_${index}`),
          select: `SELECT s.cutoff, s.user_index${values.join('')}
FROM ${table('spine')} AS s
JOIN ${events.from} ON e.user_index = s.user_index AND ${inside}${isKnown}
GROUP BY s.cutoff, s.user_index`,
        },
      ],
      joins: [joinExample(table(`row_sql_${index}`), alias)],
      values: new Map(
        own.map(({ name, whenEmpty }, i) => [
          name,
          whenEmpty === 'zero' ? `COALESCE(${alias}.x${i}, ${dialect.toDouble('0')})` : `${alias}.x${i}`,
        ]),
      ),
    }
  })
}
