import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { IntegerPiece } from '../../engines/column-scanner.ts'
import type { EventBlocks } from './bucket-reader.ts'
import type { RecordLayout } from './program.ts'

/** Events of a block. */
const blockEvents = 1_024
/** Rows of a piece of a result at most. */
const pieceRows = 2_048

export interface ArenaOptions {
  readonly layout: RecordLayout
  readonly userCount: number
  /** Rows that will come. */
  readonly events: number
  /** Above so many bytes records go to the file. */
  readonly memoryBytes: number
  /** Written only where the memory does not suffice; removed by `close`. */
  readonly file: string
}

/**
 * Takes events in any order and keeps those of neighbouring users together: each bucket of users has a chain of blocks,
 * so that a worker later finds all of a bucket's events in a few runs, small enough to be sorted inside the cache. When
 * the memory is full it goes to the file as a whole and is used again; block numbers go on counting.
 */
export class EventArena {
  private readonly memory: Int32Array
  private readonly blockWords: number
  private readonly blocksInMemory: number
  private readonly holdsAll: boolean
  private readonly layout: RecordLayout
  private readonly userCount: number
  private readonly path: string
  private file: number | null = null
  /** Blocks that went to the file. */
  private spilled = 0
  private used = 0
  /** By bucket: block numbers, next free word, end of the open block, events. */
  private readonly chains: number[][]
  private readonly next: Int32Array
  private readonly end: Int32Array
  private readonly counts: Int32Array
  private readonly places = new Int32Array(pieceRows)

  constructor({ layout, userCount, events, memoryBytes, file }: ArenaOptions) {
    this.layout = layout
    this.userCount = userCount
    this.path = file
    const buckets = Math.max(1, Math.ceil(userCount / 2 ** layout.user.bits))
    this.blockWords = blockEvents * layout.words
    this.chains = Array.from({ length: buckets }, () => [])
    this.next = new Int32Array(buckets)
    this.end = new Int32Array(buckets)
    this.counts = new Int32Array(buckets)
    const needed = Math.ceil(events / blockEvents) + buckets
    const fits = Math.floor(memoryBytes / (this.blockWords * 4))
    // At a spill every bucket may have an open block, and the next piece may open one more in each.
    this.holdsAll = fits >= needed
    this.blocksInMemory = this.holdsAll ? needed : Math.max(fits, 2 * buckets + this.mostNew(pieceRows))
    this.memory = new Int32Array(new SharedArrayBuffer(this.blocksInMemory * this.blockWords * 4))
  }

  /** Column 0 holds the user, the others the words of the record (without the user's bits). */
  add({ rows, columns }: IntegerPiece): void {
    const { words, user } = this.layout
    const { memory, places } = this
    // Room for the whole piece first: the memory is never emptied between two words of a record.
    if (!this.holdsAll && this.blocksInMemory - this.used < this.mostNew(rows)) this.spill()
    this.place(columns[0]!, rows)
    const mask = 2 ** user.bits - 1
    for (let w = 0; w < words; w++) {
      const column = columns[w + 1]!
      if (w === user.word) for (let i = 0; i < rows; i++) memory[places[i]! + w] = column[i]! | (columns[0]![i]! & mask)
      else for (let i = 0; i < rows; i++) memory[places[i]! + w] = column[i]!
    }
  }

  /** All events are there. */
  finish(): EventBlocks {
    if (this.file !== null) this.writeUsed()
    const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))
    const from = shared(this.chains.length + 1)
    for (const [b, chain] of this.chains.entries()) from[b + 1] = from[b]! + chain.length
    const blocks = shared(from.at(-1)!)
    for (const [b, chain] of this.chains.entries()) blocks.set(chain, from[b]!)
    const events = shared(this.counts.length)
    events.set(this.counts)
    const { blockWords, file } = this
    return { blockWords, memory: file === null ? this.memory : null, file, from, blocks, events }
  }

  close(): void {
    if (this.file === null) return
    closeSync(this.file)
    rmSync(this.path, { force: true })
    this.file = null
  }

  /** Blocks that so many rows may open. */
  private mostNew(rows: number): number {
    return Math.min(rows, this.counts.length) + Math.ceil(rows / blockEvents)
  }

  /** Where each row of the piece goes. */
  private place(users: Int32Array, rows: number): void {
    const { words, user } = this.layout
    const { places, next, end, counts } = this
    const shift = user.bits
    for (let i = 0; i < rows; i++) {
      const bucket = users[i]! >>> shift
      if (next[bucket] === end[bucket]) this.openBlock(bucket, users[i]!)
      places[i] = next[bucket]!
      next[bucket]! += words
      counts[bucket]!++
    }
  }

  private openBlock(bucket: number, user: number): void {
    if (!(user >= 0 && user < this.userCount))
      throw new RangeError(`event of user_index ${user}, but there are ${this.userCount} users`)
    this.chains[bucket]!.push(this.spilled + this.used)
    this.next[bucket] = this.used * this.blockWords
    this.end[bucket] = this.next[bucket]! + this.blockWords
    this.used++
  }

  /** Writes the used blocks. Open ones move to the front of the memory, under a new number. */
  private spill(): void {
    this.writeUsed()
    this.spilled += this.used
    const open = [...this.chains.keys()]
      .filter((bucket) => this.next[bucket] !== this.end[bucket])
      .sort((a, b) => this.end[a]! - this.end[b]!)
    for (const [at, bucket] of open.entries()) {
      const to = at * this.blockWords
      const from = this.end[bucket]! - this.blockWords
      this.memory.copyWithin(to, from, this.next[bucket])
      this.next[bucket]! += to - from
      this.end[bucket] = to + this.blockWords
      this.chains[bucket]![this.chains[bucket]!.length - 1] = this.spilled + at
    }
    this.used = open.length
  }

  private writeUsed(): void {
    this.file ??= openSync(this.path, 'w+')
    writeSync(this.file, this.memory, 0, this.used * this.blockWords * 4, this.spilled * this.blockWords * 4)
  }
}
