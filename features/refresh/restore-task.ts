import type { KernelThread } from '../sweep/kernels/sweep-kernels.ts'
import type { RowArrays } from '../sweep/row-arrays.ts'
import { readStretches } from './kept-file.ts'
import { KeptStateFault, type KeptFile } from './kept-state.ts'
import { decodeRows } from './row-file.ts'

/** Reads the rows of kept cutoffs, a file each; `users` are kept ids until `NameUsersTask`. */
export interface RestoreTask {
  readonly kind: 'restore'
  /** Element 0: the next file that nobody has taken. */
  readonly next: Int32Array
  readonly files: readonly RestoredFile[]
  readonly into: RowArrays
  /** Element 0 becomes 1 when the rows are not wanted any more. */
  readonly cancelled: Int32Array
}

export interface RestoredFile {
  readonly path: string
  readonly file: KeptFile
  readonly cutoff: number
  /** First row. */
  readonly from: number
  readonly rows: number
}

/** One worker's share of the files. */
export function restoreRows(task: RestoreTask, thread: KernelThread): void {
  const { next, files, cancelled } = task
  for (let at = Atomics.add(next, 0, 1); at < files.length; at = Atomics.add(next, 0, 1)) {
    if (Atomics.load(cancelled, 0) !== 0) return
    restoreFile(files[at]!, task, thread)
  }
}

function restoreFile(
  { path, file, cutoff, from, rows }: RestoredFile,
  { into: { columns, keys } }: RestoreTask,
  thread: KernelThread,
): void {
  const { users, cutoffs, predictions } = keys
  const ids = readStretches(path, file, {
    thread,
    use: (stretches) => decodeRows(stretches, { columns, predictions, from, rows }, thread),
  })
  users.set(ids, from)
  cutoffs.fill(cutoff, from, from + rows)
}

/** Brings in who the users of restored rows are. */
export interface NameUsersTask {
  readonly kind: 'name-users'
  /** Element 0: the next file that nobody has taken. */
  readonly next: Int32Array
  readonly files: readonly RestoredFile[]
  /** Kept ids; user_index when this is done. */
  readonly users: Uint32Array
  /** user_index by kept id. */
  readonly indexOf: Int32Array
}

/** One worker's share of the files, all of which were restored. */
export function nameUsers({ next, files, users, indexOf }: NameUsersTask): void {
  for (let at = Atomics.add(next, 0, 1); at < files.length; at = Atomics.add(next, 0, 1)) {
    const { path, from, rows } = files[at]!
    let last = -1
    for (let i = from; i < from + rows; i++) {
      const index = indexOf[users[i]!]!
      if (!(index > last)) throw new KeptStateFault(`${path}: users are no longer in the order in which they were kept`)
      users[i] = last = index
    }
  }
}
