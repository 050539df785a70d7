import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { type Column, missingCode } from '../../core/dataset.ts'
import { dayFromNumber } from '../../core/day.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { canSweep, sweepExamples, type SweepTuning, type SweptExamples } from '../../features/sweep.ts'
import { makeExamples } from './world.ts'

export interface Sweeping {
  readonly threads?: number
  readonly tuning?: SweepTuning
  readonly precision?: 'single' | 'double'
  /** Also written there. */
  readonly parquet?: string
}

/** Sweeps the relations that the engine holds. */
export async function sweepPlan(engine: Engine, plan: ExamplePlan, how: Sweeping = {}): Promise<SweptExamples> {
  if (!canSweep(engine)) throw new Error('the test engine scans')
  const workDir = await mkdtemp(join(tmpdir(), 'ebb-sweep-'))
  try {
    return await sweepExamples(engine, plan, {
      resources: { threads: how.threads ?? 2, memoryBytes: 300_000_000 },
      workDir,
      signal: new AbortController().signal,
      precision: how.precision ?? 'double',
      tuning: how.tuning,
      ...(how.parquet === undefined ? {} : { parquet: how.parquet }),
    })
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

const textAt = (column: Column, row: number): string | null => {
  if (column.kind !== 'category') throw new Error('not a category')
  const code = column.codes[row]!
  return code === missingCode ? null : column.levels[code]!
}

/** Value of an output column of the sweep as SQL would give it. */
export function sweptValue(swept: SweptExamples, name: string, row: number): number | string | null {
  const column = swept.context.get(name) ?? swept.dataset.columns[swept.dataset.names.indexOf(name)]!
  if (column.kind === 'category') return textAt(column, row)
  const value = swept.doubles.get(name)?.[row] ?? column.values[row]!
  return Number.isNaN(value) ? null : value
}

export interface Difference {
  readonly column: string
  readonly user: number
  readonly cutoff: string
  readonly sql: unknown
  readonly sweep: unknown
}

/**
 * Every cell of the SQL's result against the sweep's, bit for bit. Columns that SQL joins are compared after rounding to
 * float32, as they are read.
 */
export function differences(rows: readonly Row[], columns: readonly string[], swept: SweptExamples): Difference[] {
  const found: Difference[] = []
  const note = (row: number, column: string, sql: unknown, sweep: unknown): void => {
    const { users, cutoffs } = swept.dataset
    found.push({ column, user: users[row]!, cutoff: dayFromNumber(cutoffs[row]!), sql, sweep })
  }
  for (const [i, row] of rows.entries()) {
    if (row['user_index'] !== swept.dataset.users[i]) note(i, 'user_index', row['user_index'], swept.dataset.users[i])
    for (const { columns: names, isExample, labels, churnKind } of swept.predictions) {
      if (isExample !== null && row[names.isExample!] !== isExample[i])
        note(i, names.isExample!, row[names.isExample!], isExample[i])
      if (labels === null) continue
      const label = isExample?.[i] === 0 ? null : labels[i]
      if (row[names.label] !== label) note(i, names.label, row[names.label], label)
      const kind = textAt({ kind: 'category', ...churnKind }, i)
      if (row[names.churnKind] !== kind) note(i, names.churnKind, row[names.churnKind], kind)
    }
    for (const name of columns) {
      const sql = row[name] as number | string | null
      const sweep = sweptValue(swept, name, i)
      if (!isSame(sql, sweep, swept.doubles.has(name))) note(i, name, sql, sweep)
    }
  }
  return found
}

function isSame(sql: number | string | null, sweep: number | string | null, isDouble: boolean): boolean {
  if (typeof sql !== 'number' || typeof sweep !== 'number') return sql === sweep
  return (isDouble ? sql : Math.fround(sql)) === sweep
}

/** Both compilers on the relations that the engine holds. */
export async function bothWays(engine: Engine, plan: ExamplePlan, how: Sweeping = {}) {
  const sql = await makeExamples(engine, plan)
  const swept = await sweepPlan(engine, plan, how)
  const columns = sql.compiled.columns.filter(({ role }) => role !== 'key' && role !== 'label').map(({ name }) => name)
  return { sql, swept, columns, differences: differences(sql.rows, columns, swept) }
}
