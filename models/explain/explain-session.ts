import type { PredictOptions } from '../estimator.ts'
import { createKernelPool, type KernelChoice, type KernelPool } from '../kernels/kernel-pool.ts'
import { MemoryPlan } from '../kernels/memory-plan.ts'
import { scoringKernels } from '../kernels/scoring.ts'
import { type ColumnSources, stageColumns } from '../trees/staged-columns.ts'
import { quadratureFor } from './gauss-legendre.ts'
import type { Explained, PlanBatch } from './plans.ts'
import { mostTableFeatures } from './table-plan.ts'

export interface SessionTask {
  readonly explained: Explained
  readonly batch: PlanBatch
  /** Tables made before; null = make them. */
  readonly tables: Float64Array | null
  /** Rows that will be asked for, at most. */
  readonly rowCount: number
  readonly threads: number
  readonly kernels: KernelChoice
  readonly where: string
  /** Ends the kernels early; not for a session that stays. */
  readonly signal?: PredictOptions['signal']
}

/** A batch of plans in kernel memory, with room for some rows. */
export interface ExplainSession {
  /** Rows that are explained at a time. */
  readonly rows: number
  /** The batch's tables, a copy. */
  tables(): Float64Array
  /** Says whose rows `run` is about; before its first call. */
  bind(sources: ColumnSources): void
  /** Contributions of rows begin … begin + rowCount - 1, row by row and feature by feature; overwritten by the next call. */
  run(begin: number, rowCount: number): Float64Array
  close(): void
}

/** Steps of arithmetic between two looks at the event loop, per thread: some 50 ms. */
const stepsPerTurn = 5e7
/** Contributions at a time, at most: 64 MB. */
const mostEntries = 2 ** 23

/** Rows of a tile, and of all tiles between two looks at the event loop. Tiles of whole vectors, but where rows are dear. */
function rowsAtATime(
  { explained, batch, rowCount, threads }: SessionTask,
  features: number,
): { readonly tileRows: number; readonly rows: number } {
  const affordable = Math.max(1, Math.floor(stepsPerTurn / Math.max(1, batch.costPerRow)))
  const perThread = affordable < 64 && batch.tableBytes === 0 ? affordable : 64 * Math.ceil(affordable / 64)
  const shared = 64 * Math.max(1, Math.ceil(rowCount / threads / 64))
  const tileRows = Math.min(explained.context.shape.tileRows, perThread, shared)
  const tiles = Math.min(4, Math.max(1, Math.floor(perThread / tileRows)))
  const most = tileRows * Math.max(1, Math.floor(mostEntries / Math.max(1, features) / tileRows))
  return { tileRows, rows: Math.max(1, Math.min(rowCount, threads * tiles * tileRows, most)) }
}

export function openSession(task: SessionTask): ExplainSession {
  const { explained, batch, threads, kernels, where, signal } = task
  const { shape } = explained.context
  const features = explained.ensemble.features.length
  const { tileRows, rows } = rowsAtATime(task, features)
  const plan = new MemoryPlan({ where, what: `contributions of ${rows} rows x ${features} features` })
  const columns = stageColumns(plan, explained.overBytes, { features: explained.ensemble.features, rows })
  const bytesRoom = shape.stride * columns.count + 64
  const bytes = plan.reserve(threads * bytesRoom)
  const places = plan.reserve(4 * features)
  const phiRoom = (shape.used.length + 1) * shape.distance + 8 * Math.ceil(batch.planRoom / 8)
  const phi = plan.reserve(threads * phiRoom)
  const target = plan.reserve(8 * rows * features)
  const image = plan.reserve(batch.image.byteLength)
  const tables = plan.reserve(batch.tableBytes)
  const makeTables = planRecipe(plan, task, { tables })
  const pool = createKernelPool(scoringKernels, { pages: plan.pages, threads, kernels, stop: { signal, where } })
  const { u32, f64 } = pool.memory
  u32.set(batch.image, image / 4)
  u32.fill(0xffffffff, places / 4, places / 4 + features)
  for (const [number, feature] of shape.used.entries()) u32[places / 4 + feature] = number
  makeTables(pool)
  let stage: (begin: number, rowCount: number) => void = () => {}
  const run = (begin: number, rowCount: number): Float64Array => {
    stage(begin, rowCount)
    const tile = [columns.address, columns.count, rowCount, tileRows, bytes, bytesRoom, shape.stride]
    const plans = [image, batch.list, batch.plans, tables]
    const results = [phi, phiRoom, shape.distance, shape.used.length + 1, target, features, places]
    pool.run('explainRows', [...tile, ...plans, ...results], Math.ceil(rowCount / tileRows))
    return f64.subarray(target / 8, target / 8 + rowCount * features)
  }
  return {
    rows,
    bind: (sources) => {
      stage = columns.bind(pool.memory, sources)
    },
    run,
    tables: () => f64.slice(tables / 8, (tables + batch.tableBytes) / 8),
    close: () => pool.close(),
  }
}

/** Room for what makes the tables; the function that is returned makes them, or copies those that were made before. */
function planRecipe(
  plan: MemoryPlan,
  { batch, tables: known, threads }: SessionTask,
  { tables }: { tables: number },
): (pool: KernelPool) => void {
  const { recipe, recipeRoom } = batch
  if (known !== null || recipe === null) return ({ memory }) => memory.f64.set(known ?? [], tables / 8)
  const image = plan.reserve(recipe.image.byteLength)
  const rooms = 64 * Math.ceil(recipeRoom / 64)
  const room = plan.reserve(threads * rooms)
  const most = mostTableFeatures / 2
  const quadratures = plan.reserve(128 * most)
  return (pool) => {
    const { u32, f64 } = pool.memory
    u32.set(recipe.image, image / 4)
    for (let count = 1; count <= most; count++) {
      const { nodes, weights } = quadratureFor(2 * count)
      f64.set(nodes, quadratures / 8 + 16 * (count - 1))
      f64.set(weights, quadratures / 8 + 16 * (count - 1) + 8)
    }
    pool.run('tabulateLeaves', [image, recipe.list, room, rooms, quadratures, tables], recipe.groups)
  }
}
