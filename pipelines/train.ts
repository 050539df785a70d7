import { mkdir, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { RunRecord } from '../core/artifacts.ts'
import type { Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { exitCodeOfError } from '../core/exit-code.ts'
import { createRandom } from '../core/random.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { openEngine } from '../engines/registry.ts'
import { lockPath, runFiles } from '../store/layout.ts'
import { type Lock, acquireLock } from '../store/lock.ts'
import { type Run, openRun } from '../tracking/run.ts'
import { ComputePool } from './compute/pool.ts'
import { type StageContext, StageClock, interruptedIn } from './context.ts'
import { experiment } from './experiment.ts'

export interface TrainRequest {
  readonly loaded: LoadedConfig
  /** `--as-of`; null: the end of the data. */
  readonly asOf: Day | null
  /** The stage cache; without one, every stage is computed. */
  readonly useCache: boolean
  readonly runsDir: string
  /** Folder that `scores.path` and `excluded/` start from. */
  readonly outDir: string
  readonly command: string
  readonly now: Date
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
  readonly environment: {
    readonly versions: { readonly ebb: string; readonly node: string }
    readonly git: RunRecord['git']
    readonly host: RunRecord['host']
  }
}

export interface TrainOutcome {
  readonly runId: string
  readonly runDir: string
  readonly status: 'SUCCEEDED'
  readonly reportPath: string
  /** The published folder. */
  readonly scoresPath: string
  readonly winner: string
}

/** Most workers that one run may use; more than one model is rarely fitted at a time. */
const mostWorkers = 4

/**
 * One experiment from its sources to published scores and a report. Throws an EbbError whose kind decides the exit code;
 * then nothing is published, the run is recorded as FAILED or INTERRUPTED and its locks are released.
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  const { loaded, runsDir } = request
  const name = loaded.config.scores.name ?? loaded.config.experiment
  const began = performance.now()
  const lock = await acquireLock({ path: lockPath(runsDir, `scores-${name}`), purpose: `${request.command}` })
  try {
    const run = await openRun({
      runsDir,
      experiment: loaded.config.experiment,
      command: request.command,
      now: request.now,
      elapsedMs: () => performance.now() - began,
      seed: loaded.config.seed,
      configHash: loaded.hash.short,
      environment: request.environment,
      asOf: request.asOf,
    })
    return await runExperiment(request, run, { lock, name })
  } finally {
    await lock.release()
  }
}

async function runExperiment(
  request: TrainRequest,
  run: Run,
  publication: { lock: Lock; name: string },
): Promise<TrainOutcome> {
  try {
    const { winner, scoresFolder } = await withContext(request, run, (context) =>
      experiment(context, {
        asOf: request.asOf,
        name: publication.name,
        lock: publication.lock,
        roots: {
          scores: resolve(request.outDir, request.loaded.config.scores.path),
          excluded: resolve(request.outDir, 'excluded'),
        },
      }),
    )
    const scoresPath = join(request.outDir, relative(resolve(request.outDir), scoresFolder))
    await run.finish({ status: 'SUCCEEDED', exitCode: 0, winner, scores: scoresPath })
    return {
      runId: run.id,
      runDir: run.dir,
      status: 'SUCCEEDED',
      reportPath: run.path(runFiles.report),
      scoresPath,
      winner,
    }
  } catch (thrown) {
    // Between two stages a stop is whatever an aborted call throws.
    const isForeign = request.signal.aborted && !(thrown instanceof EbbError)
    const error = isForeign ? interruptedIn('run', thrown) : thrown
    const isStopped = error instanceof EbbError && error.kind === 'interrupted'
    run.events.error({ err: error }, 'run ended')
    await run.finish({
      status: isStopped ? 'INTERRUPTED' : 'FAILED',
      exitCode: exitCodeOfError(error, request.signal),
      error,
    })
    throw error
  }
}

/** Opens engine and workers around `work` and closes them whatever happens. */
async function withContext<T>(
  request: TrainRequest,
  run: Run,
  work: (context: StageContext) => Promise<T>,
): Promise<T> {
  const { loaded, resources, signal, now } = request
  const workDir = run.path(runFiles.temporary)
  await mkdir(workDir, { recursive: true })
  const pool = new ComputePool(Math.min(resources.threads, mostWorkers), signal)
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
async function writeInputs(run: Run, { loaded }: TrainRequest): Promise<void> {
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
