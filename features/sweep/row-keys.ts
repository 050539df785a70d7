import type { ChosenUsers } from './chosen-users.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { SweepProgram } from './program.ts'
import { writeRuns, type Runs } from './row-runs.ts'
import type { KeyColumns } from './tasks.ts'

/** What rows have besides their features: user, cutoff, and what each prediction says of them. */
export class RowKeys {
  private readonly users: Uint32Array
  private readonly labels: Uint8Array
  private readonly churnKinds: Uint16Array
  private readonly isExample: Uint8Array
  private readonly scratch: Int32Array
  private readonly program: SweepProgram
  private readonly keys: KeyColumns
  private readonly thread: KernelThread

  constructor(
    program: SweepProgram,
    keys: KeyColumns,
    { roomRows, thread }: { roomRows: number; thread: KernelThread },
  ) {
    const { space } = thread
    this.program = program
    this.keys = keys
    this.thread = thread
    this.users = space.uint32(roomRows)
    this.labels = space.uint8(roomRows)
    this.churnKinds = space.uint16(roomRows)
    this.isExample = space.uint8(roomRows)
    this.scratch = space.int32(program.cutoffs.length)
  }

  /** Of the chosen users `from` .. `to` - 1, whose rows these are. */
  write(chosen: ChosenUsers, { from, to }: { from: number; to: number }, runs: Runs): void {
    const { cutoffs } = this.program
    const { users, labels, churnKinds, isExample, scratch, keys, thread } = this
    const own = [chosen.flagsOf(from), chosen.chosen.byteOffset + 4 * from, to - from, cutoffs.length] as const
    const [places, next] = [runs.places.byteOffset, scratch.byteOffset]
    thread.kernels.usersOfRows(...own, chosen.first, places, next, users.byteOffset)
    writeRuns(users, keys.users, runs)
    for (let k = 0; k < cutoffs.length; k++)
      keys.cutoffs.fill(cutoffs[k]!, runs.next[k], runs.next[k]! + runs.counts[k]!)
    for (const [p, said] of keys.predictions.entries()) {
      const statuses = chosen.statuses[p]!.byteOffset
      const into = [labels.byteOffset, churnKinds.byteOffset, isExample.byteOffset] as const
      thread.kernels.labelsOfRows(...own, statuses, places, next, ...into)
      writeRuns(labels, said.labels, runs)
      writeRuns(churnKinds, said.churnKinds, runs)
      if (said.isExample !== null) writeRuns(isExample, said.isExample, runs)
    }
  }
}
