import { readSync, writeSync } from 'node:fs'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { sortByTime } from './sort-by-time.ts'
import type { SweepProgram } from './program.ts'

/** Where the records lie: blocks of equal size, in shared memory or in a file. */
export interface EventBlocks {
  /** Words of a block. */
  readonly blockWords: number
  /** Block k begins at word k * blockWords; null: in the file. */
  readonly memory: Int32Array | null
  /** File descriptor where the records did not fit into memory. */
  readonly file: number | null
  /** Blocks of bucket b: `blocks[from[b]] .. blocks[from[b + 1] - 1]`; all but the last are full. */
  readonly from: Int32Array
  readonly blocks: Int32Array
  /** Events of each bucket. */
  readonly events: Int32Array
}

/** The events of one bucket of users after the other. */
export interface BucketEvents {
  /** Each user's records follow each other, the oldest first. */
  readonly records: Int32Array
  /** Records of local user u: `start[u] .. start[u] + counts[u] - 1`. */
  readonly start: Int32Array
  readonly counts: Int32Array
  /** Reads a bucket for the first time. */
  sort(bucket: number): void
  /** Reads it again. */
  read(bucket: number): void
}

/** Brings the records of one bucket of users together: by user, each user's oldest first. */
export class BucketReader implements BucketEvents {
  /** The records, user by user. */
  records: Int32Array = new Int32Array(0)
  /** Records of local user u: `start[u] .. start[u + 1] - 1`. */
  readonly start: Int32Array
  readonly counts: Int32Array
  private raw: Int32Array = new Int32Array(0)
  private readonly thread: KernelThread
  private readonly program: SweepProgram
  private readonly data: EventBlocks

  constructor(program: SweepProgram, data: EventBlocks, thread: KernelThread) {
    this.thread = thread
    this.program = program
    this.data = data
    this.start = thread.space.int32(2 ** program.layout.user.bits + 2)
    this.counts = thread.space.int32(2 ** program.layout.user.bits)
  }

  /** Reads a bucket whose records came in any order, and puts them in order in place. */
  sort(bucket: number): void {
    const count = this.load(bucket)
    const { records: from } = this
    this.records = this.raw
    this.raw = from
    if (this.records.length < this.raw.length) this.makeRoom(this.raw.length)
    this.scatter(count)
    sortByTime(this.records, { layout: this.program.layout, start: this.start, users: this.start.length - 2 })
    this.countUsers()
    this.store(bucket, count)
  }

  /** Reads a bucket that was sorted before. */
  read(bucket: number): void {
    this.findUsers(this.load(bucket))
    this.countUsers()
  }

  /** Into `records`, in the order of the blocks. */
  private load(bucket: number): number {
    const { blockWords, memory, file, from, blocks, events } = this.data
    const words = events[bucket]! * this.program.layout.words
    if (this.records.length < words) this.makeRoom(2 ** Math.ceil(Math.log2(words)))
    let at = 0
    for (let k = from[bucket]!; k < from[bucket + 1]!; k++) {
      const length = Math.min(blockWords, words - at)
      const start = blocks[k]! * blockWords
      if (memory !== null) this.records.set(memory.subarray(start, start + length), at)
      else readSync(file!, this.records, { offset: at * 4, length: length * 4, position: start * 4 } as never)
      at += length
    }
    return events[bucket]!
  }

  private makeRoom(words: number): void {
    this.thread.space.giveBack(this.records)
    this.records = this.thread.space.int32(words)
  }

  private store(bucket: number, count: number): void {
    const { blockWords, memory, file, from, blocks } = this.data
    const words = count * this.program.layout.words
    let at = 0
    for (let k = from[bucket]!; k < from[bucket + 1]!; k++) {
      const length = Math.min(blockWords, words - at)
      const start = blocks[k]! * blockWords
      const part = this.records.subarray(at, at + length)
      if (memory !== null) memory.set(part, start)
      else writeSync(file!, part, 0, length * 4, start * 4)
      at += length
    }
  }

  /** `raw` -> `records`, by user, keeping the order inside a user. */
  private scatter(count: number): void {
    const { start, raw, records } = this
    const { words, user } = this.program.layout
    const mask = 2 ** user.bits - 1
    start.fill(0)
    for (let i = 0, p = user.word; i < count; i++, p += words) start[(raw[p]! & mask) + 2]!++
    for (let u = 2; u < start.length; u++) start[u]! += start[u - 1]!
    for (let i = 0, p = 0; i < count; i++, p += words) {
      const to = start[(raw[p + user.word]! & mask) + 1]!++ * words
      records[to] = raw[p]!
      records[to + 1] = raw[p + 1]!
      for (let w = 2; w < words; w++) records[to + w] = raw[p + w]!
    }
  }

  private countUsers(): void {
    const { start, counts } = this
    for (let u = 0; u < counts.length; u++) counts[u] = start[u + 1]! - start[u]!
  }

  private findUsers(count: number): void {
    const { start, records } = this
    const { words, user } = this.program.layout
    const mask = 2 ** user.bits - 1
    start.fill(0)
    for (let i = 0, p = user.word; i < count; i++, p += words) start[(records[p]! & mask) + 1]!++
    for (let u = 1; u < start.length; u++) start[u]! += start[u - 1]!
  }
}
