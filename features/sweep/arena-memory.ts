import { webAssembly } from '../../core/web-assembly.ts'
import { type ArenaKernels, arenaKernels } from './kernels/arena-kernels.ts'

const pageBytes = 65_536
/** Every room begins at a multiple of a cache line. */
const lineBytes = 64
/** Words of the state that the kernel `place` knows. */
const stateWords = 9
/** Words of a step of the kernel `pack`. */
const stepWords = 4

export interface ArenaSizes {
  /** Rows of a piece at most; a multiple of 16. */
  readonly rows: number
  /** Columns of a piece. */
  readonly columns: number
  /** Words of a record. */
  readonly words: number
  readonly buckets: number
  readonly userBits: number
  readonly userCount: number
  readonly blocks: number
  readonly blockBytes: number
}

/** The memory of an arena's kernels: blocks of records, and what is needed to fill them. Nothing of it is used twice. */
export class ArenaMemory {
  readonly buffer: SharedArrayBuffer
  /** Of a piece at most. */
  readonly rows: number
  readonly kernels: ArenaKernels
  /** Block k begins at word k * words of a block. */
  readonly blocks: Int32Array<SharedArrayBuffer>
  /** Addresses: of bucket b's next record, entry 2 b, and of the end of its open block, entry 2 b + 1; equal: none is open. */
  readonly places: Uint32Array
  /** Bucket of each block in use. */
  readonly owners: Int32Array
  /** Addresses of rooms for the columns of a piece, in whichever type they come. */
  readonly stages: readonly number[]
  /** Addresses of rooms for a word of each row. */
  readonly packed: readonly number[]
  /** Where the words of the records are found. */
  readonly words: Uint32Array
  /** Steps of the kernel `pack`. */
  readonly recipe: Uint32Array
  readonly state: Uint32Array

  constructor(sizes: ArenaSizes) {
    const { rows, columns, words, buckets, userBits, userCount, blocks, blockBytes } = sizes
    // Address 0 belongs to nobody.
    let used = lineBytes
    const take = (bytes: number): number => {
      const at = used
      used += Math.ceil(bytes / lineBytes) * lineBytes
      return at
    }
    const rooms = (count: number): number[] => Array.from({ length: count }, () => take(rows * 4))
    this.stages = rooms(columns)
    this.packed = rooms(words)
    const steps = (words + columns) * stepWords
    const [found, recipe, state] = [take(words * 4), take(steps * 4), take(stateWords * 4)]
    const [places, owners] = [take(buckets * 8), take(blocks * 4)]
    const first = take(blocks * blockBytes)
    const pages = Math.ceil(used / pageBytes)
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    const { buffer } = memory
    this.buffer = buffer
    this.rows = rows
    this.kernels = arenaKernels(memory)
    this.words = new Uint32Array(buffer, found, words)
    this.recipe = new Uint32Array(buffer, recipe, steps)
    this.places = new Uint32Array(buffer, places, 2 * buckets)
    this.owners = new Int32Array(buffer, owners, blocks)
    this.blocks = new Int32Array(buffer, first, (blocks * blockBytes) / 4)
    this.state = new Uint32Array(buffer, state, stateWords)
    this.state.set([0, blocks, first, blockBytes, words * 4, userBits, userCount, places, owners])
  }

  get usedBlocks(): number {
    return this.state[0]!
  }

  set usedBlocks(count: number) {
    this.state[0] = count
  }
}
