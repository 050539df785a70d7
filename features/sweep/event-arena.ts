import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { IntegerPiece } from '../../engines/column-scanner.ts'
import type { EventBlocks } from './bucket-reader.ts'
import type { ColumnPlace } from './event-queries.ts'
import type { RecordLayout } from './program.ts'

/** Events of a block. */
const blockEvents = 1_024
/** Where all goes to the file in the end, more blocks in memory would only be in the way of the result: some 100 MB. */
const spillBlocks = 8_192
/** Rows of a piece of a result at most. */
const pieceRows = 2_048

export interface ArenaOptions {
  readonly layout: RecordLayout
  /** Of the columns after the user. */
  readonly places: readonly ColumnPlace[]
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
  private memory: Int32Array
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
  /** Where each row of a piece goes. */
  private readonly targets = new Int32Array(pieceRows)
  private readonly words: readonly PackedWord[]

  constructor({ layout, places, userCount, events, memoryBytes, file }: ArenaOptions) {
    this.layout = layout
    this.userCount = userCount
    this.path = file
    this.words = Array.from({ length: layout.words }, (_, word) => new PackedWord(layout, places, word))
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
    this.blocksInMemory = this.holdsAll
      ? needed
      : Math.max(Math.min(fits, spillBlocks), 2 * buckets + this.mostNew(pieceRows))
    this.memory = new Int32Array(new SharedArrayBuffer(this.blocksInMemory * this.blockWords * 4))
  }

  /** Column 0 holds the user, the others parts of the record (without the user's bits). */
  add(piece: IntegerPiece): void {
    // Room for the whole piece first: the memory is never emptied between two words of a record.
    if (!this.holdsAll && this.blocksInMemory - this.used < this.mostNew(piece.rows)) this.spill()
    const [first, second, ...others] = this.words
    this.place(piece, first!.pack(piece), second!.pack(piece))
    for (let w = 0; w < others.length; w++)
      scatter(others[w]!.pack(piece), { rows: piece.rows, targets: this.targets, into: this.memory, word: w + 2 })
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
    // Whoever closes the file still holds the arena: its memory is needed for the result.
    if (file !== null) this.memory = new Int32Array(0)
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

  /** Writes the first two words of each row and says where the row is. */
  private place({ rows, columns }: IntegerPiece, first: Int32Array, second: Int32Array): void {
    const { words, user } = this.layout
    const { memory, targets, next, end, counts } = this
    const users = columns[0]!
    const shift = user.bits
    for (let i = 0; i < rows; i++) {
      const bucket = users[i]! >>> shift
      let at = next[bucket]!
      if (at === end[bucket]) at = this.openBlock(bucket, users[i]!)
      memory[at] = first[i]!
      memory[at + 1] = second[i]!
      targets[i] = at
      next[bucket] = at + words
      counts[bucket]!++
    }
  }

  /** Returns the word where it begins. */
  private openBlock(bucket: number, user: number): number {
    if (!(user >= 0 && user < this.userCount))
      throw new RangeError(`event of user_index ${user}, but there are ${this.userCount} users`)
    this.chains[bucket]!.push(this.spilled + this.used)
    this.next[bucket] = this.used * this.blockWords
    this.end[bucket] = this.next[bucket]! + this.blockWords
    this.used++
    return this.next[bucket]!
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

/** One word of the records of a piece, put together from the columns that have a part in it. */
class PackedWord {
  private readonly values = new Int32Array(pieceRows)
  /** Columns by index and shift. */
  private readonly parts: readonly { readonly column: number; readonly shift: number }[]
  /** Bits of the user's index in this word. */
  private readonly userMask: number

  constructor({ user }: RecordLayout, places: readonly ColumnPlace[], word: number) {
    this.parts = places.flatMap((place, at) => (place.word === word ? [{ column: at + 1, shift: place.shift }] : []))
    this.userMask = word === user.word ? 2 ** user.bits - 1 : 0
  }

  pack({ rows, columns }: IntegerPiece): Int32Array {
    const { parts, userMask, values } = this
    if (userMask === 0 && parts.length === 1 && parts[0]!.shift === 0) return columns[parts[0]!.column]!
    mask(columns[0]!, { mask: userMask, rows, into: values })
    for (let j = 0; j < parts.length; j++)
      addShifted(columns[parts[j]!.column]!, { shift: parts[j]!.shift, rows, into: values })
    return values
  }
}

function mask(users: Int32Array, { mask, rows, into }: { mask: number; rows: number; into: Int32Array }): void {
  for (let i = 0; i < rows; i++) into[i] = users[i]! & mask
}

function addShifted(
  column: Int32Array,
  { shift, rows, into }: { shift: number; rows: number; into: Int32Array },
): void {
  for (let i = 0; i < rows; i++) into[i]! |= column[i]! << shift
}

interface Scattering {
  readonly rows: number
  readonly targets: Int32Array
  readonly into: Int32Array
  readonly word: number
}

function scatter(values: Int32Array, { rows, targets, into, word }: Scattering): void {
  for (let i = 0; i < rows; i++) into[targets[i]! + word] = values[i]!
}
