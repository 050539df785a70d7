import { rm } from 'node:fs/promises'
import { makeFolder } from '../core/make-folder.ts'
import { createRandom } from '../core/random.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { openEngine } from '../engines/registry.ts'
import { runFiles } from '../store/layout.ts'
import type { Run } from '../tracking/run.ts'
import { ComputePool } from './compute/pool.ts'
import { type StageContext, StageClock } from './context.ts'
import type { GivenModels } from './given-models.ts'
import type { KeptFeatures } from './kept-features.ts'

/** What a job needs of the world to have a context. */
export interface ContextRequest {
  readonly loaded: LoadedConfig
  readonly now: Date
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
  /** Default: none are looked for, and models begin here. */
  readonly given?: GivenModels
  /** Default: features are computed anew, and nothing of them is kept. */
  readonly kept?: KeptFeatures | null
}

/** Most workers that one run may use; more than one model is rarely fitted at a time. */
const mostWorkers = 4

/** Opens engine and workers around `work` and closes them whatever happens. */
export async function withContext<T>(
  request: ContextRequest,
  run: Run,
  work: (context: StageContext) => Promise<T>,
): Promise<T> {
  const { loaded, resources, signal, now } = request
  const workDir = run.path(runFiles.temporary)
  await makeFolder(workDir)
  const pool = new ComputePool(Math.min(resources.threads, mostWorkers), signal, resources.threads)
  try {
    const engine = await openEngine(loaded.config.engine, { ...resources, workDirectory: workDir, signal })
    try {
      await run.update({ engine: engine.version })
      await writeInputs(run, request)
      return await work({
        config: loaded.config,
        loaded,
        engine,
        run,
        pool,
        given: request.given ?? new Map(),
        kept: request.kept ?? null,
        workDir,
        clock: new StageClock(),
        checks: [],
        random: createRandom(loaded.config.seed),
        now,
        signal,
        resources,
        emit: (event) => {
          run.events.info(event)
          request.emit(event)
        },
      })
    } finally {
      await engine.close()
    }
  } finally {
    await pool.close()
    await rm(workDir, { recursive: true, force: true })
  }
}

/** What was asked for, as it was asked. */
async function writeInputs(run: Run, { loaded }: ContextRequest): Promise<void> {
  await run.writeText(runFiles.sourceConfig, loaded.sourceText)
  await run.writeJson(runFiles.resolvedConfig, loaded.resolved)
  await run.writeJson(runFiles.overrides, loaded.overrides)
  await run.writeJson(runFiles.params, flatten(loaded.resolved))
}

/** `{a: {b: 1}}` -> `{'a.b': 1}`; lists stay whole. */
function flatten(value: unknown, prefix = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [prefix]: value }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`)),
  )
}
