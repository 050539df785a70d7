import { join } from 'node:path'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { SweepOptions, SweptExamples } from '../sweep.ts'
import type { GivenSpine } from './given-spine.ts'
import { joinedColumns } from './joined-sql.ts'
import type { SweepSplit } from './plan-sweep.ts'
import type { ReadEvents } from './read-events.ts'
import type { Swept } from './run-sweep.ts'
import { assembleColumns } from './swept-columns.ts'
import { sweptPredictions } from './swept-predictions.ts'

/** What the result is made of besides the swept rows. */
export interface Finishing {
  readonly engine: Engine & { readonly scanner: ColumnScanner }
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly read: ReadEvents
  readonly given: GivenSpine | null
  readonly options: Pick<SweepOptions, 'workDir' | 'resources' | 'signal' | 'tuning'>
}

/** Joins what SQL computes, and puts all columns in the order of the plan. */
export async function finishSweep(finishing: Finishing, swept: Swept): Promise<SweptExamples> {
  const { engine, plan, split, read, given, options } = finishing
  const { keys, rowCount } = swept
  const rows = { users: keys.users, cutoffs: keys.cutoffs, rowCount }
  const folder = join(options.workDir, 'sweep-joined')
  const { resources, signal } = options
  const sliceBytes = options.tuning?.sqlBytes
  const joined = await joinedColumns({ engine, plan, split, rows, folder, resources, signal, sliceBytes })
  const assembled = assembleColumns({
    plan,
    split,
    program: read.made.program,
    columns: swept.columns,
    joined: joined.columns,
    rowCount,
  })
  const { predictions, cleanup } = await sweptPredictions(engine, { plan, given, signal }, swept)
  const queries = read.queries.map((sql, i) => ({ name: `sweep-events-${String(i + 1).padStart(2, '0')}`, sql }))
  return {
    dataset: { ...assembled.features, ...rows },
    predictions,
    context: assembled.context,
    doubles: assembled.doubles,
    joined: [
      ...(split.spineReason === null ? [] : [{ name: 'spine', reason: split.spineReason }]),
      ...split.joined,
      ...split.joinedContext,
    ],
    statements: [...(given?.compiled.statements ?? []), ...queries, ...joined.statements],
    events: read.events,
    cleanup: async () => {
      for (const sql of [...(given?.compiled.cleanup ?? []), ...cleanup]) await engine.execute(sql, { signal })
    },
  }
}
