import { BatchRows, type SweptSpine } from './batch-rows.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { makeMeasure } from './measures.ts'
import { knowsInOrder, status, type SweepProgram } from './program.ts'
import { Registers } from './registers.ts'
import { recentEvents, type RecentEvents } from './recent-events.ts'
import { RowValues } from './row-values.ts'
import { UserEvents } from './user-events.ts'
import { WaitingRows, type SweptColumn } from './waiting-rows.ts'
import { WindowEdges } from './window-edges.ts'
import type { Evaluate, WindowRows } from './window-rows.ts'

/** Earlier than every day. */
const beginning = -2_147_483_648
/** Events and values of a batch, so that all of it stays in a core's cache. */
const batchEvents = 4_096
const batchValues = 65_536
const mostRows = 1_024

interface Result extends SweptSpine {
  readonly columns: readonly SweptColumn[]
}

/**
 * Turns the events of users into rows, one per cutoff at which a user is an example. Users are taken in batches, so that
 * every column and every measure is made by one plain loop over some thousand events or some hundred rows.
 */
export class FeaturePass {
  private readonly rows: BatchRows
  private readonly values: RowValues
  private readonly waiting: WaitingRows
  private readonly program: SweepProgram
  private readonly result: Result
  private readonly events: UserEvents
  /** Those that windows with a beginning see, where they are few among all; else null. */
  private readonly recent: RecentEvents | null
  private readonly thread: KernelThread
  private readonly mostEvents: number
  private readonly leastDelay: number
  private readonly evaluate: () => void

  constructor(program: SweepProgram, result: Result, thread: KernelThread) {
    const slots = Math.max(1, program.measures.length + program.derived.length)
    const most = Math.max(program.cutoffs.length, Math.min(mostRows, Math.floor(batchValues / slots)))
    this.program = program
    this.thread = thread
    this.result = result
    this.rows = new BatchRows(program, most, thread)
    this.values = new RowValues(program, most, thread)
    this.waiting = new WaitingRows(program, result.columns, { values: this.values, batchRows: most, thread })
    this.recent = recentEvents(program, thread)
    this.events = new UserEvents(program, this.recent === null ? 'features' : 'lifetime', thread)
    // Sums that take two words are exact for one user, but not for many.
    this.mostEvents = program.layout.isWide ? 0 : batchEvents
    this.leastDelay = Math.min(...program.delaysDays)
    this.evaluate = knowsInOrder(program) ? this.byRange() : this.bySelection()
  }

  /** The next users are those of a bucket whose rows of cutoff k begin at `rowStart[at + k]`. */
  begin(rowStart: Int32Array, at: number): void {
    this.rows.begin(rowStart, at)
    this.waiting.begin(rowStart, at)
  }

  /** The user's records from word `from` on; users come in ascending order, and records stay until `finish`. */
  add(records: Int32Array, { from, count }: { from: number; count: number }, user: number): void {
    const { cutoffs } = this.program
    const at = user * cutoffs.length
    let rows = 0
    let first = -1
    let last = 0
    for (let k = 0; k < cutoffs.length; k++) {
      if (this.result.rows[at + k]! < status.example) continue
      rows++
      if (first < 0) first = k
      last = k
    }
    if (rows === 0) return
    const visible = this.visible(records, { from, count }, cutoffs[last]!)
    if (!this.rows.hasRoom(rows) || this.events.count + visible > this.mostEvents) this.flush(records)
    this.rows.add(user, rows)
    this.events.add(from, visible)
    this.recent?.add(records, { from, count: visible }, cutoffs[first]!)
  }

  /** All users of the bucket were added. */
  finish(records: Int32Array): void {
    this.flush(records)
    this.waiting.writeOut()
  }

  /** Makes the rows of the users that were added. */
  private flush(records: Int32Array): void {
    if (this.rows.users === 0) return
    this.events.readAdded(records)
    this.recent?.events.readAdded(records)
    this.rows.arrange(this.result)
    this.evaluate()
    this.values.finish(this.rows.count)
    this.waiting.add(this.rows)
    this.rows.clear()
    this.events.clear()
    this.recent?.events.clear()
  }

  /** How many of the oldest events some row can see. */
  private visible(records: Int32Array, { from, count }: { from: number; count: number }, cutoff: number): number {
    const { baseDay, layout } = this.program
    const end = (cutoff - this.leastDelay - baseDay) * 86_400
    let n = count
    while (n > 0 && records[from + (n - 1) * layout.words]! >= end) n--
    return n
  }

  /** One delay: what a window holds is a range of the events. */
  private byRange(): () => void {
    const { windows, measures } = this.program
    const { values, stride } = this.values
    const isRecent = (w: number): boolean => this.recent !== null && windows[w]!.lookbackDays !== null
    const over = (events: UserEvents, isMeant: (window: number) => boolean): (() => void) => {
      const registers = new Registers(this.program, events)
      const used = [...windows.keys()].filter(isMeant)
      const edges = new WindowEdges(
        used.map((w) => windows[w]!),
        this.rows.cutoff,
        this.thread,
      )
      const made = measures.flatMap((code, slot): { evaluate: Evaluate; rows: WindowRows; offset: number }[] => {
        if (!isMeant(code.window)) return []
        const evaluate = makeMeasure({ code, program: this.program, registers })
        return [{ evaluate, rows: edges.windows[used.indexOf(code.window)]!, offset: slot * stride }]
      })
      return () => {
        registers.prepare()
        edges.find(events, this.rows)
        for (const { evaluate, rows, offset } of made) evaluate(rows, values, offset)
      }
    }
    const all = over(this.events, (w) => !isRecent(w))
    if (this.recent === null) return all
    const latest = over(this.recent.events, isRecent)
    return () => {
      all()
      latest()
    }
  }

  /** Sources of different delay: a window's events are picked out for each row, then measured as a whole. */
  private bySelection(): () => void {
    const { windows, measures } = this.program
    const chosen = new UserEvents(this.program, 'features', this.thread)
    const { space } = this.thread
    const one: WindowRows = { count: 1, cutoff: space.int32(1), lo: space.int32(1).fill(0), hi: space.int32(1) }
    const { values, stride } = this.values
    const parts = windows.map((window, w) => {
      const registers = new Registers(this.program, chosen)
      const evaluates = measures.flatMap((code, slot): { evaluate: Evaluate; offset: number }[] => {
        if (code.window !== w) return []
        return [{ evaluate: makeMeasure({ code, program: this.program, registers }), offset: slot * stride }]
      })
      return { window, registers, evaluates }
    })
    const makeRow = (user: number, row: number): void => {
      const cutoff = this.rows.cutoff[row]!
      for (const { window, registers, evaluates } of parts) {
        const end = cutoff - window.offsetDays
        const start = window.lookbackDays === null ? beginning : end - window.lookbackDays
        chosen.select(this.events, user, { cutoff, start, end })
        registers.prepare()
        one.cutoff[0] = cutoff
        one.hi[0] = chosen.count
        for (const { evaluate, offset } of evaluates) evaluate(one, values, offset + row)
      }
    }
    return () => {
      const { users, rowsFrom, order } = this.rows
      for (let u = 0; u < users; u++) for (let j = rowsFrom[u]!; j < rowsFrom[u + 1]!; j++) makeRow(u, order[j]!)
    }
  }
}
