import type { RunRecord } from '../core/artifacts.ts'
import type { FileSystem } from '../store/file-system.ts'

/** What is known of a run before it starts. Nothing is read from the world: the caller passes it in. */
export interface RunOptions {
  readonly runsDir: string
  readonly experiment: string
  /** The command line, for people. */
  readonly command: string
  /** Start of the run; names it. */
  readonly now: Date
  /** Milliseconds since `now`, monotone: finish time and time stamps of logs are `now` plus this. */
  readonly elapsedMs: () => number
  readonly seed: number
  readonly configHash: string
  readonly environment: {
    readonly versions: { readonly ebb: string; readonly node: string; readonly engine?: string | null }
    readonly git: RunRecord['git']
    readonly host: RunRecord['host']
  }
  readonly key?: string | null
  /** Default 1. */
  readonly attempt?: number
  readonly asOf?: string | null
  /** Default: fresh from chance. */
  readonly id?: string
  readonly fs?: FileSystem
}

/** How a run ended. */
export interface RunEnd {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'INTERRUPTED'
  readonly exitCode: number
  /** The fault that ended it; any value that was thrown. */
  readonly error?: unknown
  readonly winner?: string | null
  readonly scores?: string | null
}

/** Parts of run.json that become known on the way. */
export interface RunFacts {
  readonly key?: string | null
  readonly attempt?: number
  readonly asOf?: string | null
  readonly engine?: string | null
  readonly winner?: string | null
  readonly scores?: string | null
}

/** run.json as it is when the run starts. */
export function firstRecord(options: RunOptions, id: string): RunRecord {
  const { experiment, command, now, seed, configHash, environment } = options
  return {
    schemaVersion: 1,
    id,
    experiment,
    command,
    status: 'RUNNING',
    key: options.key ?? null,
    attempt: options.attempt ?? 1,
    asOf: options.asOf ?? null,
    startedAt: now.toISOString(),
    finishedAt: null,
    durationMs: null,
    exitCode: null,
    error: null,
    configHash,
    seed,
    versions: {
      ebb: environment.versions.ebb,
      node: environment.versions.node,
      engine: environment.versions.engine ?? null,
    },
    git: environment.git,
    host: environment.host,
    scores: null,
    winner: null,
  }
}
