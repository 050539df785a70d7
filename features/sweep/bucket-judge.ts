import type { BucketEvents } from './bucket-reader.ts'
import { spareBytes } from './kernels/spare-bytes.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { status, statusCount } from './program.ts'
import { SpinePass } from './spine-pass.ts'
import type { SpineTask, SweepSetup } from './tasks.ts'
import { isJudgedByWindow, WindowJudge } from './window-judge.ts'

/** Decides who of a bucket is an example, in the thread's own memory, counts them and writes them where all threads see them. */
export class BucketJudge {
  private readonly setup: SweepSetup
  private readonly task: SpineTask
  private readonly thread: KernelThread
  /** Of each prediction: user by user, all cutoffs. */
  private readonly statuses: readonly Uint8Array[]
  /** The greatest of all predictions. */
  private readonly rows: Uint8Array
  /** Rows of the bucket by cutoff. */
  private readonly rowCounts: Int32Array
  /** This thread's part of the population. */
  private readonly population: Int32Array
  private readonly byWindow: WindowJudge | null
  private readonly byUser: SpinePass | null

  constructor(setup: SweepSetup, task: SpineTask, thread: KernelThread) {
    const { program, statuses } = setup
    const { layout, cutoffs, spine } = program
    const pairs = 2 ** layout.user.bits * cutoffs.length
    this.setup = setup
    this.task = task
    this.thread = thread
    this.statuses = statuses.map(() => thread.space.uint8(pairs + spareBytes))
    this.rows = statuses.length === 1 ? this.statuses[0]! : thread.space.uint8(pairs + spareBytes)
    this.rowCounts = thread.space.int32(cutoffs.length)
    this.population = thread.space.int32(cutoffs.length * statuses.length * statusCount).fill(0)
    const isByWindow = !task.isGiven && isJudgedByWindow(program, spine!)
    this.byWindow = isByWindow ? new WindowJudge(program, spine!, thread) : null
    this.byUser = isByWindow || task.isGiven ? null : new SpinePass(program, spine!, thread)
  }

  /** The bucket that was sorted, with its first user. */
  judge(events: BucketEvents, bucket: number, users: number): void {
    const { rowCounts, setup, statuses, rows, byWindow, byUser } = this
    const cutoffs = setup.program.cutoffs.length
    const first = bucket * 2 ** setup.program.layout.user.bits * cutoffs
    const pairs = users * cutoffs
    if (byWindow !== null) byWindow.judge(events, users, statuses)
    else if (byUser !== null) this.judgeEach(byUser, events, users)
    else this.takeGiven(events, users, first)
    this.count(users)
    this.task.rowCounts.set(rowCounts, bucket * cutoffs)
    if (!this.task.isGiven)
      for (const [p, one] of statuses.entries()) setup.statuses[p]!.set(one.subarray(0, pairs), first)
    if (statuses.length > 1) setup.rows.set(rows.subarray(0, pairs), first)
  }

  /** Adds what this thread counted. */
  finish(): void {
    const { population } = this.task
    for (let i = 0; i < population.length; i++) Atomics.add(population, i, this.population[i]!)
  }

  private judgeEach(pass: SpinePass, { records, start, counts }: BucketEvents, users: number): void {
    const { layout, cutoffs } = this.setup.program
    for (const one of this.statuses) one.fill(status.unseen)
    for (let u = 0; u < users; u++) {
      if (counts[u] === 0) continue
      pass.read(records, start[u]! * layout.words, counts[u]!)
      pass.judge(this.statuses, u * cutoffs.length)
    }
  }

  /** Users without events have no rows. */
  private takeGiven({ counts }: BucketEvents, users: number, first: number): void {
    const { statuses, setup } = this
    const cutoffs = setup.program.cutoffs.length
    for (const [p, one] of statuses.entries()) {
      one.set(setup.statuses[p]!.subarray(first, first + users * cutoffs))
      for (let u = 0; u < users; u++) if (counts[u] === 0) one.fill(status.unseen, u * cutoffs, (u + 1) * cutoffs)
    }
  }

  private count(users: number): void {
    const { statuses, rows, rowCounts, population, thread } = this
    const { kernels } = thread
    const cutoffs = rowCounts.length
    const width = statuses.length * statusCount
    for (const [p, { byteOffset }] of statuses.entries()) {
      if (p === 0 && statuses.length > 1) rows.set(statuses[0]!)
      if (p > 0) kernels.joinStatuses(rows.byteOffset, byteOffset, users * cutoffs)
      for (let s = status.unseen + 1; s < statusCount; s++)
        kernels.countStatuses(
          byteOffset,
          users,
          cutoffs,
          s,
          s,
          population.byteOffset + 4 * (p * statusCount + s),
          width,
        )
    }
    rowCounts.fill(0)
    kernels.countStatuses(rows.byteOffset, users, cutoffs, status.example, statusCount - 1, rowCounts.byteOffset, 1)
  }
}
