import { join } from 'node:path'
import type { CutoffPopulation } from '../../core/artifacts.ts'
import type { Column, Dataset } from '../../core/dataset.ts'
import { daysBetween } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import { makeFolder } from '../../core/make-folder.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import {
  canSweep,
  mostSweptDays,
  sweepExamples,
  type CutoffCounts,
  type SweptExamples,
  type SweptPrediction,
} from '../../features/sweep.ts'
import type { StageContext } from '../context.ts'
import type { ContextCodes } from './examples-type.ts'
import type { ExtractedStage } from './extract.ts'
import { keptWords } from './kept-words.ts'
import { takeExamples, type TakenExamples } from './take-examples.ts'
import { writeSql } from './write-sql.ts'

/** Why these examples are made by SQL alone, or null: then the sweep makes them. Throws where the config insists on the sweep. */
export function whyNotSwept(
  { config, engine }: Pick<StageContext, 'config' | 'engine'>,
  { firstEventDay }: Pick<ExtractedStage, 'firstEventDay'>,
  plan: ExamplePlan,
): string | null {
  const { compiler } = config.features
  if (compiler === 'sql') return 'features.compiler is sql'
  const reason = !canSweep(engine)
    ? `the engine ${engine.version} does not live in this process`
    : daysBetween(firstEventDay, plan.dataEnd) > mostSweptDays
      ? `an event on ${firstEventDay}`
      : null
  if (reason !== null && compiler === 'sweep')
    throw new EbbError({
      code: 'SWEEP_IMPOSSIBLE',
      kind: 'config',
      where: 'features.compiler',
      what: `the sweep cannot make these examples: ${reason}`,
      received: '"sweep"',
      hint: 'set it to auto, which then chooses sql',
    })
  return reason
}

/** One prediction of swept examples. */
export interface SweptPart {
  readonly prediction: SweptPrediction
  readonly population: CutoffPopulation[]
  take(): TakenExamples
}

/** The examples of a plan by one sweep over the events; one part per prediction, the plan's own first. */
export async function sweptExamples(
  context: StageContext,
  plan: ExamplePlan,
): Promise<{ parts: readonly SweptPart[]; swept: SweptExamples }> {
  const swept = await sweptOrKept(context, plan)
  await writeSql(context, plan.mode, swept.statements)
  const all = {
    dataset: swept.dataset,
    lifecycle: codesOf(swept, 'lifecycle_stage'),
    channel: codesOf(swept, 'channel_recent'),
  }
  const parts = swept.predictions.map((prediction) => {
    const { labels, isExample, columns } = prediction
    const recentValue = numbersOf(swept.context.get(columns.recentValue)!)
    const take = (): TakenExamples => takeExamples(all, { labels, isExample, recentValue })
    return { prediction, population: sweptPopulation(prediction.population), take }
  })
  return { parts, swept }
}

async function sweptOrKept(context: StageContext, plan: ExamplePlan): Promise<SweptExamples> {
  const { config, engine, signal, resources, emit, workDir, kept, clock } = context
  if (!canSweep(engine)) throw new RangeError(`engine ${engine.version} cannot be swept`)
  const making = { resources, workDir: join(workDir, 'sweep'), signal, emit }
  if (kept === null) return sweepExamples(engine, plan, making)
  const { swept, report } = await kept.examples(engine, plan, making)
  const words = keptWords(report, plan.mode, config.cutoffs)
  clock.took(words)
  emit({ name: 'features', message: words, fields: { ...report } })
  return swept
}

/** The features alone, of a plan that labels nobody. */
export async function sweptDataset(
  { engine, signal, resources, workDir }: Pick<StageContext, 'engine' | 'signal' | 'resources' | 'workDir'>,
  plan: ExamplePlan,
): Promise<Dataset> {
  if (!canSweep(engine)) throw new RangeError(`engine ${engine.version} cannot be swept`)
  await makeFolder(workDir)
  const swept = await sweepExamples(engine, plan, { resources, workDir, signal })
  await swept.cleanup()
  return swept.dataset
}

/** Named, as slices are. */
function codesOf({ context }: SweptExamples, name: string): ContextCodes & { readonly name: string } {
  const column = context.get(name)!
  if (column.kind !== 'category') throw new RangeError(`context column ${name} is no category`)
  return { name, codes: column.codes, levels: column.levels }
}

function numbersOf(column: Column): Float32Array {
  if (column.kind !== 'number') throw new RangeError('a column of spend is no number')
  return column.values
}

/** The spine cutoff by cutoff; the part is not known yet. */
function sweptPopulation(counts: readonly CutoffCounts[]): CutoffPopulation[] {
  return counts.map(({ cutoff, ...count }) => {
    const labelled = count.eligible - count.churnedInGap
    return { cutoff, part: '', ...count, churnRate: labelled === 0 ? Number.NaN : count.churned / labelled }
  })
}
