import type { Day } from '../../core/day.ts'
import type { Labels } from '../../core/dataset.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan, Prediction } from '../plan.ts'
import { plannedPredictions } from '../predictions.ts'
import type { GivenSpine } from './given-spine.ts'
import { countPopulation, excludedColumns, givenPopulation, type CutoffCounts } from './population.ts'
import { churnKinds } from './program.ts'
import type { Swept } from './run-sweep.ts'

/** One target and horizon of swept examples. */
export interface SweptPrediction extends Pick<Prediction, 'target' | 'horizonDays' | 'columns' | 'excludedSelect'> {
  /** Cutoffs of the plan that are closed for it; when scoring, all. */
  readonly cutoffs: readonly Day[]
  /** 0 and 1, 0 where the row is no example of it; null when scoring. */
  readonly labels: Labels | null
  /** 1 where the row is an example of it, else 0; null: every row is. */
  readonly isExample: Uint8Array | null
  readonly churnKind: { readonly codes: Uint16Array; readonly levels: readonly string[] }
  /** One entry per closed cutoff. */
  readonly population: readonly CutoffCounts[]
}

export interface SweptPredictions {
  /** The plan's own target and horizon first. */
  readonly predictions: readonly SweptPrediction[]
  /** Removes the tables of those who are left out. */
  readonly cleanup: readonly string[]
}

/** What the passes say of every target and horizon. Scoring as of one day, users without a row go into session tables. */
export async function sweptPredictions(
  engine: Engine,
  { plan, given, signal }: { plan: ExamplePlan; given: GivenSpine | null; signal: AbortSignal },
  { keys, statuses, counts }: Swept,
): Promise<SweptPredictions> {
  const cleanup: string[] = []
  const predictions: SweptPrediction[] = []
  for (const [i, { target, horizonDays, cutoffs, columns, suffix }] of plannedPredictions(plan).entries()) {
    const { labels, churnKinds: codes, isExample } = keys.predictions[i]!
    const sql = given?.compiled.predictions[i]
    const population =
      sql === undefined
        ? countPopulation(plan, { cutoffs }, { counts, i, predictions: statuses.length })
        : await givenPopulation(engine, sql, signal)
    let excludedSelect = sql?.excludedSelect ?? null
    if (plan.mode === 'score' && plan.cutoffs.length === 1 && sql === undefined) {
      const name = `${plan.prefix ?? 'ebb_'}sweep_excluded${suffix}`
      await engine.load(name, excludedColumns(statuses[i]!, plan.firstUser), { signal })
      const table = engine.dialect.identifier(name)
      excludedSelect = `SELECT x.user_index, x.reason FROM ${table} AS x ORDER BY x.user_index`
      cleanup.push(...engine.dialect.dropTable(table))
    }
    predictions.push({
      target,
      horizonDays,
      cutoffs,
      columns,
      labels: plan.mode === 'label' ? labels : null,
      isExample,
      churnKind: { codes, levels: given?.churnKinds ?? [...churnKinds] },
      population,
      excludedSelect,
    })
  }
  return { predictions, cleanup }
}
