import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dataset } from '../../core/dataset.ts'
import type { ContributionBlock, Explanation, PredictOptions } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import type { KernelChoice } from '../kernels/kernel-pool.ts'
import { byteEnsemble } from '../trees/byte-ensemble.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { type ColumnSources, findColumns } from '../trees/staged-columns.ts'
import { type ExplainSession, openSession } from './explain-session.ts'
import { interactionBlocks } from './interactions.ts'
import { type Explained, type PlanBatch, planBatches, prepareEnsemble } from './plans.ts'

/** Tables take as long to make as walking so many rows down the trees. */
const fewestRowsForTables = 4096
/** Where plans need several batches: bytes of the contributions that are added up before the tables are made anew. */
const spanBytes = 2 ** 27

export type ExplainOptions = PredictOptions & { readonly where: string }

export interface ExplainerLimits {
  /** Bytes of tables and walks at a time, about; default 64 MiB. */
  readonly batchBytes?: number
  /** Calls with fewer rows walk; default 4,096. */
  readonly fewestRows?: number
  /** Calls with fewer steps of arithmetic have one thread, as others are not worth their start; default 1e8, some 50 ms. */
  readonly fewestSteps?: number
}

/** Explains rows of `x`; `where` names the caller in errors. */
export type Explain = (x: Dataset, options: ExplainOptions) => Explanation

/**
 * Exact path-dependent TreeSHAP (Lundberg, Erion and Lee 2018) of an ensemble whose score is a sum of leaf values:
 * what a feature contributes is its Shapley value in the game where an unknown feature sends a row down both sides, by
 * their shares of the training rows. bias = mean score over the training rows of each tree, bias + sum(row) = score.
 *
 * Rows of training are counted as the trees count them: each drawn row once, whatever its weight. A row's values differ by rounding
 * (below 1e-12) between calls with few and with many rows (`rowsInAll`, where it is told); calls of one kind give the same bits,
 * whatever threads and kernels.
 *
 * Beside the rows at hand a call needs about `batchBytes` for the trees, made and dropped in turn; a model that needs no more
 * keeps them for the next call.
 */
export function createExplainer(ensemble: TreeEnsemble, limits: ExplainerLimits = {}): Explain {
  const { batchBytes = 64 * 2 ** 20, fewestRows = fewestRowsForTables, fewestSteps = 1e8 } = limits
  let explained: Explained | null = null
  const kept = new Map<boolean, KeptPlans | null>()
  return (x, options) => {
    const ready = (explained ??= prepareEnsemble(ensemble, byteEnsemble(ensemble)))
    const sources = findColumns(ready.overBytes, ensemble.features, { x, where: options.where })
    const withTables = Math.max(x.rowCount, options.rowsInAll ?? 0) >= fewestRows
    const task: ExplainTask = { explained: ready, kept, x, sources, options, batchBytes, withTables, fewestSteps }
    return {
      bias: ready.anatomies.reduce((sum, { mean }) => sum + mean, ensemble.base),
      names: ensemble.features.map(({ name }) => name),
      rowCount: x.rowCount,
      blocks: () => explainBlocks(task),
      interactions: () => interactionBlocks(ready, x, options),
    }
  }
}

/** Plans of a model that fit into one batch, their tables once they are made, and sessions for a few rows. */
interface KeptPlans {
  readonly batch: PlanBatch
  tables: Float64Array | null
  readonly residents: Map<KernelChoice, ExplainSession>
}

/** Calls with so few rows share a session that stays, where it takes no more room than this: writing the plans would take longer. */
const residentRows = 64
const residentBytes = 2 ** 24

interface ExplainTask {
  readonly explained: Explained
  /** By whether there are tables; null = more than one batch, so nothing is kept. */
  readonly kept: Map<boolean, KeptPlans | null>
  readonly x: Dataset
  readonly sources: ColumnSources
  readonly options: ExplainOptions
  readonly batchBytes: number
  readonly withTables: boolean
  readonly fewestSteps: number
}

