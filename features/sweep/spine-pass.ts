import type { KernelThread } from './kernels/sweep-kernels.ts'
import { labelLeaf, type LabelLeaf, type LabelState } from './label-leaf.ts'
import { churnKinds, knowsInOrder, status, type PredictionCode, type SpineCode, type SweepProgram } from './program.ts'
import type { Hits } from './hits.ts'
import { Registers } from './registers.ts'
import { UserEvents } from './user-events.ts'

const activeChurn = status.churned + churnKinds.indexOf('active')
const passiveChurn = status.churned + churnKinds.indexOf('passive')

/** A target at a horizon, with the leaves that it is made of. */
interface Judged {
  readonly code: PredictionCode
  readonly leaves: readonly LabelLeaf[]
}

/** Decides for each user and cutoff who is an example, with what label; the plain words stand in `label.ts`. */
export class SpinePass {
  readonly events: UserEvents
  private readonly registers: Registers
  private readonly leaves: readonly LabelLeaf[]
  private readonly judged: readonly Judged[]
  private readonly program: SweepProgram
  private readonly spine: SpineCode
  private readonly active: Hits | null
  /** Events are known in the order in which they happened. */
  private readonly isInOrder: boolean
  /** How many events the last cutoff sees. */
  private reached = 0
  /** Day from whose end on the user is known, where events come in order. */
  private firstDay = 0
  private readonly state: LabelState = { already: false, inGap: false, churned: false }

  constructor(program: SweepProgram, spine: SpineCode, thread: KernelThread) {
    this.program = program
    this.spine = spine
    this.events = new UserEvents(program, 'spine', thread)
    this.isInOrder = knowsInOrder(program)
    this.registers = new Registers(program, this.events)
    const { events, registers } = this
    this.leaves = spine.labels.map((label) => labelLeaf(label, { program, events, registers }))
    this.judged = spine.predictions.map((code) => ({ code, leaves: code.labels.map((label) => this.leaves[label]!) }))
    this.active = spine.eligible === null ? null : this.registers.hits(spine.eligible.condition)
  }

  /** Reads the user's records from word `from` on. */
  read(records: Int32Array, from: number, count: number): void {
    const { baseDay, delaysDays } = this.program
    this.firstDay = baseDay + ((records[from]! / 86_400) | 0) + delaysDays[0]!
    this.events.read(records, from, count)
  }

  /** Statuses of the user whose events were read: of every prediction, one per cutoff, from `at` on. */
  judge(statuses: readonly Uint8Array[], at: number): void {
    const { cutoffs, mode } = this.program
    this.registers.prepare()
    for (const leaf of this.leaves) leaf.prepare()
    this.reached = 0
    const firstKnown = this.firstKnown()
    for (let k = 0; k < cutoffs.length; k++) {
      const cutoff = cutoffs[k]!
      const isSeen = firstKnown < cutoff
      const isActive = isSeen && this.isActive(cutoff)
      for (let p = 0; p < this.judged.length; p++) {
        const one = this.judged[p]!
        const isAsked = isSeen && one.code.isClosed[k] === 1
        statuses[p]![at + k] = isAsked ? this.statusAt(cutoff, one, isActive, mode === 'label') : status.unseen
      }
    }
  }

  private statusAt(cutoff: number, { code, leaves }: Judged, isActive: boolean, isLabelled: boolean): number {
    let already = false
    let inGap = false
    let active = false
    let passive = false
    for (const leaf of leaves) {
      leaf.judge(cutoff, code, this.state)
      already ||= this.state.already
      inGap ||= this.state.inGap
      if (this.state.churned && leaf.isActive) active = true
      if (this.state.churned && !leaf.isActive) passive = true
    }
    if (already) return status.alreadyChurned
    if (!isActive) return status.inactive
    if (!isLabelled) return status.example
    if (inGap) return status.churnedInGap
    return active ? activeChurn : passive ? passiveChurn : status.example
  }

  /** Day from whose end on the user is known at all. */
  private firstKnown(): number {
    if (this.isInOrder) return this.firstDay
    const { known, count } = this.events
    let first = known[0]!
    for (let i = 1; i < count; i++) if (known[i]! < first) first = known[i]!
    return first
  }

  /** Cutoffs come in ascending order. */
  private isActive(cutoff: number): boolean {
    if (this.active === null) return true
    const { seen, known, count } = this.events
    const { counts, indexes } = this.active
    const start = cutoff - this.spine.eligible!.withinDays
    if (this.isInOrder) {
      while (this.reached < count && seen[this.reached]! < cutoff) this.reached++
      const m = counts[this.reached]!
      return m > 0 && seen[indexes[m - 1]!]! >= start
    }
    for (let m = counts[count]! - 1; m >= 0; m--) {
      const i = indexes[m]!
      if (known[i]! < cutoff && seen[i]! >= start) return true
    }
    return false
  }
}
