import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { locate } from '../core/locate.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { ColumnScanner } from '../engines/column-scanner.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExamplePlan } from '../features/plan.ts'
import {
  dayParts,
  filesOf,
  readKeptState,
  refreshExamples,
  type EventParts,
  type KeptState,
  type RefreshReport,
} from '../features/refresh.ts'
import { sameExamples } from '../features/same-examples.ts'
import { sweepExamples, type SweptExamples } from '../features/sweep.ts'
import { keptFeaturesFolder, lockPath } from '../store/layout.ts'
import { openKeptFolder, type KeptFolder } from '../store/kept-folder.ts'

type Scanning = Engine & { readonly scanner: ColumnScanner }

/** Rooms whose code decides what a kept event or row is. */
const rooms = ['core', 'engines', 'features', 'cohorts'] as const

export interface Making {
  readonly resources: Resources
  readonly workDir: string
  readonly signal: AbortSignal
  readonly emit: Emit
}

/** Events and rows that one run leaves for the next, under the lock of the experiment. */
export class KeptFeatures {
  private readonly folder: KeptFolder
  private readonly isVerified: boolean
  private state: KeptState | null
  /** Why there is a state, but none that this program can read; null: it can, or there is none. */
  private unusable: string | null
  /** Of this run's events; they are asked for twice, to train and to score. */
  private parts: Promise<EventParts> | null = null

  private constructor(folder: KeptFolder, isVerified: boolean) {
    this.folder = folder
    this.state = readKeptState(folder.state)
    this.unusable = folder.isDamaged
      ? 'the list of what was kept is damaged, everything is computed anew'
      : folder.state !== null && this.state === null
        ? 'another version of Ebb kept it'
        : null
    this.isVerified = isVerified
  }

  /** Null: another run of the experiment is at it, or nothing shall be kept (then what was kept is removed). */
  static async open(request: {
    readonly runsDir: string
    readonly experiment: string
    readonly mode: 'auto' | 'off' | 'verify'
    readonly purpose: string
    readonly emit: Emit
  }): Promise<KeptFeatures | null> {
    const { runsDir, experiment, mode, purpose, emit } = request
    const folder = await openKeptFolder(keptFeaturesFolder(runsDir, experiment), {
      lockPath: lockPath(runsDir, `features-${experiment}`),
      purpose,
    })
    if (folder === null) {
      emit({ name: 'features', message: 'another run of this experiment is at work: all features are computed anew' })
      return null
    }
    if (mode !== 'off') {
      const kept = new KeptFeatures(folder, mode === 'verify')
      if (folder.isDamaged) emit({ name: 'features', message: `${kept.unusable}: ${folder.path}`, isWarning: true })
      return kept
    }
    try {
      await folder.clear()
    } finally {
      await folder.release()
    }
    return null
  }

  release(): Promise<void> {
    return this.folder.release()
  }

  /** The examples of the plan; of labelled ones, what the next run can use is kept. */
  async examples(
    engine: Scanning,
    plan: ExamplePlan,
    making: Making,
  ): Promise<{ swept: SweptExamples; report: RefreshReport }> {
    const { swept, next, report } = await refreshExamples(engine, plan, {
      ...making,
      findParts: () => (this.parts ??= dayParts(engine, plan.relations, making.signal)),
      folder: this.folder.path,
      state: this.state,
      code: await codeOf(engine),
      isKept: plan.mode === 'label',
    })
    const reason = report.reason ?? this.unusable
    if (this.isVerified) await this.verify(engine, plan, { making, swept })
    if (next !== null) await this.commit(next, making.emit)
    return { swept, report: { ...report, reason } }
  }

  /** A run does not fail because the next one will have more to do. */
  private async commit(next: KeptState, emit: Emit): Promise<void> {
    const files = filesOf(next).map(({ name }) => name)
    try {
      await this.folder.commit(next, files)
      this.state = next
      this.unusable = null
    } catch (error) {
      const message = `features are not kept for the next run: ${(error as Error).message}`
      emit({ name: 'features', message, isWarning: true })
    }
  }

  /** Throws where a full build makes anything else; then the state is removed. */
  private async verify(
    engine: Scanning,
    plan: ExamplePlan,
    { making, swept }: { making: Making; swept: SweptExamples },
  ): Promise<void> {
    const full = await sweepExamples(engine, plan, { ...making, workDir: join(making.workDir, 'verify') })
    const difference = sameExamples(swept, full)
    if (difference === null) return
    await this.folder.clear()
    throw new EbbError({
      code: 'FEATURES_STALE',
      kind: 'stage',
      where: 'features.refresh',
      what: `rows from an earlier run are not those of a full build: ${difference}`,
      hint: 'what was kept has been removed; run again, and report this as a fault of Ebb',
    })
  }
}

/** Stands for the compiled rooms and the engine. */
async function codeOf(engine: Engine): Promise<string> {
  const versions = JSON.parse(await readFile(locate('versions.json'), 'utf8')) as Readonly<Record<string, string>>
  return sha256([engine.version, ...rooms.map((room) => versions[room]!)].join('\n'))
}
