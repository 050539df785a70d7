import type { SnapshotChanges } from '../../../core/audit-artifacts.ts'
import type { Day } from '../../../core/day.ts'
import type { AttributeRelation, ExtractedRelations } from '../../../data/event-table.ts'
import type { Dialect } from '../../../engines/dialect.ts'
import type { Engine, Row } from '../../../engines/engine.ts'
import { eventContent } from '../../../features/event-columns.ts'

const shown = 3

/** An older copy of the data, kept in the session beside the relations of the newer one. */
export interface OlderSnapshot {
  /** What it was read from, for people. */
  readonly against: string
  /** Its end, exclusive: rows from before it are compared. */
  readonly end: Day
  readonly events: string
  readonly attributes: readonly (Pick<AttributeRelation, 'name' | 'columns' | 'isHistory'> & {
    readonly relation: string
  })[]
}

/** Copies what `extract` made under other names, with user ids in the place of indices, before the newer data are read. */
export async function keepOlder(
  engine: Engine,
  older: { readonly relations: ExtractedRelations; readonly dataEnd: Day; readonly against: string },
  signal: AbortSignal,
): Promise<OlderSnapshot> {
  const { dialect } = engine
  const { relations } = older
  const copy = async (name: string, relation: string): Promise<string> => {
    const table = dialect.identifier(`ebb_older_${name}`)
    const select = `SELECT u.user_id, r.* FROM ${relation} AS r JOIN ${relations.users} AS u ON u.user_index = r.user_index`
    for (const sql of dialect.createTable(table, select)) await engine.execute(sql, { signal })
    return table
  }
  const events = await copy('events', relations.events)
  const attributes = []
  for (const [i, { name, relation, columns, isHistory }] of relations.attributes.entries())
    attributes.push({ name, columns, isHistory, relation: await copy(`attributes_${i}`, relation) })
  return { against: older.against, end: older.dataEnd, events, attributes }
}

/** What appeared, vanished or changed among the rows from before the older copy's end, by source and attribute table. */
export async function compareSnapshots(
  engine: Engine,
  older: OlderSnapshot,
  { relations, signal }: { readonly relations: ExtractedRelations; readonly signal: AbortSignal },
): Promise<SnapshotChanges[]> {
  const { dialect } = engine
  const end = dialect.day(older.end)
  const now = (relation: string): string =>
    `(SELECT u.user_id, r.* FROM ${relation} AS r JOIN ${relations.users} AS u ON u.user_index = r.user_index)`
  const events = await changes(engine, signal, {
    columns: eventContent,
    key: ['user_id', 'event_time', 'event_type', 'source'],
    table: 'source',
    day: 'event_day',
    what: 'event_type',
    older: `${older.events} AS o WHERE o.event_day < ${end}`,
    newer: `${now(relations.events)} AS o WHERE o.event_day < ${end}`,
  })
  const found: SnapshotChanges[] = events.map((one) => ({ ...one, kind: 'events' }))
  for (const table of relations.attributes) {
    const before = older.attributes.find(({ name }) => name === table.name)
    if (before === undefined) continue
    const names = table.columns
      .filter(({ name }) => before.columns.some((column) => column.name === name))
      .map(({ name }) => name)
    // Static rows of users whom the older copy did not know yet are no correction of it.
    const known = `o.user_id IN (SELECT k.user_id FROM ${before.relation} AS k)`
    const past = table.isHistory ? `o.valid_from < ${end}` : known
    const [one] = await changes(engine, signal, {
      columns: ['valid_from', ...names],
      key: ['user_id', 'valid_from'],
      table: dialect.text(table.name),
      day: 'valid_from',
      what: dialect.text('attributes'),
      older: `${before.relation} AS o WHERE ${table.isHistory ? past : 'TRUE'}`,
      newer: `${now(table.relation)} AS o WHERE ${past}`,
    })
    found.push({ ...(one ?? { ...nothing, table: table.name }), kind: 'attributes' })
  }
  return found
}

