import { join } from 'node:path'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { SweepOptions, SweptExamples } from '../sweep.ts'
import type { GivenSpine } from './given-spine.ts'
import { joinedColumns } from './joined-sql.ts'
import type { SweepSplit } from './plan-sweep.ts'
import { countPopulation, excludedColumns, givenPopulation } from './population.ts'
import { churnKinds } from './program.ts'
import type { ReadEvents } from './read-events.ts'
import type { Swept } from './run-sweep.ts'
import { assembleColumns } from './swept-columns.ts'

/** What the result is made of besides the swept rows. */
export interface Finishing {
  readonly engine: Engine & { readonly scanner: ColumnScanner }
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly read: ReadEvents
  readonly given: GivenSpine | null
  readonly options: Pick<SweepOptions, 'workDir' | 'resources' | 'signal'>
}

/** Joins what SQL computes, and puts all columns in the order of the plan. */
export async function finishSweep(finishing: Finishing, swept: Swept): Promise<SweptExamples> {
  const { engine, plan, split, read, given, options } = finishing
  const { keys, rowCount } = swept
  const rows = { users: keys.users, cutoffs: keys.cutoffs, rowCount }
  const folder = join(options.workDir, 'sweep-joined')
  const { resources, signal } = options
  const joined = await joinedColumns({ engine, plan, split, rows, folder, resources, signal })
  const assembled = assembleColumns({
    plan,
    split,
    program: read.made.program,
    columns: swept.columns,
    joined: joined.columns,
    rowCount,
  })
  const excluded = await excludedTable(finishing, swept)
  const population =
    given === null ? countPopulation(plan.cutoffs, swept.counts) : await givenPopulation(engine, given.compiled, signal)
  const queries = read.queries.map((sql, i) => ({ name: `sweep-events-${String(i + 1).padStart(2, '0')}`, sql }))
  return {
    dataset: { ...assembled.features, ...rows },
    labels: plan.mode === 'label' ? keys.labels : null,
    churnKind: { codes: keys.churnKinds, levels: given?.churnKinds ?? [...churnKinds] },
    context: assembled.context,
    doubles: assembled.doubles,
    population,
    excludedSelect: given === null ? excluded.select : given.compiled.excludedSelect,
    joined: [
      ...(split.spineReason === null ? [] : [{ name: 'spine', reason: split.spineReason }]),
      ...split.joined,
      ...split.joinedContext,
    ],
    statements: [...(given?.compiled.statements ?? []), ...queries, ...joined.statements],
    events: read.events,
    cleanup: async () => {
      for (const sql of [...(given?.compiled.cleanup ?? []), ...excluded.cleanup]) await engine.execute(sql, { signal })
    },
  }
}

/** Scoring: the users without a row go into a session table, from which their reasons are selected. */
async function excludedTable(
  { engine, plan, given, options }: Finishing,
  { statuses }: Swept,
): Promise<{ select: string | null; cleanup: readonly string[] }> {
  if (plan.mode !== 'score' || given !== null) return { select: null, cleanup: [] }
  const name = `${plan.prefix ?? 'ebb_'}sweep_excluded`
  const { dialect } = engine
  await engine.load(name, excludedColumns(statuses), { signal: options.signal })
  const table = dialect.identifier(name)
  return {
    select: `SELECT x.user_index, x.reason FROM ${table} AS x ORDER BY x.user_index`,
    cleanup: dialect.dropTable(table),
  }
}
