import { runKeptTask, type KeptTask } from '../refresh/kept-tasks.ts'
import { type KeptEvents, MergedReader } from '../refresh/merged-reader.ts'
import { BucketJudge } from './bucket-judge.ts'
import { type BucketEvents, BucketReader, type EventBlocks } from './bucket-reader.ts'
import { gatherRows, type GatherTask } from './loose-rows.ts'
import { FeaturePass } from './feature-pass.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import type { SweptColumn } from './waiting-rows.ts'

/** What every worker shares; all arrays in shared memory. */
export interface SweepSetup {
  readonly program: SweepProgram
  readonly blocks: EventBlocks
  /** Events beside those of the blocks; null: none. */
  readonly kept: KeptEvents | null
  readonly userCount: number
  /** Events of each user among those of the blocks, for whole buckets; written by the first pass. */
  readonly userEvents: Int32Array
  /** Of every prediction, statuses of user u at cutoff k: entry u * cutoffs + k. */
  readonly statuses: readonly Uint8Array[]
  /** A status from `example` on where some prediction has an example; of one prediction, its statuses. */
  readonly rows: Uint8Array
  /** Element 0 becomes 1 when the job is to stop. */
  readonly cancelled: Int32Array
}

export interface SpineTask {
  readonly kind: 'spine'
  /** Element 0: the next bucket that nobody has taken. */
  readonly next: Int32Array
  /** The spine is given: records are only sorted. */
  readonly isGiven: boolean
  /** Rows of bucket b at cutoff k: entry b * cutoffs + k. */
  readonly rowCounts: Int32Array
  /** Users of status s of prediction p at cutoff k; of `unseen`, 0: entry (k * predictions + p) * statusCount + s. */
  readonly population: Int32Array
  /** Rows are made while the bucket is at hand, with room for every user; null: in a second pass. */
  readonly made: MadeRows | null
}

export interface MadeRows {
  /** First row of bucket b at cutoff k. */
  readonly rowStart: Int32Array
  readonly columns: readonly SweptColumn[]
  readonly keys: KeyColumns
}

export interface FeatureTask extends MadeRows {
  readonly kind: 'features'
  readonly next: Int32Array
}

/** What every row has besides its features. */
export interface KeyColumns {
  readonly users: Uint32Array
  /** Day numbers. */
  readonly cutoffs: Uint16Array
  readonly predictions: readonly LabelColumns[]
}

/** What one prediction says of the rows. */
export interface LabelColumns {
  /** 0 where the row is no example. */
  readonly labels: Uint8Array
  /** Index of the kind of churn; 65,535 = not churned. */
  readonly churnKinds: Uint16Array
  /** 1 or 0; null: every row is an example. */
  readonly isExample: Uint8Array | null
}

export type SweepTask = SpineTask | FeatureTask | GatherTask | KeptTask

/** Takes buckets until none is left; which worker takes which changes no value. */
export class SweepWorker {
  private readonly setup: SweepSetup
  private readonly thread: KernelThread
  private readonly added: BucketEvents
  private readonly reader: BucketEvents

  constructor(setup: SweepSetup, thread: KernelThread) {
    this.thread = thread
    const { program, blocks, kept, userCount, userEvents } = setup
    this.setup = setup
    const added = new BucketReader(program, blocks, { userEvents, thread })
    this.added = added
    this.reader = kept === null ? added : new MergedReader(program, added, { kept, userCount, thread })
  }

  run(task: SweepTask): void {
    if (task.kind === 'spine') this.judgeUsers(task)
    else if (task.kind === 'features') this.makeRows(task)
    else if (task.kind === 'gather') gatherRows(task)
    else {
      const { setup, reader, added, thread } = this
      runKeptTask(task, { setup, all: reader, added, thread })
    }
  }

  private judgeUsers(task: SpineTask): void {
    const { program } = this.setup
    const judge = program.cutoffs.length === 0 ? null : new BucketJudge(this.setup, task, this.thread)
    const features = task.made === null ? null : this.featurePass(task.made)
    this.eachBucket(task.next, (bucket) => {
      this.reader.sort(bucket)
      judge?.judge(this.reader, bucket, this.usersOf(bucket))
      features?.(bucket)
    })
    judge?.finish()
  }

  private makeRows(task: FeatureTask): void {
    const features = this.featurePass(task)
    this.eachBucket(task.next, (bucket) => {
      this.reader.read(bucket)
      features(bucket)
    })
  }

  /** Makes the rows of a bucket that was read. */
  private featurePass({ rowStart, columns, keys }: MadeRows): (bucket: number) => void {
    const { program, statuses, rows } = this.setup
    const pass = new FeaturePass(program, { spine: { statuses, rows }, columns, keys }, this.thread)
    return (bucket) => pass.makeRows(this.reader, bucket, rowStart)
  }

  private eachBucket(next: Int32Array, work: (bucket: number) => void): void {
    const { blocks, cancelled } = this.setup
    for (;;) {
      const bucket = Atomics.add(next, 0, 1)
      if (bucket >= blocks.events.length || Atomics.load(cancelled, 0) !== 0) return
      work(bucket)
    }
  }

  private usersOf(bucket: number): number {
    const { program, userCount } = this.setup
    const size = 2 ** program.layout.user.bits
    return Math.min(size, userCount - bucket * size)
  }
}
