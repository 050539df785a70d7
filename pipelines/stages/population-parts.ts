import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Day } from '../../core/day.ts'
import type { Resources } from '../../core/stage.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import { planOfUsers, type UserRange } from '../../features/plan-of-users.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import type { StageContext } from '../context.ts'
import { examplesToScore, type ToScore } from './examples.ts'
import type { ExtractedStage } from './extract.ts'
import type { PlannedFeatures } from './plan-features.ts'
import { planOf } from './plan-of.ts'

/** Some users of the population, by prediction. */
export interface PopulationPart {
  readonly predictions: readonly ToScore[]
  /** Of the first prediction. */
  readonly rows: number
}

export interface PartsRequest {
  readonly asOf: Day
  readonly planned: PlannedFeatures
  /** Users of a part; the default goes by the number of features and the memory of the run. No result depends on it. */
  readonly usersPerPart?: number
}

/** Features of a part in memory: at most 128 MB of single precision, or this share of the run's memory where that is more. */
const leastPartBytes = 2 ** 27
const partShare = 1 / 32

/**
 * The eligible users of the as-of day in ascending order, a range of users at a time: the features of one part are in memory,
 * never those of all. Where there is one part only, what earlier runs kept is used.
 */
export async function* populationParts(
  context: StageContext,
  extracted: ExtractedStage,
  { asOf, planned, usersPerPart = usersFor(planned, context.resources) }: PartsRequest,
): AsyncGenerator<PopulationPart> {
  const churn = structuredClone(context.config.churn) as ChurnConfig
  const plan = planOf(context, { extracted, cutoffs: [asOf], planned, mode: 'score', churn })
  const ranges = rangesOf(extracted.counts.users, usersPerPart)
  for (const [at, range] of ranges.entries()) {
    if (ranges.length > 1) context.emit({ name: 'features to score', done: at, total: ranges.length })
    yield await context.clock.stage(context, 'features to score', () =>
      ranges.length === 1
        ? wholeOf(context, { extracted, plan, planned })
        : partOf(context, { extracted, plan, planned, range }),
    )
  }
}

function usersFor({ features }: PlannedFeatures, { memoryBytes }: Resources): number {
  const bytes = Math.max(leastPartBytes, memoryBytes * partShare)
  return Math.max(1, Math.floor(bytes / (Float32Array.BYTES_PER_ELEMENT * Math.max(1, features.length))))
}

/** One range without ends where all users are one part. */
function rangesOf(users: number, perPart: number): UserRange[] {
  const parts = Math.max(1, Math.ceil(users / perPart))
  return Array.from({ length: parts }, (_, at) => ({
    from: at === 0 ? null : at * perPart,
    to: at === parts - 1 ? null : (at + 1) * perPart,
  }))
}

interface PartTask {
  readonly extracted: ExtractedStage
  readonly plan: ExamplePlan
  readonly planned: PlannedFeatures
}

async function wholeOf(context: StageContext, { extracted, ...task }: PartTask): Promise<PopulationPart> {
  const { predictions } = await examplesToScore(context, extracted, task)
  return { predictions, rows: predictions[0]!.examples.dataset.rowCount }
}

/** Its tables and files make room for those of the next part. */
async function partOf(
  context: StageContext,
  { extracted, plan, planned, range }: PartTask & { readonly range: UserRange },
): Promise<PopulationPart> {
  const from = range.from ?? 0
  const workDir = join(context.workDir, `score-from-${from}`)
  const own = { ...context, workDir, kept: null }
  const made = await examplesToScore(own, extracted, { plan: planOfUsers(plan, range), planned })
  const predictions: ToScore[] = []
  for (const [i, { examples, excluded }] of made.predictions.entries()) {
    const table = `ebb_excluded_${i}_from_${from}`
    predictions.push({ examples, excluded: excluded === null ? null : await keepRows(context, table, excluded) })
  }
  await made.cleanup()
  await rm(workDir, { recursive: true, force: true })
  return { predictions, rows: predictions[0]!.examples.dataset.rowCount }
}

/** The rows of a query that reads tables which the next part replaces, as a query of a table that stays. */
async function keepRows(
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
  name: string,
  select: string,
): Promise<string> {
  const table = engine.dialect.identifier(name)
  for (const sql of engine.dialect.createTable(table, select)) await engine.execute(sql, { signal })
  return `SELECT x.user_index, x.reason FROM ${table} AS x`
}
