import type { TruncationReport } from '../../../core/audit-artifacts.ts'
import { type Day, dayNumber } from '../../../core/day.ts'
import type { Dialect } from '../../../engines/dialect.ts'
import { type Comparison, differingFeatures } from '../../../evaluation/differing-features.ts'
import { compileExamples } from '../../../features/compile.ts'
import type { PlanRelations } from '../../../features/plan.ts'
import type { StageContext } from '../../context.ts'
import { planOf, readExamples } from '../examples.ts'
import type { Examples } from '../examples-type.ts'
import type { PlannedFeatures } from '../plan-features.ts'

const mostCutoffs = 3
const prefix = 'ebb_audit_'

export interface TruncationInput {
  readonly extracted: { readonly relations: PlanRelations; readonly dataEnd: Day }
  readonly planned: PlannedFeatures
  readonly examples: Pick<Examples, 'dataset' | 'cutoffs'>
  /** What makes SQL of a plan; only a test gives another. */
  readonly compile?: typeof compileExamples
}

type Context = Pick<StageContext, 'config' | 'engine' | 'signal' | 'resources' | 'workDir' | 'emit'>

/**
 * The truncation test on the user's own data. For the first, the middle and the last cutoff: takes some users, deletes
 * everything of theirs that could not be known then, makes their features again as for scoring, and compares every value
 * with the one the models are trained on. They must be the same bits. Half of the users are those with the earliest event
 * after the visible end, where a window one second too long shows; the others are drawn evenly.
 */
export async function truncationTest(context: Context, input: TruncationInput): Promise<TruncationReport> {
  const { examples } = input
  const at = [0, Math.floor((examples.cutoffs.length - 1) / 2), examples.cutoffs.length - 1]
  const cutoffs = [...new Set(at)].slice(0, mostCutoffs).map((i) => examples.cutoffs[i]!)
  const report: TruncationReport = { cutoffs, rows: 0, values: 0, deletedEvents: 0, lostRows: 0, differing: [] }
  for (const [done, cutoff] of cutoffs.entries()) {
    context.emit({ name: 'audit/truncation', done, total: cutoffs.length })
    const { comparison, deleted } = await truncateAt(context, input, cutoff)
    report.rows += comparison.rows
    report.values += comparison.values
    report.deletedEvents += deleted
    report.lostRows += comparison.lost
    report.differing.push(...comparison.differing.map((one) => ({ ...one, cutoff })))
  }
  return report
}

async function truncateAt(
  context: Context,
  input: TruncationInput,
  cutoff: Day,
): Promise<{ comparison: Comparison; deleted: number }> {
  const { engine, signal } = context
  const { dialect } = engine
  const { planned, examples, extracted } = input
  const rows = await sampleRows(context, input, cutoff)
  const users = `${prefix}users`
  const indices = Uint32Array.from(rows, (row) => examples.dataset.users[row]!)
  await engine.load(users, [{ name: 'user_index', type: 'integer', values: indices }], { signal })
  const truncated = truncatedRelations(extracted.relations, { cutoff, users, dialect })
  for (const sql of truncated.statements) await engine.execute(sql, { signal })
  const making = { extracted: { ...extracted, relations: truncated.relations }, cutoffs: [cutoff], planned }
  const plan = { ...planOf(context, { ...making, mode: 'score' }), prefix }
  const compiled = (input.compile ?? compileExamples)(plan, dialect)
  for (const { sql } of compiled.statements) await engine.execute(sql, { signal })
  const again = await readExamples(context, compiled, { mode: 'score', folder: `audit-${cutoff}` })
  const [deleted] = await engine.rows(truncated.deletedSelect, { signal })
  for (const sql of [...compiled.cleanup, ...truncated.cleanup]) await engine.execute(sql, { signal })
  const comparison = differingFeatures(examples.dataset, rows, again.rows.dataset)
  return { comparison, deleted: Number(deleted!['n']) }
}

/** Rows of the dataset at the cutoff, ascending. */
async function sampleRows(
  context: Context,
  { examples, extracted }: TruncationInput,
  cutoff: Day,
): Promise<Uint32Array> {
  const { engine, signal, config } = context
  const { dataset } = examples
  const day = dayNumber(cutoff)
  const rowOfUser = new Map<number, number>()
  for (let row = 0; row < dataset.rowCount; row++)
    if (dataset.cutoffs[row] === day) rowOfUser.set(dataset.users[row]!, row)
  const half = Math.ceil(config.audit.users / 2)
  const { relations } = extracted
  const soon = await engine.rows(
    `SELECT q.user_index FROM (SELECT e.user_index, MIN(e.event_time) AS first_hidden FROM ${relations.events} AS e
WHERE NOT (${isVisible(relations, cutoff, engine.dialect)}) GROUP BY e.user_index) AS q ORDER BY q.first_hidden, q.user_index LIMIT ${20 * half}`,
    { signal, limit: 20 * half },
  )
  const chosen = new Set(
    soon
      .map((row) => rowOfUser.get(Number(row['user_index'])))
      .filter((row) => row !== undefined)
      .slice(0, half),
  )
  const all = [...rowOfUser.values()]
  const step = Math.max(1, Math.floor(all.length / half))
  for (let i = 0; i < all.length && chosen.size < 2 * half; i += step) chosen.add(all[i]!)
  return Uint32Array.from(chosen).sort()
}

/** Known before the cutoff, said a second time and on times instead of days, so that it is no copy of the features' own. */
function isVisible({ hasAvailableDay }: PlanRelations, cutoff: Day, dialect: Dialect): string {
  const end = dialect.cast(dialect.addDays(dialect.day(cutoff), '-e.delay_days'), 'timestamp')
  const available = `(e.available_day IS NULL OR e.available_day < ${dialect.day(cutoff)})`
  return `e.event_time < ${end}${hasAvailableDay === true ? ` AND ${available}` : ''}`
}

interface Truncated {
  readonly relations: PlanRelations
  readonly statements: readonly string[]
  readonly deletedSelect: string
  readonly cleanup: readonly string[]
}

/** The relations of the sampled users (table `users`) without what was not known at the cutoff. */
function truncatedRelations(
  relations: PlanRelations,
  { cutoff, users, dialect }: { readonly cutoff: Day; readonly users: string; readonly dialect: Dialect },
): Truncated {
  const visible = isVisible(relations, cutoff, dialect)
  const events = dialect.identifier(`${prefix}events`)
  const own = (relation: string, alias: string): string =>
    `${relation} AS ${alias} JOIN ${users} AS u ON u.user_index = ${alias}.user_index`
  const attributes = relations.attributes.map((table, i) => ({
    table: { ...table, relation: dialect.identifier(`${prefix}attributes_${i}`) },
    select: `SELECT a.* FROM ${own(table.relation, 'a')} WHERE a.valid_from IS NULL OR a.valid_from < ${dialect.day(cutoff)}`,
  }))
  return {
    relations: { ...relations, events, attributes: attributes.map(({ table }) => table) },
    statements: [
      ...dialect.createTable(events, `SELECT e.* FROM ${own(relations.events, 'e')} WHERE ${visible}`),
      ...attributes.flatMap(({ table, select }) => dialect.createTable(table.relation, select)),
    ],
    deletedSelect: `SELECT COUNT(*) AS n FROM ${own(relations.events, 'e')} WHERE NOT (${visible})`,
    cleanup: [events, users, ...attributes.map(({ table }) => table.relation)].flatMap((table) =>
      dialect.dropTable(table),
    ),
  }
}
