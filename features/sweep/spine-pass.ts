import { churnKinds, knowsInOrder, status, type LabelCode, type SpineCode, type SweepProgram } from './program.ts'
import { Registers, type Hits } from './registers.ts'
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
  /** Events are known in the order in which they happened. */
  private readonly isInOrder: boolean
  /** How many events the last cutoff sees. */
  private reached = 0
  private readonly state: LabelState = { already: false, inGap: false, churned: false }

  constructor(program: SweepProgram, spine: SpineCode) {
    this.program = program
    this.spine = spine
    this.events = new UserEvents(program, 'spine')
    this.isInOrder = knowsInOrder(program)
    this.registers = new Registers(program, this.events)
    this.leaves = spine.labels.map((label) => this.leaf(label))
    this.active = spine.eligible === null ? null : this.registers.hits(spine.eligible.condition)
  }

  /** Statuses of the user whose events were read, one per cutoff, from `at` on. */
  judge(statuses: Uint8Array, at: number): void {
    const { cutoffs, mode } = this.program
    this.registers.prepare()
    for (const leaf of this.leaves) leaf.prepare()
    this.reached = 0
    const firstKnown = this.firstKnown()
    for (let k = 0; k < cutoffs.length; k++) {
      const cutoff = cutoffs[k]!
      statuses[at + k] = firstKnown < cutoff ? this.statusAt(cutoff, mode === 'label') : status.unseen
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

  /** Day from whose end on the user is known at all. */
  private firstKnown(): number {
    const { known, count } = this.events
    if (this.isInOrder) return known[0]!
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

  private leaf(label: LabelCode): Leaf {
    if (label.kind === 'no_event_in_window') return this.stayed(this.registers.hits(label.condition))
    const moments = new Moments(this.spine)
    const hits = this.registers.hits(label.condition)
    if (label.kind === 'explicit') {
      const returns = this.registers.hits(label.returns)
      return {
        isActive: true,
        prepare: () => explicitMoments(this.events, { churns: hits, returns, moments }),
        judge: (cutoff, state) => moments.judge(cutoff, state),
      }
    }
    const reach = { silenceDays: label.silenceDays, delayDays: Math.max(...this.program.delaysDays) }
    return {
      isActive: false,
      prepare: () => silenceMoments(this.events, hits, { moments, reach }),
      judge: (cutoff, state) => moments.judge(cutoff, state),
    }
  }

  /** Churned unless an event falls in the prediction window; all events count, delayed or not. */
  private stayed(hits: Hits): Leaf {
    const { gapDays, horizonDays } = this.spine
    const isLabelled = this.program.mode === 'label'
    const { events } = this
    let m = 0
    return {
      isActive: false,
      prepare: () => {
        m = 0
      },
      // Cutoffs come in ascending order.
      judge: (cutoff, state) => {
        const { day } = events
        const { indexes } = hits
        const n = hits.counts[events.count]!
        while (m < n && day[indexes[m]!]! < cutoff + gapDays) m++
        state.already = false
        state.inGap = false
        state.churned = isLabelled && !(m < n && day[indexes[m]!]! < cutoff + gapDays + horizonDays)
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

/** Every event of `churns`; the return is the earliest known of `returns` at a later instant. */
function explicitMoments(
  { count, day, known, second, micro }: UserEvents,
  { churns, returns, moments }: { churns: Hits; returns: Hits; moments: Moments },
): void {
  moments.count = 0
  let returned = never
  for (let end = count; end > 0;) {
    let start = end - 1
    while (start > 0 && second[start - 1] === second[start] && micro[start - 1] === micro[start]) start--
    for (let m = churns.counts[start]!; m < churns.counts[end]!; m++) {
      const i = churns.indexes[m]!
      moments.add(day[i]!, known[i]!, returned)
    }
    for (let m = returns.counts[start]!; m < returns.counts[end]!; m++)
      returned = Math.min(returned, known[returns.indexes[m]!]!)
    end = start
  }
}

/** Every day with an event and none in the next N days. */
function silenceMoments(
  { count, day, known }: UserEvents,
  hits: Hits,
  { moments, reach }: { moments: Moments; reach: { silenceDays: number; delayDays: number } },
): void {
  moments.count = 0
  let nextDay = never
  let returned = never
  for (let m = hits.counts[count]! - 1; m >= 0;) {
    const today = day[hits.indexes[m]!]!
    const churn = today + reach.silenceDays
    if (nextDay > churn) moments.add(churn, churn + reach.delayDays, returned)
    nextDay = today
    for (; m >= 0 && day[hits.indexes[m]!] === today; m--) returned = Math.min(returned, known[hits.indexes[m]!]!)
  }
}
