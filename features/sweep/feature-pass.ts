import { BatchRows } from './batch-rows.ts'
import type { BucketEvents } from './bucket-reader.ts'
import { ChosenUsers, type SweptSpine } from './chosen-users.ts'
import { HistoryMeasures } from './history-measures.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { measureShares, type MeasureShares } from './measure-shares.ts'
import { makeMeasure } from './measures.ts'
import { knowsInOrder, type SweepProgram } from './program.ts'
import { RangeMeasures } from './range-measures.ts'
import { Registers } from './registers.ts'
import { RowKeys } from './row-keys.ts'
import { RowValues } from './row-values.ts'
import type { KeyColumns } from './tasks.ts'
import { UserEvents } from './user-events.ts'
import { WaitingRows, type SweptColumn } from './waiting-rows.ts'
import { type Evaluate as EvaluateRows, WindowRows } from './window-rows.ts'

/** Earlier than every day. */
const beginning = -2_147_483_648
/** Events and values of a batch, so that all of it stays in a core's cache. */
const batchEvents = 16_384
const batchValues = 131_072
const mostRows = 2_048

/** Makes the values of a batch's rows; `records`: of the bucket at hand. */
type Evaluate = (records: Int32Array) => void

interface Result {
  readonly spine: SweptSpine
  readonly columns: readonly SweptColumn[]
  readonly keys: KeyColumns
}

/**
 * Turns the events of users into rows, one per cutoff at which a user is an example. Users are taken in batches, so that
 * every column and every measure is made by one plain loop over some thousand events or some hundred rows.
 */
export class FeaturePass {
  private readonly chosen: ChosenUsers
  private readonly rows: BatchRows
  private readonly values: RowValues
  private readonly waiting: WaitingRows
  private readonly keys: RowKeys
  /** Chosen users whose rows were written. */
  private written = 0
  private readonly program: SweepProgram
  /** Null: no measure needs all of them as columns. */
  private readonly events: UserEvents | null
  /** Those that windows with a beginning see, where they are few among all; else null. */
  private readonly recent: UserEvents | null
  private readonly thread: KernelThread
  private readonly mostEvents: number
  private readonly evaluate: Evaluate

  constructor(program: SweepProgram, { spine, columns, keys }: Result, thread: KernelThread) {
    const slots = Math.max(1, program.measures.length + program.derived.length)
    const most = Math.max(program.cutoffs.length, Math.min(mostRows, Math.floor(batchValues / slots)))
    const shares = measureShares(program)
    const { reachDays } = shares
    this.program = program
    this.thread = thread
    this.chosen = new ChosenUsers(program, spine, { reachDays: reachDays ?? 0, thread })
    this.rows = new BatchRows(program, most, thread)
    this.values = new RowValues(program, most, thread)
    this.waiting = new WaitingRows(program, columns, { values: this.values, batchRows: most, thread })
    this.keys = new RowKeys(program, keys, { roomRows: this.waiting.roomRows, thread })
    this.recent = reachDays === null ? null : new UserEvents(program, 'features', thread)
    const whole = shares.whole.map((slot) => program.measures[slot]!)
    if (reachDays === null) this.events = new UserEvents(program, 'features', thread)
    else this.events = whole.length === 0 ? null : new UserEvents(program, whole, thread)
    // Sums that take two words are exact for one user, but not for many.
    this.mostEvents = program.layout.isWide ? 0 : batchEvents
    this.evaluate = knowsInOrder(program) ? this.byRange(shares) : this.bySelection(this.events!)
  }

  /** Makes the rows of the bucket whose events are at hand; those of cutoff k go to row `rowStart[bucket * cutoffs + k]` and after. */
  makeRows(events: BucketEvents, bucket: number, rowStart: Int32Array): void {
    const { chosen } = this
    chosen.choose(events, bucket)
    this.rows.begin()
    this.written = 0
    this.waiting.begin(rowStart, bucket * this.program.cutoffs.length)
    for (let i = 0; i < chosen.count; i++) {
      const rows = chosen.rows[i]!
      if (!this.rows.hasRoom(rows) || this.isFull(i)) this.flush(events.records)
      this.rows.add(rows)
      this.addEvents(i)
    }
    this.flush(events.records)
    this.writeOut()
  }

  /** The columns have no room for the events of the i-th chosen user. */
  private isFull(i: number): boolean {
    const { visible, recent } = this.chosen
    const count = this.events === null ? this.recent!.count + recent[i]! : this.events.count + visible[i]!
    return count > this.mostEvents
  }

  private addEvents(i: number): void {
    const { from, visible, recent } = this.chosen
    this.events?.add(from[i]!, visible[i]!)
    const older = visible[i]! - recent[i]!
    this.recent?.add(from[i]! + older * this.program.layout.words, recent[i]!)
  }

  /** Makes the rows of the users that were added. */
  private flush(records: Int32Array): void {
    if (this.rows.users === 0) return
    this.events?.readAdded(records)
    this.recent?.readAdded(records)
    this.rows.arrange(this.chosen)
    this.evaluate(records)
    this.values.finish(this.rows.count)
    if (!this.waiting.hasRoom(this.rows.count)) this.writeOut()
    this.waiting.add(this.rows)
    this.rows.clear()
    this.events?.clear()
    this.recent?.clear()
  }

  /** All rows but those of the present batch. */
  private writeOut(): void {
    const users = { from: this.written, to: this.rows.first }
    this.waiting.writeOut((runs) => this.keys.write(this.chosen, users, runs))
    this.written = users.to
  }

  /** One delay: what a window holds is a range of the events. */
  private byRange({ recent, walked, whole }: MeasureShares): Evaluate {
    const { program, rows, values, thread } = this
    const over = (events: UserEvents | null, slots: readonly number[]): RangeMeasures | null =>
      events === null ? null : new RangeMeasures(program, slots, { events, rows, values, thread })
    const ranges = [over(this.events, whole), over(this.recent, recent)]
    const history = walked.length === 0 ? null : new HistoryMeasures(program, walked, { rows, values, thread })
    return (records) => {
      for (const range of ranges) range?.measure()
      history?.measure(records, this.chosen, rows)
    }
  }

  /** Sources of different delay: a window's events are picked out for each row, then measured as a whole. */
  private bySelection(all: UserEvents): Evaluate {
    const { windows, measures } = this.program
    const chosen = new UserEvents(this.program, 'features', this.thread)
    const { space } = this.thread
    const one = new WindowRows({ cutoff: space.int32(1), lo: space.int32(1).fill(0), hi: space.int32(1) }, space)
    one.count = 1
    const { values, stride } = this.values
    const parts = windows.map((window, w) => {
      const registers = new Registers(this.program, chosen)
      const evaluates = measures.flatMap((code, slot): { evaluate: EvaluateRows; offset: number }[] => {
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
        chosen.select(all, user, { cutoff, start, end })
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
