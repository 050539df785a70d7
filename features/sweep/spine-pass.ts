import { churnKinds, status, type LabelCode, type SpineCode, type SweepProgram } from './program.ts'
import { Registers, type Hits, type Running } from './registers.ts'
import { UserEvents } from './user-events.ts'

const activeChurn = status.churned + churnKinds.indexOf('active')
const passiveChurn = status.churned + churnKinds.indexOf('passive')

/** What one label says of a user at a cutoff. */
interface LabelState {
  already: boolean
  inGap: boolean
  churned: boolean
}

interface Leaf {
  readonly isActive: boolean
  /** Prepares for the user whose events were read. */
  prepare(): void
  judge(cutoff: number, state: LabelState): void
}

/** Decides for each user and cutoff who is an example, with what label; the plain words stand in `label.ts`. */
export class SpinePass {
  readonly events: UserEvents
  private readonly registers: Registers
  private readonly leaves: readonly Leaf[]
  private readonly program: SweepProgram
  private readonly spine: SpineCode
  private readonly active: Hits | null
  private readonly state: LabelState = { already: false, inGap: false, churned: false }

  constructor(program: SweepProgram, spine: SpineCode) {
    this.program = program
    this.spine = spine
    this.events = new UserEvents(program)
    this.registers = new Registers(program, this.events)
    this.leaves = spine.labels.map((label) => this.leaf(label))
    this.active = spine.eligible === null ? null : this.registers.hits(spine.eligible.condition)
  }

  /** Statuses of the user whose events were read, one per cutoff, from `at` on. */
  judge(statuses: Uint8Array, at: number): void {
    const { cutoffs, mode } = this.program
    this.registers.prepare()
    for (const leaf of this.leaves) leaf.prepare()
    let firstSeen = Infinity
    for (let i = 0; i < this.events.count; i++) if (this.events.seen[i]! < firstSeen) firstSeen = this.events.seen[i]!
    for (let k = 0; k < cutoffs.length; k++) {
      const cutoff = cutoffs[k]!
      statuses[at + k] = firstSeen < cutoff ? this.statusAt(cutoff, mode === 'label') : status.unseen
    }
  }

  private statusAt(cutoff: number, isLabelled: boolean): number {
    let already = false
    let inGap = false
    let active = false
    let passive = false
    for (const leaf of this.leaves) {
      leaf.judge(cutoff, this.state)
      already ||= this.state.already
      inGap ||= this.state.inGap
      if (this.state.churned && leaf.isActive) active = true
      if (this.state.churned && !leaf.isActive) passive = true
    }
    if (already) return status.alreadyChurned
    if (!this.isActive(cutoff)) return status.inactive
    if (!isLabelled) return status.example
    if (inGap) return status.churnedInGap
    return active ? activeChurn : passive ? passiveChurn : status.example
  }

  private isActive(cutoff: number): boolean {
    if (this.active === null) return true
    const { seen, count } = this.events
    const hits = this.active.values
    const start = cutoff - this.spine.eligible!.withinDays
    const isOrdered = this.program.delaysDays.length === 1
    for (let i = count - 1; i >= 0; i--) {
      if (seen[i]! >= cutoff) continue
      if (seen[i]! >= start) {
        if (hits[i] === 1) return true
      } else if (isOrdered) return false
    }
    return false
  }

  private leaf(label: LabelCode): Leaf {
    if (label.kind === 'no_event_in_window') return this.stayed(this.registers.nextIndex(label.condition))
    const moments = new Moments(this.spine)
    const hits = this.registers.hits(label.condition)
    if (label.kind === 'explicit') {
      const returns = this.registers.hits(label.returns)
      return {
        isActive: true,
        prepare: () => explicitMoments(this.events, { churns: hits.values, returns: returns.values, moments }),
        judge: (cutoff, state) => moments.judge(cutoff, state),
      }
    }
    const reach = { silenceDays: label.silenceDays, delayDays: Math.max(...this.program.delaysDays) }
    return {
      isActive: false,
      prepare: () => silenceMoments(this.events, hits.values, { moments, reach }),
      judge: (cutoff, state) => moments.judge(cutoff, state),
    }
  }

  /** Churned unless an event falls in the prediction window; all events count, delayed or not. */
  private stayed(next: Running): Leaf {
    const { gapDays, horizonDays } = this.spine
    const isLabelled = this.program.mode === 'label'
    const { events } = this
    let at = 0
    let lastCutoff = -1
    return {
      isActive: false,
      prepare: () => {
        at = 0
        lastCutoff = -1
      },
      judge: (cutoff, state) => {
        const { day, count } = events
        if (cutoff < lastCutoff) at = 0
        lastCutoff = cutoff
        while (at < count && day[at]! < cutoff + gapDays) at++
        const i = next.values[at]!
        state.already = false
        state.inGap = false
        state.churned = isLabelled && !(i < count && day[i]! < cutoff + gapDays + horizonDays)
      },
    }
  }
}

const never = 0x7fffffff

/** Churns of a user: the day, the day from whose end on it is known, and that of the return. */
class Moments {
  count = 0
  private churn = new Int32Array(16)
  private known = new Int32Array(16)
  private returned = new Int32Array(16)
  private readonly spine: SpineCode

  constructor(spine: SpineCode) {
    this.spine = spine
  }

  add(churn: number, known: number, returned: number): void {
    if (this.count === this.churn.length)
      for (const name of ['churn', 'known', 'returned'] as const) {
        const larger = new Int32Array(2 * this.count)
        larger.set(this[name])
        this[name] = larger
      }
    this.churn[this.count] = churn
    this.known[this.count] = known
    this.returned[this.count++] = returned
  }

  judge(cutoff: number, state: LabelState): void {
    const from = cutoff + this.spine.gapDays
    const to = from + this.spine.horizonDays
    state.already = false
    state.inGap = false
    state.churned = false
    for (let m = 0; m < this.count; m++) {
      const churn = this.churn[m]!
      if (churn >= to) continue
      if (this.known[m]! < cutoff) state.already ||= this.returned[m]! >= cutoff
      else if (churn < from) state.inGap = true
      if (churn >= from) state.churned = true
    }
  }
}

/** Every event of `churns`; the return is the earliest seen of `returns` at a later instant. */
function explicitMoments(
  { count, day, seen, second, micro }: UserEvents,
  { churns, returns, moments }: { churns: Uint8Array; returns: Uint8Array; moments: Moments },
): void {
  moments.count = 0
  let returned = never
  for (let end = count; end > 0;) {
    let start = end - 1
    while (start > 0 && second[start - 1] === second[start] && micro[start - 1] === micro[start]) start--
    for (let i = start; i < end; i++) if (churns[i] === 1) moments.add(day[i]!, seen[i]!, returned)
    for (let i = start; i < end; i++) if (returns[i] === 1) returned = Math.min(returned, seen[i]!)
    end = start
  }
}

/** Every day with an event and none in the next N days. */
function silenceMoments(
  { count, day, seen }: UserEvents,
  hits: Uint8Array,
  { moments, reach }: { moments: Moments; reach: { silenceDays: number; delayDays: number } },
): void {
  moments.count = 0
  let nextDay = never
  let returned = never
  for (let i = count - 1; i >= 0;) {
    if (hits[i] !== 1) {
      i--
      continue
    }
    const today = day[i]!
    const churn = today + reach.silenceDays
    if (nextDay > churn) moments.add(churn, churn + reach.delayDays, returned)
    nextDay = today
    for (; i >= 0 && day[i] === today; i--) if (hits[i] === 1) returned = Math.min(returned, seen[i]!)
  }
}
