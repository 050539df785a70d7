import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditOutcome } from '../core/audit-artifacts.ts'
import { type Day, parseDay } from '../core/day.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { makeFolder } from '../core/make-folder.ts'
import { extractEvents } from '../data/extract.ts'
import type { AttributeTableConfig, SourceConfig } from '../data/sources.ts'
import { openRun } from '../tracking/run.ts'
import type { StageContext } from './context.ts'
import { prepareExperiment } from './prepare.ts'
import { keepOlder, type OlderSnapshot } from './stages/audit/snapshot.ts'
import { writeAudit } from './stages/audit.ts'
import { fitModels } from './stages/fit.ts'
import { planModels } from './stages/models.ts'
import { randomSplitOf } from './stages/random-split.ts'
import type { TrainRequest } from './train.ts'
import { type ContextRequest, withContext } from './with-context.ts'

/** An older copy of the data. */
export interface OlderData extends Pick<LoadedConfig['config'], 'sources' | 'attributes' | 'timeZone'> {
  readonly dataEnd?: string
  readonly baseDir: string
  /** What it was read from, for people. */
  readonly against: string
}

export interface AuditRequest extends ContextRequest, Pick<TrainRequest, 'command' | 'environment'> {
  readonly asOf: Day | null
  /** Null: late corrections are not looked for. */
  readonly older: OlderData | null
  readonly strict: boolean
}

/**
 * The leakage audit of a config on its data, without an experiment: everything up to the fit, and one model for the random
 * split. Leaves nothing behind. Throws the EbbError that the run would throw before its audit; what the audit finds is
 * returned.
 */
export async function auditConfig(request: AuditRequest): Promise<AuditOutcome> {
  const { loaded, now } = request
  const began = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'ebb-audit-'))
  try {
    const run = await openRun({
      runsDir: folder,
      experiment: loaded.config.experiment,
      command: request.command,
      now,
      elapsedMs: () => performance.now() - began,
      seed: loaded.config.seed,
      configHash: loaded.hash.short,
      environment: request.environment,
      asOf: request.asOf,
    })
    try {
      const report = await withContext(request, run, (context) => auditOf(context, request))
      await run.finish({ status: 'SUCCEEDED', exitCode: 0 })
      return report
    } catch (error) {
      await run.finish({ status: 'FAILED', exitCode: 1, error })
      throw error
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function auditOf(context: StageContext, request: AuditRequest): Promise<AuditOutcome> {
  const { asOf, older, strict } = request
  const kept = older === null ? null : await context.clock.stage(context, 'older data', () => readOlder(context, older))
  const design = await prepareExperiment(context, { asOf, older: kept, strict })
  const data = { examples: design.examples, parts: design.split.parts }
  const [simplest] = planModels(context.config, design.features)
    .filter(({ isBaseline }) => !isBaseline)
    .sort((a, b) => a.complexity - b.complexity)
  const others = design.others.map(({ churn: { target, horizonDays }, audit }) => ({ target, horizonDays, ...audit }))
  const passed = design.audit.passed && others.every((one) => one.passed)
  if (simplest === undefined) return { ...design.audit, passed, others }
  const fitted = await context.clock.stage(context, 'fit', () => fitModels(context, [simplest], data))
  const { userIds } = design
  const random = await context.clock.stage(context, 'random split', () =>
    randomSplitOf(context, fitted, { ...data, userIds }),
  )
  return { ...(await writeAudit(context, design.audit, random)), passed, others }
}

/** Extracts the older copy and keeps it beside what the newer one will be extracted to. */
async function readOlder(context: StageContext, older: OlderData): Promise<OlderSnapshot> {
  const workDir = join(context.workDir, 'older')
  await makeFolder(workDir)
  const { engine, signal, emit } = context
  const extracted = await extractEvents({
    engine,
    sources: older.sources as Readonly<Record<string, SourceConfig>>,
    attributes: older.attributes as Readonly<Record<string, AttributeTableConfig>>,
    timeZone: older.timeZone,
    declaredDataEnd: older.dataEnd === undefined ? null : parseDay(older.dataEnd, 'dataEnd'),
    asOf: null,
    baseDir: older.baseDir,
    rejectsDir: join(workDir, 'rejects'),
    workDir,
    signal,
    emit,
  })
  return keepOlder(engine, { ...extracted, against: older.against }, signal)
}
