import type { Random } from '../../../core/random.ts'
import { endChance } from './dynamics.ts'
import type { TradeProfile } from './profile.ts'
import type { Trade } from './trade.ts'

/** A paid period [start, end), days since 1970-01-01. */
export interface Period {
  readonly start: number
  readonly end: number
  /** How it ended, as far as it is known. */
  outcome: 'running' | 'renewed' | 'cancelled' | 'failed'
}

/** The periods of one user. The decision falls `noticeDays` before a period ends, by the stage of that day. */
export class Subscription {
  readonly periods: Period[] = []
  private readonly trade: Trade
  private readonly profile: TradeProfile
  private readonly random: Random
  /** Day on which a user who did not renew in time does so after all; Infinity = never, -1 = nothing open. */
  private lateDay = -1

  constructor(trade: Trade, profile: TradeProfile, random: Random) {
    this.trade = trade
    this.profile = profile
    this.random = random
  }

  /** The last period as it is now, a copy. */
  get last(): Period | null {
    const last = this.periods.at(-1)
    return last === undefined ? null : { ...last }
  }

  get isOver(): boolean {
    return this.lateDay === Infinity
  }

  isRunning(day: number): boolean {
    const last = this.periods.at(-1)
    return last !== undefined && day >= last.start && day < last.end
  }

  /** What happens on `day`, in order; call it every day from registration on. */
  turn(day: number, stage: number): readonly ('paid' | 'failed' | 'cancelled')[] {
    const { noticeDays } = this.trade.contract!
    const last = this.periods.at(-1)
    if (last === undefined || day === this.lateDay) return this.begin(day)
    if (day === last.end - noticeDays && last.outcome === 'running') {
      const chance = endChance(this.trade, this.profile.plan, stage)
      const draw = this.random.next()
      last.outcome = draw < chance ? this.whyEnds(draw, chance) : 'renewed'
      return last.outcome === 'cancelled' ? ['cancelled'] : []
    }
    if (day !== last.end) return []
    if (last.outcome === 'renewed') return this.begin(day)
    const isFailed = last.outcome === 'failed'
    const { lateShare, graceDays } = this.trade.contract!
    this.lateDay = this.random.next() < lateShare ? day + 1 + this.random.integer(graceDays) : Infinity
    return isFailed ? ['failed'] : []
  }

  private whyEnds(draw: number, chance: number): 'failed' | 'cancelled' {
    const { failedChance } = this.trade.contract!
    return draw > chance - failedChance * (1 - chance) ? 'failed' : 'cancelled'
  }

  private begin(day: number): readonly 'paid'[] {
    const { plans } = this.trade.contract!
    this.lateDay = -1
    this.periods.push({ start: day, end: day + plans[this.profile.plan]!.periodDays, outcome: 'running' })
    return ['paid']
  }
}
