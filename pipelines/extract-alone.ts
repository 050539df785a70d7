import { join } from 'node:path'
import type { LoadedConfig } from '../configs/load.ts'
import { type Day, parseDay } from '../core/day.ts'
import type { Emit } from '../core/stage.ts'
import { extractEvents } from '../data/extract.ts'
import type { Extracted } from '../data/extracted.ts'
import type { AttributeTableConfig, SourceConfig } from '../data/sources.ts'
import type { Engine } from '../engines/engine.ts'

/** The events of a config without a run around them; rejects stay in `workDir`. */
export function extractAlone(
  request: {
    readonly loaded: LoadedConfig
    readonly asOf: Day | null
    readonly signal: AbortSignal
    readonly emit: Emit
  },
  engine: Engine,
  workDir: string,
): Promise<Extracted> {
  const { config, baseDir } = request.loaded
  return extractEvents({
    engine,
    sources: config.sources as Readonly<Record<string, SourceConfig>>,
    attributes: config.attributes as Readonly<Record<string, AttributeTableConfig>>,
    timeZone: config.timeZone,
    declaredDataEnd: config.dataEnd === undefined ? null : parseDay(config.dataEnd, 'dataEnd'),
    asOf: request.asOf,
    baseDir,
    rejectsDir: join(workDir, 'rejects'),
    workDir,
    signal: request.signal,
    emit: request.emit,
  })
}
