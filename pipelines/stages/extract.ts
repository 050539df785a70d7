import { join } from 'node:path'
import { type Day, parseDay } from '../../core/day.ts'
import { extractEvents } from '../../data/extract.ts'
import { type Extracted, type ExtractEvidence, ExtractRefused } from '../../data/extracted.ts'
import type { AttributeTableConfig, SourceConfig } from '../../data/sources.ts'
import { runFiles } from '../../store/layout.ts'
import type { StageContext } from '../context.ts'
import { writeSql } from './write-sql.ts'

export interface ExtractedStage extends Extracted {
  /** Events in use. */
  readonly rows: number
}

/** Sources -> the event model in the engine. What was seen is in the run directory also when the data are refused. */
export async function extractStage(context: StageContext, asOf: Day | null): Promise<ExtractedStage> {
  const { config, run, engine } = context
  const end = config.dataEnd
  try {
    const extracted = await extractEvents({
      engine,
      sources: config.sources as Readonly<Record<string, SourceConfig>>,
      attributes: config.attributes as Readonly<Record<string, AttributeTableConfig>>,
      timeZone: config.timeZone,
      declaredDataEnd: end === undefined ? null : parseDay(end, 'dataEnd'),
      asOf,
      baseDir: context.loaded.baseDir,
      rejectsDir: join(run.dir, runFiles.rejects),
      workDir: context.workDir,
      signal: context.signal,
      emit: context.emit,
    })
    await writeEvidence(context, extracted)
    await writeSql(context, 'extract', extracted.statements)
    return { ...extracted, rows: extracted.counts.events }
  } catch (error) {
    if (error instanceof ExtractRefused) await writeEvidence(context, error.evidence)
    throw error
  }
}

async function writeEvidence({ run, checks }: StageContext, evidence: ExtractEvidence): Promise<void> {
  checks.push(...evidence.checks)
  await run.writeJson(runFiles.quality, evidence.quality)
  await run.writeJson(runFiles.inputs, evidence.inputs)
  await run.writeJson(runFiles.checks, checks)
}
