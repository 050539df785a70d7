import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definitionLab } from '../cohorts/definition-lab.ts'
import type { LoadedConfig } from '../configs/load.ts'
import type { DefinitionLab } from '../core/definition-lab.ts'
import type { Day } from '../core/day.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { Extracted } from '../data/extracted.ts'
import type { Engine } from '../engines/engine.ts'
import { extractAlone } from './extract-alone.ts'
import { openEngine } from '../engines/registry.ts'
import type { ChurnConfig } from '../features/churn.ts'
import { targetLeaves } from '../features/label.ts'
import { resolveRoles } from '../features/roles.ts'
import { writeDefinitionReport } from '../reports/definition-report.ts'

export interface AnalyzeDefinitionRequest {
  readonly loaded: LoadedConfig
  readonly asOf: Day | null
  /** Null: the config's own. */
  readonly horizonDays: number | null
  readonly threshold: number
  readonly maxDays: number | null
  /** Folder of the JSON and the page; null: none is written. */
  readonly outDir: string | null
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
}

export interface AnalyzedDefinition {
  readonly lab: DefinitionLab
  /** Paths of the files; empty without `outDir`. */
  readonly files: readonly string[]
}

/** Reads the sources of a config and asks the definition lab; trains nothing, leaves nothing behind but the two files. */
export async function analyzeDefinition(request: AnalyzeDefinitionRequest): Promise<AnalyzedDefinition> {
  const { config } = request.loaded
  const workDir = await mkdtemp(join(tmpdir(), 'ebb-analyze-'))
  const { resources, signal, emit } = request
  const engine = await openEngine(config.engine, { ...resources, workDirectory: workDir, signal })
  try {
    const extracted = await extractAlone(request, engine, workDir)
    emit({ name: 'definition', message: 'return times', rows: extracted.counts.events })
    const lab = await labOf(request, engine, extracted)
    const files = request.outDir === null ? [] : await writeDefinitionReport(lab, request.outDir)
    return { lab, files }
  } finally {
    await engine.close()
    await rm(workDir, { recursive: true, force: true })
  }
}

async function labOf(request: AnalyzeDefinitionRequest, engine: Engine, extracted: Extracted): Promise<DefinitionLab> {
  const { config } = request.loaded
  const churn = structuredClone(config.churn) as ChurnConfig
  const types = extracted.levels.eventTypes.map(({ name }) => name)
  const roles = resolveRoles(structuredClone(config.features.roles) as Record<string, string[]>)
  return definitionLab(
    engine,
    {
      experiment: config.experiment,
      events: extracted.relations.events,
      qualifying: qualifyingEvents(churn, { types, logins: roles.login }),
      purchases: roles.purchase.filter((type) => types.includes(type)),
      dataStart: extracted.firstEventDay,
      dataEnd: extracted.dataEnd,
      newDays: config.lifecycle.newDays,
      silentDays: config.lifecycle.silentDays,
      horizonDays: request.horizonDays ?? churn.horizonDays,
      threshold: request.threshold,
      maxDays: request.maxDays,
      configuredDays: configuredDays(churn),
      segments: ['lifecycle_stage', ...(extracted.has.amount ? (['value_tier'] as const) : []), 'channel'],
    },
    request.signal,
  )
}

/** What ends a silence: the events of the target's silence labels, else those of eligibility, else logins, else every event. */
export function qualifyingEvents(
  churn: ChurnConfig,
  { types, logins }: { readonly types: readonly string[]; readonly logins: readonly string[] },
): string[] {
  const leaves = targetLeaves(churn)
  const silent = leaves.flatMap((leaf) =>
    leaf.kind === 'no_event_in_window' || leaf.kind === 'churn_date' ? leaf.events : [],
  )
  const eligible = activeWithin(churn)?.events ?? []
  const named = silent.length > 0 ? silent : eligible
  const seen = logins.filter((type) => types.includes(type))
  return [...new Set([named, seen, types].find((some) => some.length > 0))].sort()
}

/** Days of silence that the config takes for a churn: of `churn_date`, else how long ago the eligible were active. */
function configuredDays(churn: ChurnConfig): number | null {
  const dated = targetLeaves(churn).flatMap((leaf) => (leaf.kind === 'churn_date' ? [leaf.silenceDays] : []))
  return dated[0] ?? activeWithin(churn)?.withinDays ?? null
}

/** Eligibility by events; null where it goes by contract or history. */
function activeWithin({
  eligible,
}: ChurnConfig): { readonly events: readonly string[]; readonly withinDays: number } | null {
  return typeof eligible === 'object' && 'events' in eligible ? eligible : null
}
