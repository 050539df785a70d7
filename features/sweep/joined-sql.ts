import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column, Dataset } from '../../core/dataset.ts'
import type { Engine, ParquetParts } from '../../engines/engine.ts'
import { readDataset } from '../../engines/read-dataset.ts'
import { compileExamples } from '../compile.ts'
import { featureKind, type Feature } from '../definition.ts'
import { makeExamples } from '../make-examples.ts'
import type { ContextColumn, ExamplePlan, NamedSql } from '../plan.ts'
import { contextOf, type SweepSplit } from './plan-sweep.ts'

export interface JoinContext {
  readonly engine: Engine
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  /** The rows of the sweep. */
  readonly rows: Pick<Dataset, 'users' | 'cutoffs' | 'rowCount'>
  readonly folder: string
  readonly resources: { readonly threads: number; readonly memoryBytes: number }
  readonly signal: AbortSignal
  /** What a slice of users may need; only tests say it. */
  readonly sliceBytes: number | undefined
}

/** Name -> column, in the order of the sweep's rows: what SQL computes for them. */
export interface JoinedColumns {
  readonly columns: ReadonlyMap<string, Column>
  readonly statements: readonly NamedSql[]
}

/** Computes what the sweep left to SQL, for the sweep's rows only: they are loaded as the spine; in slices where users are many. */
export async function joinedColumns(context: JoinContext): Promise<JoinedColumns> {
  const { engine, plan, split, signal, folder, resources, sliceBytes } = context
  const names = new Set([...split.joined, ...split.joinedContext].map(({ name }) => name))
  if (names.size === 0) return { columns: new Map(), statements: [] }
  const spine = `${plan.prefix ?? 'ebb_'}sweep_rows`
  const joined = joinedPlan(plan, split, engine.dialect.identifier(spine))
  const statements: NamedSql[] = []
  const onCompiled = (compiled: readonly NamedSql[]): Promise<void> => {
    statements.push(...compiled.map(({ name, sql }) => ({ name: `joined-${name}`, sql })))
    return Promise.resolve()
  }
  await loadRows(context, spine)
  try {
    const { memoryBytes } = resources
    const made = await makeExamples(engine, joined, { folder, memoryBytes, signal, onCompiled, sliceBytes })
    const parts = made.parts ?? (await engine.pull(made.select, folder, { signal }))
    return { columns: await readColumns(context, parts, names), statements }
  } finally {
    const { cleanup } = compileExamples(joined, engine.dialect)
    const dropped = engine.dialect.dropTable(engine.dialect.identifier(spine))
    for (const sql of [...cleanup, ...dropped]) await engine.execute(sql).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
}

/** The plan of the joined columns alone, on a spine that is there already. */
function joinedPlan(plan: ExamplePlan, split: SweepSplit, spine: string): ExamplePlan {
  const wantedContext = new Set(split.joinedContext.map(({ name }) => name))
  const context: readonly ContextColumn[] = contextOf(plan).filter(({ name }) => wantedContext.has(name))
  const all = new Map([...plan.features, ...plan.supporting].map((feature) => [feature.name, feature]))
  const features = split.joined.flatMap(({ name }) => all.get(name) ?? [])
  const needed = new Map<string, Feature>()
  const visit = (feature: Feature): void => {
    if (feature.kind !== 'derived' && feature.kind !== 'fitted') return
    for (const name of feature.from) {
      const input = all.get(name)!
      if (!features.includes(input)) needed.set(name, input)
      visit(input)
    }
  }
  for (const feature of features) visit(feature)
  const supporting = [...needed.values()]
  // Names of its own: where the spine came from SQL too, its tables are still needed.
  const prefix = `${plan.prefix ?? 'ebb_'}joined_`
  return { ...plan, features, supporting, context, hasBuiltInContext: false, spine, prefix }
}

async function loadRows({ engine, rows, signal }: JoinContext, table: string): Promise<void> {
  const { dialect } = engine
  const raw = `${table}_raw`
  await engine.load(
    raw,
    [
      { name: 'cutoff', type: 'date', values: rows.cutoffs },
      { name: 'user_index', type: 'integer', values: rows.users },
    ],
    { signal },
  )
  const select = `SELECT r.cutoff, r.user_index, ${dialect.cast('NULL', 'integer')} AS label, ${dialect.cast('NULL', 'text')} AS churn_kind FROM ${dialect.identifier(raw)} AS r`
  for (const sql of dialect.createTable(dialect.identifier(table), select)) await engine.execute(sql, { signal })
  await engine.execute(`DROP TABLE ${dialect.identifier(raw)}`, { signal })
}

async function readColumns(
  { rows, folder, resources, signal, split, plan }: JoinContext,
  parts: ParquetParts,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Column>> {
  const kinds = kindsOf(plan, split)
  const features = [...names].map((name) => ({ name, kind: kinds.get(name)! }))
  const { dataset } = await readDataset(
    parts,
    { users: 'user_index', cutoffs: 'cutoff', features, order: 'cutoffs' },
    { ...resources, tempDirectory: join(folder, 'read'), signal },
  )
  for (let i = 0; i < rows.rowCount; i++)
    if (dataset.users[i] !== rows.users[i] || dataset.cutoffs[i] !== rows.cutoffs[i])
      throw new Error(`row ${i} of the joined columns is another user or cutoff than that of the sweep`)
  return new Map(names.size === 0 ? [] : dataset.names.map((name, at) => [name, dataset.columns[at]!]))
}

function kindsOf(plan: ExamplePlan, split: SweepSplit): ReadonlyMap<string, 'number' | 'category'> {
  const context = contextOf(plan).map(({ name, kind }) => [name, kind] as const)
  const kinds = new Map<string, 'number' | 'category'>(context)
  const all = new Map([...plan.features, ...plan.supporting].map((feature) => [feature.name, feature]))
  for (const { name } of split.joined) kinds.set(name, featureKind(all.get(name)!))
  return kinds
}
