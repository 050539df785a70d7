import type { IntegerColumn } from '../../engines/column-scanner.ts'
import { webAssembly } from '../../core/web-assembly.ts'
import { type ArenaKernels, arenaKernels } from './kernels/arena-kernels.ts'

const pageBytes = 65_536
/** Every room begins at a multiple of a cache line. */
const lineBytes = 64
/** Words of the state that the kernel `place` knows. */
const stateWords = 9

/** A column of a piece on its way into records, in whichever type it comes. */
interface Stage {
  readonly address: number
  readonly words: Int32Array
  readonly halves: Uint16Array
  readonly bytes: Uint8Array
}

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
  readonly kernels: ArenaKernels
  /** Block k begins at word k * words of a block. */
  readonly blocks: Int32Array<SharedArrayBuffer>
  /** Addresses: of bucket b's next record, entry 2 b, and of the end of its open block, entry 2 b + 1; equal: none is open. */
  readonly places: Uint32Array
  /** Bucket of each block in use. */
  readonly owners: Int32Array
  readonly stages: readonly Stage[]
  /** Addresses of rooms for a word of each row. */
  readonly packed: readonly number[]
  readonly targets: number
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
    const stages = rooms(columns)
    this.packed = rooms(words)
    this.targets = take(rows * 4)
    const [state, places, owners] = [take(stateWords * 4), take(buckets * 8), take(blocks * 4)]
    const first = take(blocks * blockBytes)
    const pages = Math.ceil(used / pageBytes)
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    const { buffer } = memory
    this.kernels = arenaKernels(memory)
    this.stages = stages.map((address) => ({
      address,
      words: new Int32Array(buffer, address, rows),
      halves: new Uint16Array(buffer, address, rows),
      bytes: new Uint8Array(buffer, address, rows),
    }))
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

  /** Copies the columns of a piece into their stages. */
  stage(columns: readonly IntegerColumn[]): void {
    for (let j = 0; j < columns.length; j++) {
      const column = columns[j]!
      const { words, halves, bytes } = this.stages[j]!
      if (column instanceof Int32Array) words.set(column)
      else if (column instanceof Uint16Array) halves.set(column)
      else bytes.set(column)
    }
  }
}
