import type { LabelState, PredictionDays } from './label-leaf.ts'
import type { Hits } from './hits.ts'
import type { UserEvents } from './user-events.ts'

const never = 0x7fffffff

/** Churns of a user: the day, the day from whose end on it is known, and that of the return. */
export class ChurnMoments {
  count = 0
  private churn = new Int32Array(16)
  private known = new Int32Array(16)
  private returned = new Int32Array(16)

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

  judge(cutoff: number, { gapDays, horizonDays }: PredictionDays, state: LabelState): void {
    const from = cutoff + gapDays
    const to = from + horizonDays
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

  /** Every event of `churns`; the return is the earliest known of `returns` at a later instant. */
  ofEvents({ count, day, known, second, micro }: UserEvents, churns: Hits, returns: Hits): void {
    this.count = 0
    let returned = never
    for (let end = count; end > 0;) {
      let start = end - 1
      while (start > 0 && second[start - 1] === second[start] && micro[start - 1] === micro[start]) start--
      for (let m = churns.counts[start]!; m < churns.counts[end]!; m++) {
        const i = churns.indexes[m]!
        this.add(day[i]!, known[i]!, returned)
      }
      for (let m = returns.counts[start]!; m < returns.counts[end]!; m++)
        returned = Math.min(returned, known[returns.indexes[m]!]!)
      end = start
    }
  }

  /** Every day with an event and none in the next N days. */
  ofSilence({ count, day, known }: UserEvents, hits: Hits, reach: { silenceDays: number; delayDays: number }): void {
    this.count = 0
    let nextDay = never
    let returned = never
    for (let m = hits.counts[count]! - 1; m >= 0;) {
      const today = day[hits.indexes[m]!]!
      const churn = today + reach.silenceDays
      if (nextDay > churn) this.add(churn, churn + reach.delayDays, returned)
      nextDay = today
      for (; m >= 0 && day[hits.indexes[m]!] === today; m--) returned = Math.min(returned, known[hits.indexes[m]!]!)
    }
  }
}