async function* explainBlocks(task: ExplainTask): AsyncGenerator<ContributionBlock> {
  const { x } = task
  throwIfAborted(task.options.signal, task.options.where)
  if (x.rowCount === 0) return
  const plans = await keptPlans(task)
  if (plans === null) return yield* explainSpans(task)
  if (x.rowCount <= residentRows && plans.batch.image.byteLength <= residentBytes) return yield* explainFew(task, plans)
  const session = open(task, plans.batch, plans.tables)
  if (plans.batch.recipe !== null) plans.tables ??= session.tables()
  try {
    for (let begin = 0; begin < x.rowCount; begin += session.rows) {
      const rowCount = Math.min(session.rows, x.rowCount - begin)
      yield { begin, rowCount, values: session.run(begin, rowCount) }
      await pause(task)
    }
  } finally {
    session.close()
  }
}

/** One session on one thread for all such calls: values are copied, as the next call may come before they are read. */
function* explainFew({ explained, x, sources, options }: ExplainTask, plans: KeptPlans): Generator<ContributionBlock> {
  const { where, kernels = 'auto' } = options
  const { batch, tables, residents } = plans
  const session =
    residents.get(kernels) ??
    openSession({ explained, batch, tables, rowCount: residentRows, threads: 1, kernels, where })
  residents.set(kernels, session)
  for (let begin = 0; begin < x.rowCount; begin += session.rows) {
    throwIfAborted(options.signal, where)
    const rowCount = Math.min(session.rows, x.rowCount - begin)
    session.bind(sources)
    yield { begin, rowCount, values: session.run(begin, rowCount).slice() }
  }
}

/** The plans of a model that needs one batch only; null when it needs more. */
async function keptPlans(task: ExplainTask): Promise<KeptPlans | null> {
  const { withTables } = task
  const known = task.kept.get(withTables)
  if (known !== undefined) return known
  const batches = batchesOf(task)
  const { value: batch } = await batches.next()
  const isOnly = (await batches.next()).done === true
  const plans = batch === undefined || !isOnly ? null : { batch, tables: null, residents: new Map() }
  task.kept.set(withTables, plans)
  return plans
}

/** Batch after batch over as many rows as `spanBytes` hold. */
async function* explainSpans(task: ExplainTask): AsyncGenerator<ContributionBlock> {
  const { x, explained } = task
  const features = explained.ensemble.features.length
  const spanRows = Math.min(x.rowCount, Math.max(1, Math.floor(spanBytes / (8 * features))))
  const sums = new Float64Array(spanRows * features)
  for (let from = 0; from < x.rowCount; from += spanRows) {
    const rowCount = Math.min(spanRows, x.rowCount - from)
    sums.fill(0)
    for await (const batch of batchesOf(task)) {
      const session = open(task, batch, null)
      try {
        for (let begin = 0; begin < rowCount; begin += session.rows) {
          const values = session.run(from + begin, Math.min(session.rows, rowCount - begin))
          for (let i = 0, at = begin * features; i < values.length; i++, at++) sums[at]! += values[i]!
          await pause(task)
        }
      } finally {
        session.close()
      }
    }
    yield { begin: from, rowCount, values: sums.subarray(0, rowCount * features) }
  }
}

function batchesOf(task: ExplainTask): AsyncGenerator<PlanBatch> {
  const { explained, batchBytes, withTables, options } = task
  const { signal, where } = options
  return planBatches(explained, { withTables, batchBytes, signal, where })
}

function open(task: ExplainTask, batch: PlanBatch, tables: Float64Array | null): ExplainSession {
  const { explained, x, sources, options, fewestSteps } = task
  const { where, signal, threads = 1, kernels = 'auto' } = options
  const worth = x.rowCount * batch.costPerRow >= fewestSteps ? threads : 1
  const rowCount = x.rowCount
  const session = openSession({ explained, batch, tables, rowCount, threads: worth, kernels, where, signal })
  session.bind(sources)
  return session
}

async function pause({ options }: ExplainTask): Promise<void> {
  throwIfAborted(options.signal, options.where)
  await nextTurn()
}
