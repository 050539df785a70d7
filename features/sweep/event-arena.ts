import type { IntegerPiece } from '../../engines/column-scanner.ts'
import { ArenaMemory } from './arena-memory.ts'
import type { EventBlocks } from './bucket-reader.ts'
import type { ColumnPlace } from './event-queries.ts'
import type { RecordLayout } from './program.ts'
import { RecordPacker } from './record-packer.ts'
import type { SpillFile } from './spill-file.ts'

/** Events of a block. */
const blockEvents = 1_024
/** Where all goes to the file in the end, more blocks in memory would only be in the way of the result: some 100 MB. */
const spillBlocks = 8_192
/** Rows of a piece of a result at most. */
const pieceRows = 2_048
/** Of the 4 GB that kernels can address, what is left for all that is not blocks. */
const mostBlockBytes = 3.75 * 2 ** 30

export interface ArenaOptions {
  readonly layout: RecordLayout
  /** Of the columns after the user. */
  readonly places: readonly ColumnPlace[]
  readonly userCount: number
  /** Rows that will come. */
  readonly events: number
  /** Above so many bytes records go to the file. */
  readonly memoryBytes: number
  /** Written only where the memory does not suffice. */
  readonly file: SpillFile
}

/**
 * Takes events in any order and keeps those of neighbouring users together: each bucket of users has a chain of blocks,
 * so that a worker later finds all of a bucket's events in a few runs, small enough to be sorted inside the cache. When
 * the memory is full it goes to the file as a whole and is used again; block numbers go on counting.
 */
export class EventArena {
  private readonly memory: ArenaMemory
  private readonly packer: RecordPacker
  private readonly options: ArenaOptions
  private readonly recordBytes: number
  private readonly blockBytes: number
  private readonly blocksInMemory: number
  private readonly holdsAll: boolean
  /** Blocks that went to the file. */
  private spilled = 0
  /** By bucket: numbers of the blocks that are full, or were when the memory was emptied. */
  private readonly chains: number[][]

  constructor(options: ArenaOptions) {
    const { layout, places, userCount, events, memoryBytes } = options
    this.options = options
    this.recordBytes = layout.words * 4
    this.blockBytes = blockEvents * this.recordBytes
    const buckets = Math.max(1, Math.ceil(userCount / 2 ** layout.user.bits))
    this.chains = Array.from({ length: buckets }, () => [])
    const needed = Math.ceil(events / blockEvents) + buckets
    const fits = Math.floor(Math.min(memoryBytes, mostBlockBytes) / this.blockBytes)
    // At a spill every bucket may have an open block, and the next piece may open one more in each.
    this.holdsAll = fits >= needed
    this.blocksInMemory = this.holdsAll
      ? needed
      : Math.max(Math.min(fits, spillBlocks), 2 * buckets + this.mostNew(pieceRows))
    this.memory = new ArenaMemory({
      rows: pieceRows,
      columns: places.length + 1,
      words: layout.words,
      buckets,
      userBits: layout.user.bits,
      userCount,
      blocks: this.blocksInMemory,
      blockBytes: this.blockBytes,
    })
    this.packer = new RecordPacker(layout, places, this.memory)
  }

  /** Column 0 holds the user, the others parts of the record (without the user's bits). */
  add(piece: IntegerPiece): void {
    const { rows, columns } = piece
    const { memory, packer } = this
    // Room for the whole piece first: the memory is never emptied between two words of a record.
    if (!this.holdsAll && this.blocksInMemory - memory.usedBlocks < this.mostNew(rows)) this.spill()
    packer.pack(piece)
    const { kernels, state, stages, words } = memory
    const placed = kernels.place(state.byteOffset, stages[0]!, words.byteOffset, rows)
    if (placed < rows) throw this.noPlace(columns[0]![placed]!)
  }

  /** All events are there. */
  finish(): EventBlocks {
    const { memory, blockBytes, chains } = this
    if (this.options.file.descriptor !== null) this.writeUsed()
    const file = this.options.file.descriptor
    for (let at = 0; at < memory.usedBlocks; at++) chains[memory.owners[at]!]!.push(this.spilled + at)
    const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))
    const from = shared(chains.length + 1)
    for (const [b, chain] of chains.entries()) from[b + 1] = from[b]! + chain.length
    const blocks = shared(from.at(-1)!)
    for (const [b, chain] of chains.entries()) blocks.set(chain, from[b]!)
    const events = shared(chains.length)
    for (const [b, chain] of chains.entries())
      events[b] = chain.length * blockEvents - this.freeBytes(b) / this.recordBytes
    return { blockWords: blockBytes / 4, memory: file === null ? memory.blocks : null, file, from, blocks, events }
  }

  /** Blocks that so many rows may open. */
  private mostNew(rows: number): number {
    return Math.min(rows, this.chains.length) + Math.ceil(rows / blockEvents)
  }

  private noPlace(user: number): Error {
    const { userCount, events } = this.options
    return user >= 0 && user < userCount
      ? new Error(`more events than the ${events} that were counted`)
      : new RangeError(`event of user_index ${user}, but there are ${userCount} users`)
  }

  /** Of the bucket's open block. */
  private freeBytes(bucket: number): number {
    const { places } = this.memory
    return places[2 * bucket + 1]! - places[2 * bucket]!
  }

  /** Writes the used blocks. Open ones move to the front of the memory, under a new number. */
  private spill(): void {
    this.writeUsed()
    const { blocks, places, owners, usedBlocks } = this.memory
    const { blockBytes } = this
    const base = blocks.byteOffset
    const open: number[] = []
    for (let at = 0; at < usedBlocks; at++) {
      const bucket = owners[at]!
      const isOpen = this.freeBytes(bucket) > 0 && places[2 * bucket + 1] === base + (at + 1) * blockBytes
      if (isOpen) open.push(at)
      else this.chains[bucket]!.push(this.spilled + at)
    }
    this.spilled += usedBlocks
    for (const [to, at] of open.entries()) {
      const bucket = owners[at]!
      const moved = (at - to) * blockBytes
      blocks.copyWithin((to * blockBytes) / 4, (at * blockBytes) / 4, (places[2 * bucket]! - base) / 4)
      places[2 * bucket]! -= moved
      places[2 * bucket + 1]! -= moved
      owners[to] = bucket
    }
    this.memory.usedBlocks = open.length
  }

  private writeUsed(): void {
    const { blocks, usedBlocks } = this.memory
    this.options.file.write(blocks, usedBlocks * this.blockBytes, this.spilled * this.blockBytes)
  }
}
