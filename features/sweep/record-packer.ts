import type { IntegerColumn, IntegerPiece } from '../../engines/column-scanner.ts'
import type { ArenaMemory } from './arena-memory.ts'
import type { ColumnPlace } from './event-queries.ts'
import type { RecordLayout } from './program.ts'

interface Part {
  /** Of the piece. */
  readonly column: number
  readonly shift: number
}

/** One word of the records: what of the user's index goes into it, and which columns, shifted. */
interface Word {
  readonly userMask: number
  readonly parts: readonly Part[]
}

/** Puts the words of the records of a piece together from its columns, which are in their stages. */
export class RecordPacker {
  /** Addresses of the words of the last piece. */
  readonly words: number[]
  private readonly recipes: readonly Word[]
  private readonly memory: ArenaMemory

  constructor({ user, words }: RecordLayout, places: readonly ColumnPlace[], memory: ArenaMemory) {
    this.memory = memory
    this.words = [...memory.packed]
    this.recipes = Array.from({ length: words }, (_, word) => ({
      userMask: word === user.word ? 2 ** user.bits - 1 : 0,
      parts: places.flatMap((place, at) => (place.word === word ? [{ column: at + 1, shift: place.shift }] : [])),
    }))
  }

  pack({ rows, columns }: IntegerPiece): void {
    const { stages, kernels, packed } = this.memory
    for (let w = 0; w < this.recipes.length; w++) {
      const { userMask, parts } = this.recipes[w]!
      if (userMask === 0 && isWhole(parts, columns)) this.words[w] = stages[parts[0]!.column]!.address
      else {
        const into = packed[w]!
        this.words[w] = into
        kernels.maskUsers(stages[0]!.address, userMask, into, rows)
        for (let p = 0; p < parts.length; p++) this.add(columns[parts[p]!.column]!, parts[p]!, into, rows)
      }
    }
  }

  private add(column: IntegerColumn, { column: at, shift }: Part, into: number, rows: number): void {
    const { stages, kernels } = this.memory
    const { address } = stages[at]!
    if (column instanceof Int32Array) kernels.addWords(address, shift, into, rows)
    else if (column instanceof Uint16Array) kernels.addHalves(address, shift, into, rows)
    else kernels.addBytes(address, shift, into, rows)
  }
}

/** The word is a column as it came. */
const isWhole = (parts: readonly Part[], columns: readonly IntegerColumn[]): boolean =>
  parts.length === 1 && parts[0]!.shift === 0 && columns[parts[0]!.column] instanceof Int32Array
