import { join, relative, resolve } from 'node:path'
import type { RunRecord } from '../core/artifacts.ts'
import type { Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { exitCodeOfError } from '../core/exit-code.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { lockPath, runFiles } from '../store/layout.ts'
import { type Lock, acquireLock } from '../store/lock.ts'
import { requireWritable } from '../store/require-writable.ts'
import { type Run, openRun } from '../tracking/run.ts'
import { interruptedIn } from './context.ts'
import { experiment } from './experiment.ts'
import { type GivenModels, readGivenModels } from './given-models.ts'
import { KeptFeatures } from './kept-features.ts'
import { withContext } from './with-context.ts'

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
  /** Users whose features are in memory at a time when they are scored; only tests and measurements say it. */
  readonly usersPerPart?: number
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

/**
 * One experiment from its sources to published scores and a report. Throws an EbbError whose kind decides the exit code;
 * then nothing is published, the run is recorded as FAILED or INTERRUPTED and its locks are released.
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  const { loaded, runsDir } = request
  const name = loaded.config.scores.name ?? loaded.config.experiment
  const began = performance.now()
  const given = await readGivenModels(loaded, runsDir)
  await requireWritable(runsDir, '--runs')
  for (const root of Object.values(rootsOf(request))) await requireWritable(root, '--out')
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
    return await runExperiment({ ...request, given }, run, { lock, name })
  } finally {
    await lock.release()
  }
}

const rootsOf = ({ outDir, loaded }: TrainRequest) => ({
  scores: resolve(outDir, loaded.config.scores.path),
  excluded: resolve(outDir, 'excluded'),
})

async function runExperiment(
  request: TrainRequest & { readonly given: GivenModels },
  run: Run,
  publication: { lock: Lock; name: string },
): Promise<TrainOutcome> {
  let kept: KeptFeatures | null = null
  try {
    kept = await keptFeatures(request)
    const { winner, scoresFolder } = await withContext({ ...request, kept }, run, (context) =>
      experiment(context, {
        asOf: request.asOf,
        ...(request.usersPerPart === undefined ? {} : { usersPerPart: request.usersPerPart }),
        name: publication.name,
        lock: publication.lock,
        roots: rootsOf(request),
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
    // Between two stages a stop is whatever an aborted call throws: a fault of the engine, of a worker, of the runtime.
    const isFault = thrown instanceof EbbError && thrown.kind !== 'interrupted'
    const error = request.signal.aborted && !isFault ? interruptedIn('run', thrown) : thrown
    const isStopped = error instanceof EbbError && error.kind === 'interrupted'
    run.events.error({ err: error }, 'run ended')
    await run.finish({
      status: isStopped ? 'INTERRUPTED' : 'FAILED',
      exitCode: exitCodeOfError(error, request.signal),
      error,
    })
    throw error
  } finally {
    await kept?.release()
  }
}

/** Null where features are computed by SQL, or everything is to be computed anew. */
async function keptFeatures({ loaded, useCache, runsDir, command, emit }: TrainRequest): Promise<KeptFeatures | null> {
  const { experiment: name, features } = loaded.config
  if (!useCache || features.compiler === 'sql') return null
  return KeptFeatures.open({ runsDir, experiment: name, mode: features.refresh, purpose: command, emit })
}
