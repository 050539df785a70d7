import { makeMeasure } from './measures.ts'
import { knowsInOrder, status, type SweepProgram } from './program.ts'
import { Registers } from './registers.ts'
import { RowTiles, type SweptColumn } from './row-tiles.ts'
import { UserEvents } from './user-events.ts'
import { WindowEdges } from './window-edges.ts'
import type { Evaluate, WindowRows } from './window-rows.ts'

/** Earlier than every day. */
const beginning = -2_147_483_648

/** Turns the events of one user after the other into rows, one per cutoff at which the user is an example. */
export class FeaturePass {
  readonly tiles: RowTiles
  private readonly program: SweepProgram
  private readonly events: UserEvents
  private readonly cutoff: Int32Array
  private readonly at: Int32Array
  private readonly places: Int32Array
  private readonly evaluateRows: (rows: number) => void

  constructor(program: SweepProgram, columns: readonly SweptColumn[]) {
    this.program = program
    this.tiles = new RowTiles(program, columns)
    this.events = new UserEvents(program, 'features')
    this.cutoff = new Int32Array(program.cutoffs.length)
    this.at = new Int32Array(program.cutoffs.length)
    this.places = new Int32Array(program.cutoffs.length)
    this.evaluateRows = knowsInOrder(program) ? this.byRange() : this.bySelection()
  }

  /** The user's records from word `from` on; statuses by cutoff from `user * cutoffs` on. */
  sweep(records: Int32Array, { from, count }: { from: number; count: number }, statuses: Uint8Array, at: number): void {
    const { cutoffs } = this.program
    let rows = 0
    for (let k = 0; k < cutoffs.length; k++) {
      if (statuses[at + k]! < status.example) continue
      this.cutoff[rows] = cutoffs[k]!
      this.at[rows] = this.tiles.place(k)
      this.places[rows++] = k
    }
    if (rows === 0) return
    this.events.read(records, from, this.visible(records, { from, count }, this.cutoff[rows - 1]!))
    this.evaluateRows(rows)
    for (let r = 0; r < rows; r++) this.tiles.advance(this.places[r]!)
  }

  /** How many of the oldest events some row can see. */
  private visible(records: Int32Array, { from, count }: { from: number; count: number }, cutoff: number): number {
    const { delaysDays, baseDay, layout } = this.program
    const end = (cutoff - Math.min(...delaysDays) - baseDay) * 86_400
    let n = count
    while (n > 0 && records[from + (n - 1) * layout.words]! >= end) n--
    return n
  }

  /** One delay: what a window holds is a range of the events. */
  private byRange(): (rows: number) => void {
    const { windows, measures } = this.program
    const registers = new Registers(this.program, this.events)
    const evaluates = measures.map((code) => makeMeasure({ code, program: this.program, registers }))
    const edges = new WindowEdges(windows, { cutoff: this.cutoff, at: this.at })
    const rowsOf = measures.map((code) => edges.windows[code.window]!)
    const offsets = measures.map((_, slot) => slot * this.tiles.slotStride)
    return (rows) => {
      registers.prepare()
      edges.find(this.events, this.cutoff, rows)
      for (let m = 0; m < evaluates.length; m++) evaluates[m]!(rowsOf[m]!, this.tiles.values, offsets[m]!)
    }
  }

  /** Sources of different delay: a window's events are picked out for each row, then measured as a whole. */
  private bySelection(): (rows: number) => void {
    const { windows, measures } = this.program
    const chosen = new UserEvents(this.program, 'features')
    const one: WindowRows = {
      count: 1,
      cutoff: new Int32Array(1),
      at: new Int32Array(1),
      lo: new Int32Array(1),
      hi: new Int32Array(1),
    }
    const parts = windows.map((window, w) => {
      const registers = new Registers(this.program, chosen)
      const evaluates = measures.flatMap((code, slot): { evaluate: Evaluate; offset: number }[] => {
        if (code.window !== w) return []
        const evaluate = makeMeasure({ code, program: this.program, registers })
        return [{ evaluate, offset: slot * this.tiles.slotStride }]
      })
      return { window, registers, evaluates }
    })
    return (rows) => {
      for (let r = 0; r < rows; r++)
        for (const { window, registers, evaluates } of parts) {
          const end = this.cutoff[r]! - window.offsetDays
          const start = window.lookbackDays === null ? beginning : end - window.lookbackDays
          chosen.select(this.events, this.cutoff[r]!, { start, end })
          registers.prepare()
          one.cutoff[0] = this.cutoff[r]!
          one.at[0] = this.at[r]!
          one.hi[0] = chosen.count
          for (const { evaluate, offset } of evaluates) evaluate(one, this.tiles.values, offset)
        }
    }
  }
}
