import { closeSync, openSync } from 'node:fs'
import type { BucketEvents } from '../sweep/bucket-reader.ts'
import type { KernelThread } from '../sweep/kernels/sweep-kernels.ts'
import type { RowArrays } from '../sweep/row-arrays.ts'
import type { SweepSetup } from '../sweep/tasks.ts'
import { writeWhole } from '../sweep/whole-file.ts'
import { KeptSum } from './kept-sum.ts'
import { encodeRows } from './row-file.ts'

interface Shared {
  /** Element 0: the next piece of work that nobody has taken. */
  readonly next: Int32Array
}

/** Writes the records of every bucket, the new ones or all, into one file. */
export interface KeepEventsTask extends Shared {
  readonly kind: 'keep-events'
  readonly path: string
  readonly isAll: boolean
  /** First record of each bucket. */
  readonly from: Float64Array
  /** Written: events by user_index, and the checksum of each bucket. */
  readonly userEvents: Uint32Array
  readonly sums: Float64Array
}

/** Writes the rows of new cutoffs, a file each. */
export interface KeepRowsTask extends Shared, RowArrays {
  readonly kind: 'keep-rows'
  readonly files: readonly { readonly path: string; readonly from: number; readonly rows: number }[]
  /** Kept id by user_index. */
  readonly idOf: Int32Array
  /** Filled in: size and checksum of each file; -1 where the disk refused. */
  readonly bytes: Float64Array
  readonly sums: Float64Array
}

export type KeptTask = KeepEventsTask | KeepRowsTask

interface KeptWorker {
  readonly setup: SweepSetup
  readonly all: BucketEvents
  readonly added: BucketEvents
  readonly thread: KernelThread
}

/** One worker's share of the task; all take from the same counter. */
export function runKeptTask(task: KeptTask, worker: KeptWorker): void {
  const { cancelled } = worker.setup
  const each = (count: number, work: (at: number) => void): void => {
    for (;;) {
      const at = Atomics.add(task.next, 0, 1)
      if (at >= count || Atomics.load(cancelled, 0) !== 0) return
      work(at)
    }
  }
  if (task.kind === 'keep-events') keepEvents(task, worker, each)
  else each(task.files.length, (at) => keepRows(task, at, worker.thread))
}

type Each = (count: number, work: (at: number) => void) => void

function keepEvents(
  { path, isAll, from, userEvents, sums }: KeepEventsTask,
  { setup, all, added, thread }: KeptWorker,
  each: Each,
): void {
  const { program, userCount } = setup
  const { words, user } = program.layout
  const size = 2 ** user.bits
  const events = isAll ? all : added
  const sum = new KeptSum(thread)
  const file = openSync(path, 'r+')
  try {
    each(from.length, (bucket) => {
      events.read(bucket)
      const users = Math.min(size, userCount - bucket * size)
      userEvents.set(events.counts.subarray(0, users), bucket * size)
      const bytes = recordsInARow(events, { users, words, thread })
      sum.add(bytes)
      sums[bucket] = sum.end()
      writeWhole(file, bytes, from[bucket]! * words * 4)
      if (bytes.byteOffset !== events.records.byteOffset) thread.space.giveBack(bytes)
    })
  } finally {
    closeSync(file)
  }
}

/** The records of the bucket, user by user; where they lie, if they are in a row already. */
function recordsInARow(
  { records, start, counts }: BucketEvents,
  { users, words, thread }: { users: number; words: number; thread: KernelThread },
): Uint8Array {
  let total = 0
  let isRow = true
  for (let u = 0; u < users; u++) {
    isRow &&= start[u] === total || counts[u] === 0
    total += counts[u]!
  }
  if (isRow) return new Uint8Array(records.buffer, records.byteOffset, total * words * 4)
  const row = thread.space.int32(total * words)
  for (let u = 0, at = 0; u < users; u++) {
    row.set(records.subarray(start[u]! * words, (start[u]! + counts[u]!) * words), at)
    at += counts[u]! * words
  }
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength)
}

function keepRows({ files, columns, keys, idOf, bytes, sums }: KeepRowsTask, at: number, thread: KernelThread): void {
  const { path, from, rows } = files[at]!
  const ids = new Uint32Array(rows)
  for (let i = 0; i < rows; i++) ids[i] = idOf[keys.users[from + i]!]!
  try {
    const sum = new KeptSum(thread)
    const file = openSync(path, 'w')
    try {
      const write = (section: Uint8Array): void => {
        sum.add(section)
        writeWhole(file, section, bytes[at]!)
        bytes[at]! += section.length
      }
      encodeRows({ columns, predictions: keys.predictions, from, rows }, ids, { thread, write })
      sums[at] = sum.end()
    } finally {
      closeSync(file)
    }
  } catch {
    bytes[at] = -1
  }
}
