import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../../core/hash.ts'
import type { ProgressEvent } from '../../core/stage.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { dayParts, refreshExamples, type KeptState, type RefreshReport } from '../../features/refresh.ts'
import { canSweep, type SweepTuning, type SweptExamples } from '../../features/sweep.ts'
import { writeExamples } from '../../features/write-examples.ts'
import { sweepPlan } from './sweep-compare.ts'
import { loadWorld, type TestEvent } from './world.ts'

/** Users by their lasting ids: user_index is their place among those who have an event, as extract gives it. */
export async function loadShop(engine: Engine, events: readonly TestEvent[]): Promise<void> {
  const ids = [...new Set(events.map(({ user }) => user))].sort((a, b) => a - b)
  const index = new Map(ids.map((id, at) => [id, at]))
  const own = events.map((event) => ({ ...event, user: index.get(event.user)! }))
  await loadWorld(engine, { users: ids.length, events: own, attributes: [] })
  await engine.load('t_ids', [{ name: 'id', type: 'integer', values: Int32Array.from(ids) }])
  await engine.execute(`CREATE OR REPLACE TEMP TABLE t_users AS
    SELECT CAST(ROW_NUMBER() OVER (ORDER BY id) - 1 AS INTEGER) AS user_index, CAST(id AS BIGINT) AS user_id FROM t_ids`)
}

/** One build after the other, as weekly runs make them: each keeps what the next one uses. */
export class Weeks {
  state: KeptState | null = null
  readonly warnings: string[] = []
  readonly folder: string
  private readonly engine: Engine

  private constructor(engine: Engine, folder: string) {
    this.engine = engine
    this.folder = folder
  }

  static async begin(engine: Engine): Promise<Weeks> {
    return new Weeks(engine, await mkdtemp(join(tmpdir(), 'ebb-refresh-')))
  }

  end(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  /** The build of today, from what the last one left; `isFull`: beside it a full one, without any state. */
  async build(
    plan: ExamplePlan,
    how: { threads?: number; tuning?: SweepTuning; isKept?: boolean; code?: string } = {},
  ): Promise<{ swept: SweptExamples; report: RefreshReport }> {
    const { engine, folder } = this
    if (!canSweep(engine)) throw new Error('the test engine scans')
    const workDir = await mkdtemp(join(tmpdir(), 'ebb-refresh-work-'))
    const emit = ({ isWarning, message }: ProgressEvent): void =>
      void (isWarning === true && this.warnings.push(message!))
    try {
      const { swept, next, report } = await refreshExamples(engine, plan, {
        resources: { threads: how.threads ?? 2, memoryBytes: 300_000_000 },
        workDir,
        signal: new AbortController().signal,
        tuning: how.tuning,
        emit,
        findParts: () => dayParts(engine, plan.relations),
        folder,
        state: this.state,
        code: how.code ?? 'test',
        isKept: how.isKept ?? true,
      })
      if (how.isKept !== false) this.state = next
      return { swept, report }
    } finally {
      await rm(workDir, { recursive: true, force: true })
    }
  }

  /** sha256 of the examples as Parquet, and the population. */
  async told(swept: SweptExamples): Promise<readonly [string, readonly unknown[]]> {
    const path = join(this.folder, 'examples.parquet')
    await writeExamples(path, swept)
    const populations = swept.predictions.map(({ population, cutoffs }) => [population, cutoffs])
    const told = [sha256(await readFile(path)), populations] as const
    await rm(path)
    return told
  }

  /** The same of a full build. */
  async full(plan: ExamplePlan): Promise<readonly [string, readonly unknown[]]> {
    const swept = await sweepPlan(this.engine, plan, { precision: 'single' })
    const told = await this.told(swept)
    await swept.cleanup()
    return told
  }
}
