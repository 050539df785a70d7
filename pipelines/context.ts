import type { CheckResult } from '../core/artifacts.ts'
import { EbbError } from '../core/errors.ts'
import type { Surroundings } from '../core/stage.ts'
import type { Config } from '../configs/schema.ts'
import type { DeepReadonly, LoadedConfig } from '../configs/load.ts'
import type { Engine } from '../engines/engine.ts'
import type { Run } from '../tracking/run.ts'
import type { ComputePool } from './compute/pool.ts'
import type { GivenModels } from './given-models.ts'
import type { KeptFeatures } from './kept-features.ts'

/** All that a stage of a run has to work with. Nothing else is ambient. */
export interface StageContext extends Surroundings {
  readonly config: DeepReadonly<Config>
  readonly loaded: LoadedConfig
  readonly engine: Engine
  readonly run: Run
  readonly pool: ComputePool
  /** Models that the config brings along. */
  readonly given: GivenModels
  /** What earlier runs left for the features; null: everything is computed, and nothing kept. */
  readonly kept: KeptFeatures | null
  /** Scratch folder of this run, removed at its end. */
  readonly workDir: string
  readonly clock: StageClock
  /** Every check so far, for checks.json. */
  readonly checks: CheckResult[]
}

/** One line of stages.json and timings.json. */
export interface StageTime {
  readonly stage: string
  readonly ms: number
  readonly rows: number | null
  /** What was taken over from an earlier run, in words; absent: nothing is ever kept of this stage. */
  readonly kept?: string
}

/** Measures stages; times are shown, never used. */
export class StageClock {
  readonly stages: StageTime[] = []
  readonly models: { model: string; fitMs: number; predictMs: number }[] = []
  /** What the stage that runs has taken over. */
  private kept: string | null = null

  /** Said by a stage of itself while it runs. */
  took(kept: string): void {
    this.kept = kept
  }

  /**
   * Runs one stage: tells when it begins and ends, keeps its time, and wraps what is not an EbbError once with the
   * name of the stage. `rows` of the result, where it has them, are shown. A stage that runs piece by piece is one line.
   */
  async stage<T>(context: Surroundings, name: string, work: () => Promise<T>): Promise<T> {
    context.signal.throwIfAborted()
    context.emit({ name, message: 'start' })
    const start = performance.now()
    try {
      const result = await work()
      context.signal.throwIfAborted()
      const ms = performance.now() - start
      const rows = rowsOf(result)
      const { kept } = this
      this.kept = null
      this.add({ stage: name, ms: Math.round(ms), rows, ...(kept === null ? {} : { kept }) })
      context.emit({ name, message: 'done', ...(rows === null ? {} : { rows }), fields: { ms: Math.round(ms) } })
      return result
    } catch (error) {
      if (context.signal.aborted) throw interruptedIn(`stage ${name}`, error)
      if (error instanceof EbbError) throw error
      const what = error instanceof Error ? error.message : String(error)
      throw new EbbError({ code: 'STAGE_FAILED', kind: 'stage', where: `stage ${name}`, what, cause: error })
    }
  }

  private add(time: StageTime): void {
    const at = this.stages.findIndex(({ stage }) => stage === time.stage)
    if (at < 0) return void this.stages.push(time)
    const { ms, rows } = this.stages[at]!
    this.stages[at] = { ...time, ms: ms + time.ms, rows: rows === null ? time.rows : rows + (time.rows ?? 0) }
  }
}

const stopWords = 'stopped on request; nothing was published'

/** What a stop on request is to people and schedulers, whatever the aborted call threw. A stop that was named stays as it is. */
export function interruptedIn(where: string, thrown: unknown): EbbError {
  if (thrown instanceof EbbError && thrown.details.what === stopWords) return thrown
  return new EbbError({ code: 'INTERRUPTED', kind: 'interrupted', where, what: stopWords, cause: thrown })
}

function rowsOf(result: unknown): number | null {
  if (typeof result !== 'object' || result === null || !('rows' in result)) return null
  return typeof result.rows === 'number' ? result.rows : null
}
