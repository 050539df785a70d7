import { join } from 'node:path'
import type { TruncationReport } from '../../../core/audit-artifacts.ts'
import type { Dataset } from '../../../core/dataset.ts'
import { type Day, dayNumber } from '../../../core/day.ts'
import { differingFeatures } from '../../../evaluation/differing-features.ts'
import { makeExamples } from '../../../features/make-examples.ts'
import type { ExamplePlan, PlanRelations } from '../../../features/plan.ts'
import type { StageContext } from '../../context.ts'
import { readExamples } from '../examples.ts'
import type { Compiler, Examples } from '../examples-type.ts'
import type { PlannedFeatures } from '../plan-features.ts'
import { planOf } from '../plan-of.ts'
import { sweptDataset } from '../swept-examples.ts'
import { drawSample, type Sample } from './sample-users.ts'
import { truncatedRelations } from './truncated-relations.ts'

const mostCutoffs = 3
const prefix = 'ebb_audit_'

export interface TruncationInput {
  readonly extracted: { readonly relations: PlanRelations; readonly dataEnd: Day }
  readonly planned: PlannedFeatures
  readonly examples: Pick<Examples, 'dataset' | 'cutoffs'>
  /** What made the examples: the same makes them again. */
  readonly compiler: Compiler
}

type Context = Pick<StageContext, 'config' | 'engine' | 'signal' | 'resources' | 'workDir' | 'emit'>

/**
 * The truncation test on the user's own data. For the first, the middle and the last cutoff: takes some users, deletes
 * everything of theirs that could not be known then, makes their features again as for scoring, by the compiler that made
 * those of the run, and compares every value with the one the models are trained on. They must be the same bits. Half of the
 * users are those with the earliest event after the visible end, where a window one second too long shows; the others are
 * drawn evenly. A user who is drawn at two cutoffs is two users here, so that all are made again at once.
 */
export async function truncationTest(context: Context, input: TruncationInput): Promise<TruncationReport> {
  const { engine, signal } = context
  const { planned, examples, extracted, compiler } = input
  const at = [0, Math.floor((examples.cutoffs.length - 1) / 2), examples.cutoffs.length - 1]
  const cutoffs = [...new Set(at)].slice(0, mostCutoffs).map((i) => examples.cutoffs[i]!)
  context.emit({ name: 'audit/truncation', done: 0, total: 1 })
  const { relations } = extracted
  const sample = await drawSample(context, { examples, relations, cutoffs })
  const truncated = truncatedRelations(relations, { prefix, dialect: engine.dialect })
  await engine.load(truncated.users, sampleColumns(sample, examples.dataset), { signal })
  for (const sql of truncated.statements) await engine.execute(sql, { signal })
  const making = { extracted: { ...extracted, relations: truncated.relations }, cutoffs, planned }
  const plan = { ...planOf(context, { ...making, mode: 'score' }), prefix }
  const again = compiler === 'sweep' ? await sweptAgain(context, plan) : await compiledAgain(context, plan)
  const [deleted] = await engine.rows(truncated.deletedSelect, { signal })
  for (const sql of truncated.cleanup) await engine.execute(sql, { signal })
  return { compiler, cutoffs, deletedEvents: Number(deleted!['n']), ...compared(examples.dataset, sample, again) }
}

const sweptAgain = (context: Context, plan: ExamplePlan): Promise<Dataset> =>
  sweptDataset({ ...context, workDir: join(context.workDir, 'audit') }, plan)

async function compiledAgain(context: Context, plan: ExamplePlan): Promise<Dataset> {
  const { engine, signal, resources, workDir } = context
  const folder = join(workDir, 'audit-slices')
  const compiled = await makeExamples(engine, plan, { folder, memoryBytes: resources.memoryBytes, signal })
  const { rows } = await readExamples(context, compiled, { mode: 'score', folder: 'audit' })
  for (const sql of compiled.cleanup) await engine.execute(sql, { signal })
  return rows.dataset
}

/** (user_index: place in the sample, was: the user's own index, cutoff). */
function sampleColumns(sample: readonly Sample[], dataset: Dataset) {
  const rows = sample.flatMap((part) => [...part.rows])
  return [
    { name: 'user_index', type: 'integer', values: Int32Array.from(rows, (_, place) => place) },
    { name: 'was', type: 'integer', values: Int32Array.from(rows, (row) => dataset.users[row]!) },
    { name: 'cutoff', type: 'date', values: Uint16Array.from(rows, (row) => dataset.cutoffs[row]!) },
  ] as const
}

type Compared = Pick<TruncationReport, 'rows' | 'values' | 'lostRows' | 'differing'>

/** Every sampled row beside the one that was made again; rows of a sampled user at the other cutoffs are nobody's. */
function compared(dataset: Dataset, sample: readonly Sample[], again: Dataset): Compared {
  const total: Compared = { rows: 0, values: 0, lostRows: 0, differing: [] }
  let place = 0
  for (const { cutoff, rows } of sample) {
    const day = dayNumber(cutoff)
    const found = new Map<number, number>()
    for (let row = 0; row < again.rowCount; row++) if (again.cutoffs[row] === day) found.set(again.users[row]!, row)
    const others = Int32Array.from(rows, (_, i) => found.get(place + i) ?? -1)
    const comparison = differingFeatures({ dataset, rows }, { dataset: again, rows: others })
    total.rows += comparison.rows
    total.values += comparison.values
    total.lostRows += comparison.lost
    total.differing.push(...comparison.differing.map((one) => ({ ...one, cutoff })))
    place += rows.length
  }
  return total
}
