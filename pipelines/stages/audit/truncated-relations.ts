import { availableDayColumn, eventColumns } from '../../../data/event-table.ts'
import type { Dialect } from '../../../engines/dialect.ts'
import type { PlanRelations } from '../../../features/plan.ts'

export interface Truncated {
  /** Name of the table that has to be there first: user_index, was (the user's own index), cutoff DATE. */
  readonly users: string
  /** The relations of the sampled users, as known at their cutoffs. */
  readonly relations: PlanRelations
  readonly statements: readonly string[]
  /** (n BIGINT): events that were left out. */
  readonly deletedSelect: string
  readonly cleanup: readonly string[]
}

/** Known before the cutoff, said a second time and on times instead of days, so that it is no copy of the features' own. */
export function isVisible({ hasAvailableDay }: PlanRelations, cutoff: string, dialect: Dialect): string {
  const end = dialect.cast(dialect.addDays(cutoff, '-e.delay_days'), 'timestamp')
  const available = `(e.${availableDayColumn} IS NULL OR e.${availableDayColumn} < ${cutoff})`
  return `e.event_time < ${end}${hasAvailableDay === true ? ` AND ${available}` : ''}`
}

/** What the features may be made of again: without everything that was not known at each sampled user's cutoff. */
export function truncatedRelations(
  relations: PlanRelations,
  { prefix, dialect }: { readonly prefix: string; readonly dialect: Dialect },
): Truncated {
  const users = `${prefix}sampled`
  const sampled = dialect.identifier(users)
  const own = (relation: string, alias: string): string =>
    `${relation} AS ${alias} JOIN ${sampled} AS u ON u.was = ${alias}.user_index`
  const columns = (names: readonly string[], alias: string): string =>
    ['u.user_index', ...names.map((name) => `${alias}.${dialect.identifier(name)}`)].join(', ')
  const visible = isVisible(relations, 'u.cutoff', dialect)
  const events = dialect.identifier(`${prefix}events`)
  const read = Object.keys(eventColumns).filter((name) => name !== 'user_index')
  const known = relations.hasAvailableDay === true ? [...read, availableDayColumn] : read
  const attributes = relations.attributes.map((table, i) => {
    const names = columns(['valid_from', ...table.columns.map(({ name }) => name)], 'a')
    return {
      table: { ...table, relation: dialect.identifier(`${prefix}attributes_${i}`) },
      select: `SELECT ${names} FROM ${own(table.relation, 'a')} WHERE a.valid_from IS NULL OR a.valid_from < u.cutoff`,
    }
  })
  return {
    users,
    relations: { ...relations, events, users: sampled, attributes: attributes.map(({ table }) => table) },
    statements: [
      ...dialect.createTable(
        events,
        `SELECT ${columns(known, 'e')} FROM ${own(relations.events, 'e')} WHERE ${visible}`,
      ),
      ...attributes.flatMap(({ table, select }) => dialect.createTable(table.relation, select)),
    ],
    deletedSelect: `SELECT COUNT(*) AS n FROM ${own(relations.events, 'e')} WHERE NOT (${visible})`,
    cleanup: [events, sampled, ...attributes.map(({ table }) => table.relation)].flatMap((table) =>
      dialect.dropTable(table),
    ),
  }
}
