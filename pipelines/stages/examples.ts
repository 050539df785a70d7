import { join } from 'node:path'
import type { CutoffPopulation } from '../../core/artifacts.ts'
import type { Column } from '../../core/dataset.ts'
import type { Day } from '../../core/day.ts'
import { type ContextColumn as ReadContext, readDataset } from '../../engines/read-dataset.ts'
import { makeExamples } from '../../features/make-examples.ts'
import type { CompiledExamples, ExamplePlan, Prediction } from '../../features/plan.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import type { StageContext } from '../context.ts'
import type { Compiler, ExampleRows, Examples } from './examples-type.ts'
import { examplesParts } from './examples-parts.ts'
import type { ExtractedStage } from './extract.ts'
import { ownColumns } from './own-columns.ts'
import type { PlannedFeatures } from './plan-features.ts'
import { planOf } from './plan-of.ts'
import { readJointExamples } from './joint-examples.ts'
import { sweptExamples, whyNotSwept } from './swept-examples.ts'
import type { TakenExamples } from './take-examples.ts'
import { writeSql } from './write-sql.ts'

const recentValueColumn = 'value_recent'

/** Spine, labels and features of the closed cutoffs, from the engine into shared memory. */
export async function labelledExamples(
  context: StageContext,
  extracted: ExtractedStage,
  { cutoffs, planned }: { cutoffs: readonly Day[]; planned: PlannedFeatures },
): Promise<AllLabelled> {
  const churn = structuredClone(context.config.churn) as ChurnConfig
  const plan = planOf(context, { extracted, cutoffs, planned, mode: 'label', churn })
  if (whyNotSwept(context, extracted, plan) === null) {
    const { parts, swept } = await sweptExamples(context, plan)
    await swept.cleanup()
    return labelledOf(
      'sweep',
      parts.map(({ prediction, population, take }) => ({
        cutoffs: prediction.cutoffs,
        population,
        take: () => ownColumns(take(), planned, prediction),
      })),
    )
  }
  const compiled = await madeExamples(context, plan)
  if (compiled.predictions.length > 1) return jointExamples(context, compiled, planned)
  const read = await readExamples(context, compiled, { mode: 'label', folder: 'examples-label' })
  const population = await populationOf(context, compiled)
  await cleanUp(context, compiled)
  const { rowCount } = read.rows.dataset
  const examples = { ...read.rows, labels: read.labels!, cutoffs }
  return { examples, population, compiler: 'sql', rows: rowCount, others: [] }
}

/** Rows, labels and population of one target and horizon. */
export interface Labelled {
  readonly examples: Examples
  readonly population: CutoffPopulation[]
}

/** Those of the first prediction, and of the others when they are asked for. */
export interface AllLabelled extends Labelled {
  readonly compiler: Compiler
  readonly rows: number
  readonly others: readonly TakeLabelled[]
}

/** Takes a copy of its rows out of the rows of all. */
export type TakeLabelled = () => Labelled

/** Of several targets and horizons: the features are computed once, for the users of all. */
async function jointExamples(
  context: StageContext,
  compiled: CompiledExamples,
  planned: PlannedFeatures,
): Promise<AllLabelled> {
  const read = await readJointExamples(context, compiled, { mode: 'label', folder: 'examples-label' })
  const parts: LabelledPart[] = []
  for (const { prediction, take } of read) {
    const population = await populationOf(context, prediction)
    parts.push({ cutoffs: prediction.cutoffs, population, take: () => ownColumns(take(), planned, prediction) })
  }
  await cleanUp(context, compiled)
  return labelledOf('sql', parts)
}

interface LabelledPart {
  readonly cutoffs: readonly Day[]
  readonly population: CutoffPopulation[]
  take(): TakenExamples
}

function labelledOf(compiler: Compiler, parts: readonly LabelledPart[]): AllLabelled {
  const takes = parts.map(({ cutoffs, population, take }): TakeLabelled => () => {
    const { rows, labels } = take()
    return { examples: { ...rows, labels, cutoffs }, population }
  })
  const first = takes[0]!()
  return { ...first, compiler, rows: first.examples.dataset.rowCount, others: takes.slice(1) }
}

/** Eligible users of one target and horizon, maybe none, and the query of those who are not ranked. */
export interface ToScore {
  readonly examples: ExampleRows
  readonly excluded: string | null
}

