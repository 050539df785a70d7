import type { BatchRows } from './batch-rows.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { makeMeasure } from './measures.ts'
import type { SweepProgram } from './program.ts'
import { Registers } from './registers.ts'
import type { RowValues } from './row-values.ts'
import type { UserEvents } from './user-events.ts'
import { WindowEdges } from './window-edges.ts'
import type { Evaluate, WindowRows } from './window-rows.ts'

interface Over {
  readonly events: UserEvents
  readonly rows: BatchRows
  readonly values: RowValues
  readonly thread: KernelThread
}

interface SlotMeasure {
  readonly evaluate: Evaluate
  readonly rows: WindowRows
  readonly offset: number
}

/** Some of the measures over the same events: what a window of a row holds is a range of them. */
export class RangeMeasures {
  private readonly over: Over
  private readonly registers: Registers
  private readonly edges: WindowEdges
  private readonly made: readonly SlotMeasure[]

  /** `slots`: which measures. */
  constructor(program: SweepProgram, slots: readonly number[], over: Over) {
    const { windows, measures } = program
    const { events, rows, values, thread } = over
    const used = [...new Set(slots.map((slot) => measures[slot]!.window))]
    this.over = over
    const registers = new Registers(program, events)
    const edges = new WindowEdges(
      used.map((w) => windows[w]!),
      program,
      rows,
      thread,
    )
    this.registers = registers
    this.edges = edges
    this.made = slots.map((slot) => {
      const code = measures[slot]!
      const evaluate = makeMeasure({ code, program, registers })
      return { evaluate, rows: edges.windows[used.indexOf(code.window)]!, offset: slot * values.stride }
    })
  }

  /** Of the rows of the users whose events are at hand. */
  measure(): void {
    const { events, rows, values } = this.over
    this.registers.prepare()
    this.edges.find(events, rows)
    for (const { evaluate, rows, offset } of this.made) evaluate(rows, values.values, offset)
  }
}
