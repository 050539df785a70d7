import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckResult, CutoffPopulation } from '../core/artifacts.ts'
import type { Day } from '../core/day.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { ExtractRefused } from '../data/extracted.ts'
import type { Engine } from '../engines/engine.ts'
import { readGivenModels } from './given-models.ts'
import { extractAlone } from './extract-alone.ts'
import { openEngine } from '../engines/registry.ts'
import { type Part, type SplitSpec, parts as partNames, planSplit } from '../evaluation/split.ts'
import { compileExamples } from '../features/compile.ts'
import { resolveCutoffs } from '../features/cutoffs.ts'
import { cutoffTimes } from './stages/cutoff-times.ts'
import { checkLookbackHistory } from './stages/lookback-history.ts'
import { populationOf } from './stages/examples.ts'
import { planOf } from './stages/plan-of.ts'
import { planFeatures } from './stages/plan-features.ts'

export interface CheckRequest {
  readonly loaded: LoadedConfig
  readonly asOf: Day | null
  /** Also read the data: contract, labels, windows, split. */
  readonly withData: boolean
  /** Where runs are that a model may go on from; default `runs`. */
  readonly runsDir?: string
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
}

export interface CheckOutcome {
  readonly checks: readonly CheckResult[]
  /** Lines for people. */
  readonly summary: readonly string[]
}

/**
 * Would this run? The config has passed its own checks when it was loaded; with data also the contract, the closed
 * cutoffs, the churn rate of each and the split. Trains nothing, leaves nothing behind. Throws the EbbError that the run
 * would throw, except for failed checks, which are returned.
 */
export async function checkConfig(request: CheckRequest): Promise<CheckOutcome> {
  const { config } = request.loaded
  const models = Object.keys(config.models)
  const sources = Object.keys(config.sources)
  const summary = [`${config.experiment}: sources ${sources.join(', ')}; models ${models.join(', ')}`]
  const valid = passed('config', `hash ${request.loaded.hash.short}`)
  await readGivenModels(request.loaded, request.runsDir ?? 'runs')
  if (!request.withData) return { checks: [valid], summary }
  const workDir = await mkdtemp(join(tmpdir(), 'ebb-check-'))
  const engine = await openEngine(config.engine, {
    ...request.resources,
    workDirectory: workDir,
    signal: request.signal,
  })
  try {
    const seen = await look(request, engine, workDir)
    return { checks: [valid, ...seen.checks], summary: [...summary, ...seen.summary] }
  } catch (error) {
    if (error instanceof ExtractRefused) return { checks: [valid, ...error.evidence.checks], summary }
    throw error
  } finally {
    await engine.close()
    await rm(workDir, { recursive: true, force: true })
  }
}

async function look(request: CheckRequest, engine: Engine, workDir: string): Promise<CheckOutcome> {
  const { config } = request.loaded
  const extracted = await extractAlone(request, engine, workDir)
  const context = { config, engine, signal: request.signal }
  const planned = await planFeatures(context, extracted)
  const times = cutoffTimes(config, extracted, planned.delaysDays)
  const { cutoffs, dropped } = resolveCutoffs(structuredClone(config.cutoffs) as never, times)
  const onlyRecency = {
    ...planned,
    features: planned.features.filter(({ name }) => name === planned.recency),
    supporting: [],
  }
  const compiled = compileExamples(
    planOf(context, { extracted, cutoffs, planned: onlyRecency, mode: 'label' }),
    engine.dialect,
  )
  for (const { sql } of compiled.statements) await engine.execute(sql, { signal: request.signal })
  const population = await populationOf(context, compiled)
  const split = planSplit({
    cutoffs,
    gapDays: times.gapDays,
    horizonDays: times.horizonDays,
    delayDays: times.maxDelayDays,
    spec: structuredClone(config.split) as SplitSpec,
  })
  return {
    checks: [
      ...extracted.checks,
      passed('cutoffs', `${cutoffs.length} closed, ${dropped.length} dropped`),
      classes(population, split.parts),
      passed('split', split.explanation),
      checkLookbackHistory({
        features: planned.features,
        trainCutoffs: split.parts.train,
        firstEventDay: extracted.firstEventDay,
        delayDays: Math.max(...planned.delaysDays),
      }),
    ],
    summary: [
      `data ${extracted.firstEventDay} to ${extracted.dataEnd} (exclusive): ${grouped(extracted.counts.events)} events of ${grouped(extracted.counts.users)} users`,
      `features: ${planned.features.length} that these data can give`,
      ...population.map(({ cutoff, eligible, churned, churnRate }) => {
        const owners = partNames.filter((part) => split.parts[part].some((day) => day === cutoff))
        return `cutoff ${cutoff}: ${grouped(eligible)} eligible, ${grouped(churned)} churned (${(100 * churnRate).toFixed(1)} %), ${owners.join('+') || 'purged'}`
      }),
    ],
  }
}

/** 69659 -> 69,659 */
function grouped(n: number): string {
  return n.toLocaleString('en-US')
}

/** Every part needs users of both kinds, whichever of its cutoffs they stand at. */
function classes(population: readonly CutoffPopulation[], parts: Readonly<Record<Part, readonly Day[]>>): CheckResult {
  const isSingle = ({ churnRate }: CutoffPopulation): boolean => !(churnRate > 0 && churnRate < 1)
  const single = population.filter(isSingle)
  const lacking = partNames.filter((part) => {
    const own = population.filter(({ cutoff }) => parts[part].some((day) => day === cutoff))
    return own.every(({ churned }) => churned === 0) || own.every(({ churnRate }) => !(churnRate < 1))
  })
  return {
    name: 'labels.classes',
    passed: lacking.length === 0,
    severity: 'error',
    observed:
      single.length === 0
        ? 'both classes at every cutoff'
        : single.length <= 4
          ? `one class at ${single.map(({ cutoff }) => cutoff).join(', ')}`
          : `one class at ${single.length} of ${population.length} cutoffs`,
    expected: 'users who churned and users who stayed',
    message: `one class only in ${lacking.join(', ')}: nothing can be learned or judged there`,
  }
}

function passed(name: string, observed: string): CheckResult {
  return { name, passed: true, severity: 'info', observed, expected: '', message: '' }
}
