import { join } from 'node:path'
import { z } from 'zod'
import { EbbError } from '../core/errors.ts'
import type { Resources } from '../core/stage.ts'
import { openDuckDb } from './duckdb/engine.ts'
import type { Engine } from './engine.ts'

/** The engines that run. */
export const engineKinds = ['duckdb'] as const

const size = z.string().regex(/^\d+(\.\d+)?\s*(kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/, 'expected a size such as 4GB or 512MiB')

/** The config's `engine:`. Results depend on none of it. */
export const engineSchema = z
  .strictObject({
    kind: z.enum(engineKinds).default('duckdb').describe('Which engine; duckdb is inside'),
    memoryLimit: size.optional().describe("Above it the engine spills to disk; default: the run's memory"),
    tempLimit: size.optional().describe('Ceiling of the spill files; default: nine tenths of the free disk'),
    threads: z.int().min(1).max(1_024).optional().describe("Default: the run's threads"),
  })
  .meta({ description: 'The SQL engine that extracts, labels and computes features' })

export type EngineConfig = z.output<typeof engineSchema>

/** Opens the engine of the config; spill files go to `<workDirectory>/engine`. The caller closes it. */
export async function openEngine(
  config: EngineConfig,
  resources: Resources & { readonly workDirectory: string; readonly signal?: AbortSignal },
): Promise<Engine> {
  return openDuckDb({
    threads: config.threads ?? resources.threads,
    memoryBytes: config.memoryLimit === undefined ? resources.memoryBytes : parseSize(config.memoryLimit),
    tempBytes: config.tempLimit === undefined ? undefined : parseSize(config.tempLimit),
    tempDirectory: join(resources.workDirectory, 'engine'),
    signal: resources.signal,
  })
}

const units: Readonly<Record<string, number>> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** `4GB` -> 4e9, `512MiB` -> 536,870,912 bytes. Throws an EbbError of kind `config`. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]i?B)$/.exec(text)
  const unit = match === null ? undefined : units[match[2]!]
  if (match === null || unit === undefined)
    throw new EbbError({
      code: 'SIZE_INVALID',
      kind: 'config',
      where: 'size',
      what: 'not a size',
      expected: 'a number with a unit, such as 4GB or 512MiB',
      received: JSON.stringify(text),
    })
  return Math.floor(Number(match[1]) * unit)
}
