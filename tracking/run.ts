import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { RunRecord } from '../core/artifacts.ts'
import { EbbError } from '../core/errors.ts'
import { writeFileAtomic, writeJsonAtomic } from '../store/atomic.ts'
import { nodeFileSystem, onDisk, type FileSystem } from '../store/file-system.ts'
import { newRunId, runFiles, runLockPath } from '../store/layout.ts'
import { LineWriter } from '../store/line-writer.ts'
import { acquireLock, type Lock } from '../store/lock.ts'
import { firstRecord, type RunEnd, type RunFacts, type RunOptions } from './run-options.ts'
import { sweepCrashedRuns } from './sweep.ts'

/** One execution and its folder. */
export interface Run {
  readonly id: string
  readonly dir: string
  /** run.json as it stands on the disk. */
  readonly record: Readonly<RunRecord>
  /** Structured log, to events.jsonl; never throws. */
  readonly events: Logger
  /** Path of a file or folder in the run's folder. */
  path(...names: string[]): string
  /** Replaces a JSON file of the run in one step; `name` may hold folders (`plots/roc.json`). */
  writeJson(name: string, value: unknown): Promise<void>
  writeText(name: string, text: string): Promise<void>
  /** Appends to metrics.jsonl; a full disk shows in `finish`. */
  metric(key: string, value: number, step: number): void
  setKey(key: string): Promise<void>
  /** Every line of both logs is on the disk, or the first failure is thrown: before what cannot be taken back. */
  flush(): Promise<void>
  /** Facts that become known on the way. */
  update(facts: RunFacts): Promise<void>
  /**
   * Ends the run: logs flushed, scratch removed, run.json replaced, lock released. Only the first call counts. A run
   * that failed is ended as well as the disk allows and nothing is thrown over the original error; a run that
   * succeeded but whose logs or record could not be written throws, and is not recorded as a success; once it has
   * published scores, a log that lacks its last lines no longer makes a failure of it.
   */
  finish(end: RunEnd): Promise<void>
}

/** Makes the run's folder, its lock and run.json (RUNNING). On failure nothing of it stays. */
export async function openRun(options: RunOptions): Promise<Run> {
  const { runsDir, fs = nodeFileSystem } = options
  const id = options.id ?? newRunId(options.now)
  const dir = join(runsDir, id)
  const lock = await acquireLock({ path: runLockPath(runsDir, id), purpose: `run ${id}`, fs })
  try {
    if ((await onDisk(dir, () => fs.stat(dir))) !== undefined) throw alreadyThere(dir)
    await sweepCrashedRuns(runsDir, fs)
    const run = new OpenRun({ dir, lock, fs, options, record: firstRecord(options, id) })
    await run.start()
    return run
  } catch (error) {
    await lock.release().catch(() => undefined)
    throw error
  }
}

interface Parts {
  readonly dir: string
  readonly lock: Lock
  readonly fs: FileSystem
  readonly options: RunOptions
  readonly record: RunRecord
}

class OpenRun implements Run {
  readonly id: string
  readonly dir: string
  readonly events: Logger
  record: RunRecord
  private readonly parts: Parts
  private readonly metricLines: LineWriter
  private readonly eventLines: LineWriter
  private ended: Promise<void> | undefined

  constructor(parts: Parts) {
    this.parts = parts
    this.dir = parts.dir
    this.id = parts.record.id
    this.record = parts.record
    this.metricLines = new LineWriter(this.path(runFiles.metricsLog), parts.fs)
    this.eventLines = new LineWriter(this.path(runFiles.events), parts.fs)
    this.events = pino(
      { base: null, timestamp: () => `,"time":"${this.timestamp()}"`, level: 'trace' },
      { write: (line: string) => this.eventLines.add(line) },
    )
  }

  async start(): Promise<void> {
    try {
      await this.save(this.record)
    } catch (error) {
      await this.parts.fs.remove(this.dir).catch(() => undefined)
      throw error
    }
  }

  path(...names: string[]): string {
    return join(this.dir, ...names)
  }

  writeJson(name: string, value: unknown): Promise<void> {
    return writeJsonAtomic(this.path(name), value, this.parts.fs)
  }

  writeText(name: string, text: string): Promise<void> {
    return writeFileAtomic(this.path(name), text, this.parts.fs)
  }

  metric(key: string, value: number, step: number): void {
    const written = Number.isFinite(value) ? value : String(value)
    this.metricLines.add(JSON.stringify({ key, value: written, step, ts: this.timestamp() }))
  }

  setKey(key: string): Promise<void> {
    return this.update({ key })
  }

  async flush(): Promise<void> {
    const trouble = await this.logTrouble()
    if (trouble !== undefined) throw trouble
  }

  update(facts: RunFacts): Promise<void> {
    const { engine, ...rest } = facts
    const versions = engine === undefined ? this.record.versions : { ...this.record.versions, engine }
    return this.save({ ...this.record, ...rest, versions })
  }

  finish(end: RunEnd): Promise<void> {
    this.ended ??= this.end(end)
    return this.ended
  }

  private async end(end: RunEnd): Promise<void> {
    try {
      // First what gives space back.
      await this.parts.fs.remove(this.path(runFiles.temporary)).catch(() => undefined)
      const trouble = await this.logTrouble()
      const isPublished = (end.scores ?? null) !== null
      if (end.status === 'SUCCEEDED' && trouble !== undefined && !isPublished) {
        await this.save(this.lastRecord({ status: 'FAILED', exitCode: 75, error: trouble })).catch(() => undefined)
        throw trouble
      }
      const saved = this.save(this.lastRecord(end))
      await (end.status === 'SUCCEEDED' ? saved : saved.catch(() => undefined))
    } finally {
      await this.parts.lock.release().catch(() => undefined)
    }
  }

  /** The first failure of the two logs. */
  private async logTrouble(): Promise<unknown> {
    const results = await Promise.allSettled([this.metricLines.flush(), this.eventLines.flush()])
    return results.find((result) => result.status === 'rejected')?.reason
  }

  private lastRecord(end: RunEnd): RunRecord {
    const durationMs = Math.round(this.parts.options.elapsedMs())
    return {
      ...this.record,
      status: end.status,
      exitCode: end.exitCode,
      error: errorRecord(end.error),
      finishedAt: this.timestamp(),
      durationMs,
      winner: end.winner ?? this.record.winner,
      scores: end.scores ?? this.record.scores,
    }
  }

  private async save(record: RunRecord): Promise<void> {
    await this.writeJson(runFiles.run, record)
    this.record = record
  }

  private timestamp(): string {
    const { now, elapsedMs } = this.parts.options
    return new Date(now.getTime() + elapsedMs()).toISOString()
  }
}

function errorRecord(error: unknown): RunRecord['error'] {
  if (error === undefined || error === null) return null
  if (!(error instanceof EbbError))
    return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
  const { code, hint } = error.details
  return { code, message: error.message, ...(hint === undefined ? {} : { hint }) }
}

function alreadyThere(dir: string): EbbError {
  return new EbbError({ code: 'RUN_EXISTS', kind: 'usage', where: dir, what: 'there is a run of this name already' })
}