const nothing = { rows: 0, appeared: 0, vanished: 0, changed: 0, firstDay: null, examples: [] }

interface Sides {
  readonly columns: readonly string[]
  /** Rows that differ but agree in these are one row that changed. */
  readonly key: readonly string[]
  /** SQL of the name, the day and a word for each row. */
  readonly table: string
  readonly day: string
  readonly what: string
  /** What stands after FROM, alias `o`. */
  readonly older: string
  readonly newer: string
}

/** Both sides as multisets: how often each row stands on each side. */
function countedSql({ columns, older, newer }: Sides, dialect: Dialect): string {
  const names = ['user_id', ...columns.map((name) => dialect.identifier(name))].join(', ')
  return `SELECT ${names}, ${dialect.sumInteger('o.was')} AS was, ${dialect.sumInteger('o.is_now')} AS is_now FROM (
  SELECT ${names}, 1 AS was, 0 AS is_now FROM ${older}
  UNION ALL SELECT ${names}, 0 AS was, 1 AS is_now FROM ${newer}
) AS o GROUP BY ${names}`
}

async function changes(engine: Engine, signal: AbortSignal, sides: Sides): Promise<Omit<SnapshotChanges, 'kind'>[]> {
  const { dialect } = engine
  const { key, table, day, what } = sides
  const keys = key.map((name) => (name === 'user_id' ? name : dialect.identifier(name))).join(', ')
  const counted = dialect.identifier('ebb_snapshot_rows')
  for (const sql of dialect.createTable(counted, countedSql(sides, dialect))) await engine.execute(sql, { signal })
  // Of one key, a row that went and one that came are one that changed.
  const perKey = `SELECT ${keys}, MIN(${table}) AS table_name, MIN(${day}) AS first_day, MIN(${what}) AS what, ${dialect.sumInteger('r.was')} AS was,
    ${dialect.sumInteger('GREATEST(r.was - r.is_now, 0)')} AS went, ${dialect.sumInteger('GREATEST(r.is_now - r.was, 0)')} AS came
  FROM ${counted} AS r GROUP BY ${keys}`
  const summed = `SELECT k.table_name, ${dialect.sumInteger('k.was')} AS row_count, ${dialect.sumInteger('k.came - LEAST(k.came, k.went)')} AS appeared,
  ${dialect.sumInteger('k.went - LEAST(k.came, k.went)')} AS vanished, ${dialect.sumInteger('LEAST(k.came, k.went)')} AS changed,
  MIN(CASE WHEN k.came + k.went > 0 THEN k.first_day END) AS first_day
FROM (${perKey}) AS k GROUP BY k.table_name ORDER BY k.table_name`
  const touched = `SELECT k.* FROM (${perKey}) AS k WHERE k.came + k.went > 0 ORDER BY k.first_day NULLS FIRST, k.user_id, k.what LIMIT 1000`
  const rows = await engine.rows(summed, { signal })
  const examples = await engine.rows(touched, { signal })
  for (const sql of dialect.dropTable(counted)) await engine.execute(sql, { signal })
  return rows.map((row) => {
    const name = String(row['table_name'])
    return {
      table: name,
      rows: Number(row['row_count']),
      appeared: Number(row['appeared']),
      vanished: Number(row['vanished']),
      changed: Number(row['changed']),
      firstDay: row['first_day'] === null ? null : String(row['first_day']),
      examples: examples
        .filter((example) => String(example['table_name']) === name)
        .slice(0, shown)
        .map(exampleOf),
    }
  })
}

function exampleOf(row: Row): string {
  const [came, went] = [Number(row['came']), Number(row['went'])]
  const happened = came > 0 && went > 0 ? 'changed' : came > 0 ? 'appeared' : 'vanished'
  const day = row['first_day'] === null ? '' : `, ${String(row['first_day'])}`
  return `user ${String(row['user_id'])}${day}, ${String(row['what'])}: ${happened}`
}
