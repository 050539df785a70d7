import type { IntegerColumn, IntegerPiece } from '../../engines/column-scanner.ts'
import type { ArenaMemory } from './arena-memory.ts'
import type { ColumnPlace } from './event-queries.ts'
import type { RecordLayout } from './program.ts'

/** Kinds of steps of the kernel `pack`; those that add a column, by bytes of a value. */
const mask = 0
const add: Readonly<Record<number, number>> = { 1: 1, 2: 2, 4: 3 }

/** Puts the words of the records of a piece together from its columns. */
export class RecordPacker {
  private readonly memory: ArenaMemory
  private readonly layout: RecordLayout
  private readonly places: readonly ColumnPlace[]
  /** Views of the stages, of the types of the columns. */
  private stages: readonly IntegerColumn[] = []
  private steps = 0

  constructor(layout: RecordLayout, places: readonly ColumnPlace[], memory: ArenaMemory) {
    this.layout = layout
    this.places = places
    this.memory = memory
  }

  /** The types of the columns are those of the first piece. */
  pack({ rows, columns }: IntegerPiece): void {
    if (this.stages.length === 0) this.prepare(columns)
    for (let j = 0; j < columns.length; j++) this.stages[j]!.set(columns[j]!)
    this.memory.kernels.pack(this.memory.recipe.byteOffset, this.steps, rows)
  }

  private prepare(columns: readonly IntegerColumn[]): void {
    const { memory, layout, places } = this
    const { stages, packed, words, recipe } = memory
    this.stages = columns.map((column, j) => stageLike(column, memory, stages[j]!))
    const steps: number[] = []
    for (let word = 0; word < layout.words; word++) {
      const parts = [...places.entries()].filter(([, place]) => place.word === word)
      const userMask = word === layout.user.word ? 2 ** layout.user.bits - 1 : 0
      const [only] = parts
      const isWhole = userMask === 0 && parts.length === 1 && only![1].shift === 0
      if (isWhole && columns[only![0] + 1] instanceof Int32Array) {
        words[word] = stages[only![0] + 1]!
        continue
      }
      words[word] = packed[word]!
      steps.push(mask, stages[0]!, userMask, packed[word]!)
      for (const [at, { shift }] of parts)
        steps.push(add[columns[at + 1]!.BYTES_PER_ELEMENT]!, stages[at + 1]!, shift, packed[word]!)
    }
    recipe.set(steps)
    this.steps = steps.length / 4
  }
}

function stageLike(column: IntegerColumn, { buffer, rows }: ArenaMemory, address: number): IntegerColumn {
  if (column instanceof Int32Array) return new Int32Array(buffer, address, rows)
  if (column instanceof Uint16Array) return new Uint16Array(buffer, address, rows)
  return new Uint8Array(buffer, address, rows)
}