/** The users whom a plan of mode `score` is about, by prediction; `cleanup` removes the tables that `excluded` reads. */
export async function examplesToScore(
  context: StageContext,
  extracted: ExtractedStage,
  { plan, planned }: { plan: ExamplePlan; planned: PlannedFeatures },
): Promise<{ predictions: readonly ToScore[]; cleanup(): Promise<void> }> {
  if (whyNotSwept(context, extracted, plan) === null) {
    const { parts, swept } = await sweptExamples(context, plan)
    return { predictions: toScoreOf(parts, planned), cleanup: () => swept.cleanup() }
  }
  const compiled = await madeExamples(context, plan)
  const cleanup = (): Promise<void> => cleanUp(context, compiled)
  if (compiled.predictions.length > 1) {
    const read = await readJointExamples(context, compiled, { mode: 'score', folder: 'examples-score' })
    return { predictions: toScoreOf(read, planned), cleanup }
  }
  const { rows } = await readExamples(context, compiled, { mode: 'score', folder: 'examples-score' })
  return { predictions: [{ examples: rows, excluded: compiled.excludedSelect }], cleanup }
}

function toScoreOf(
  parts: readonly {
    prediction: Pick<Prediction, 'target' | 'horizonDays' | 'excludedSelect'>
    take(): TakenExamples
  }[],
  planned: PlannedFeatures,
): ToScore[] {
  return parts.map(({ prediction, take }) => ({
    examples: ownColumns(take(), planned, prediction).rows,
    excluded: prediction.excludedSelect,
  }))
}

/** Makes the examples of a plan in the engine, slice by slice of users where they are many. */
async function madeExamples(context: StageContext, plan: ExamplePlan): Promise<CompiledExamples> {
  const { engine, signal, resources } = context
  return makeExamples(engine, plan, {
    folder: join(context.workDir, `slices-${plan.mode}`),
    memoryBytes: resources.memoryBytes,
    signal,
    onCompiled: (statements) => writeSql(context, plan.mode, statements),
    onStatement: ({ done, total, statement }) => context.emit({ name: 'features', done, total, fields: { statement } }),
  })
}

/** The result of compiled examples, from the engine into shared memory; `folder` in the run's scratch space. */
export async function readExamples(
  context: Pick<StageContext, 'engine' | 'signal' | 'resources' | 'workDir'>,
  compiled: CompiledExamples,
  { mode, folder: name }: { readonly mode: ExamplePlan['mode']; readonly folder: string },
): Promise<{ rows: ExampleRows; labels?: Uint8Array }> {
  const parts = await examplesParts(context, compiled, name)
  const features = compiled.columns.filter(({ role }) => role === 'feature' || role === 'input')
  const read = await readDataset(
    parts,
    {
      users: 'user_index',
      cutoffs: 'cutoff',
      ...(mode === 'label' ? { label: 'label' } : {}),
      features: [...features, { name: recentValueColumn, kind: 'number' }],
      context: ['lifecycle_stage', 'channel_recent'],
      order: 'cutoffs',
    },
    { ...context.resources, tempDirectory: join(context.workDir, 'read'), signal: context.signal },
  )
  const { names, columns: values, ...rest } = read.dataset
  return {
    rows: {
      dataset: { ...rest, names: names.slice(0, -1), columns: values.slice(0, -1) },
      lifecycle: codesOf(read.context, 'lifecycle_stage'),
      channel: codesOf(read.context, 'channel_recent'),
      recentValue: numbersOf(values.at(-1)!),
    },
    labels: read.labels,
  }
}

function codesOf(context: readonly ReadContext[], name: string): ReadContext {
  return context.find((column) => column.name === name)!
}

function numbersOf(column: Column): Float32Array {
  return column.kind === 'number' ? column.values : new Float32Array(column.codes.length).fill(Number.NaN)
}

/** The spine cutoff by cutoff; the part is not known yet. */
export async function populationOf(
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
  compiled: Pick<CompiledExamples, 'populationSelect'>,
): Promise<CutoffPopulation[]> {
  const rows = await engine.rows(compiled.populationSelect, { signal })
  return rows.map((row) => {
    const count = (name: string): number => Number(row[name])
    const churned = count('churned')
    const labelled = count('eligible') - count('churned_in_gap')
    return {
      cutoff: String(row.cutoff),
      part: '',
      users: count('users'),
      eligible: count('eligible'),
      ineligible: count('ineligible'),
      alreadyChurned: count('already_churned'),
      churnedInGap: count('churned_in_gap'),
      churned,
      activeChurned: count('active_churned'),
      passiveChurned: count('passive_churned'),
      churnRate: labelled === 0 ? Number.NaN : churned / labelled,
    }
  })
}

async function cleanUp({ engine, signal }: StageContext, compiled: CompiledExamples): Promise<void> {
  for (const sql of compiled.cleanup) await engine.execute(sql, { signal })
}
