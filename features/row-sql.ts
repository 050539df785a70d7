import type { Dialect } from '../engines/dialect.ts'
import { eventColumn } from './event-columns.ts'
import { parseRowSql } from './row-sql/parse.ts'
import { renderRowSql } from './row-sql/render.ts'
import type { Expression } from './row-sql/expression.ts'

/*
 * What a `rowSql` feature may say: one number, made of aggregates over the rows of the window.
 *
 * columns      those of `where` (event_type, amount, quantity, item, category, channel, source, hour, weekday) and days_ago,
 *              whole days from the event's day to the cutoff, at least 1
 * aggregates   count(*), count(x), count(distinct x), sum(x), avg(x), min(x), max(x), median(x), each with FILTER (WHERE ...)
 * functions    abs, floor, ceil, round(x, digits), sqrt, ln, exp, least, greatest, coalesce, nullif, lower, upper, length
 * operators    + - * / (a division by 0 is missing), = <> != < <= > >=, and, or, not, in, between, is null, case
 *
 * The text never reaches an engine. It is read into a tree by a grammar that has no table, no sub-query, no window function,
 * no other function and no statement, and SQL is written from the tree, in the words of the dialect, with every literal
 * quoted. So it cannot leave the window, read anything else, or change anything. Sums are of millionths, rounded, so that
 * they do not depend on the order of rows; |sum| stays below 10^31.
 */

/** Reads an expression. Throws EbbError `config` with the position. `where` names the place, e.g. `features.add.x.expression`. */
export function readRowSql(text: string, where: string): Expression {
  return parseRowSql(text, where)
}

/** SQL over events with alias `e` beside examples with alias `s`; one number per group. */
export function rowSql(text: string, where: string, dialect: Dialect): string {
  return renderRowSql(parseRowSql(text, where), dialect, (name) =>
    name === 'days_ago' ? dialect.daysBetween('e.event_day', 's.cutoff') : eventColumn(name, dialect, 'e'),
  )
}
