import type { Random } from '../../../core/random.ts'
import { poisson } from '../poisson.ts'
import { stageChances, visitRate } from './dynamics.ts'
import { Subscription, type Period } from './subscription.ts'
import { drawTradeProfile, type TradeProfile } from './profile.ts'
import { TradeActivity, type TradeEvents } from './activity.ts'
import type { TradeWorld } from './world.ts'

/** Where a user stands as the day of a cutoff begins. */
export interface Standing {
  readonly cutoff: number
  readonly stage: number
  /** As it was then: the period that runs, or ended last; null without contract. */
  readonly period: Period | null
}

/** One user from registration to the end of the log. */
export interface TradeLife {
  readonly profile: TradeProfile
  readonly standings: readonly Standing[]
  /** Day of the goodbye, Infinity without one. */
  readonly goneDay: number
  /** 1 on days of the log with a qualifying event, by day - logStart. */
  readonly qualifying: Uint8Array
  readonly periods: readonly Period[]
  /** Attribute rows: the day from which a tier holds. */
  readonly tiers: readonly { readonly day: number; readonly tier: number }[]
}

/** Lives one user; writes the events of the log's days. Draws only from the user's own generator. */
export function liveTradeUser(world: TradeWorld, random: Random, events: TradeEvents): TradeLife {
  const days = { firstDay: world.logStart - world.trade.daysBeforeLog, endDay: world.logEnd }
  return new Living(world, { random, profile: drawTradeProfile(world.trade, random, days), events }).run()
}

class Living {
  private readonly world: TradeWorld
  private readonly random: Random
  private readonly profile: TradeProfile
  private readonly activity: TradeActivity
  private readonly subscription: Subscription | null
  private stage = 0
  private tier = 0
  private goneDay = Infinity
  private readonly standings: Standing[] = []
  private readonly tiers: { day: number; tier: number }[] = []

  constructor(world: TradeWorld, who: { random: Random; profile: TradeProfile; events: TradeEvents }) {
    this.world = world
    this.random = who.random
    this.profile = who.profile
    this.activity = new TradeActivity(world, who)
    const { trade } = world
    this.subscription = trade.contract === null ? null : new Subscription(trade, who.profile, who.random)
  }

  run(): TradeLife {
    const { logEnd, cutoffs } = this.world
    const { registeredDay } = this.profile
    let next = 0
    this.tiers.push({ day: registeredDay, tier: 0 })
    for (let day = registeredDay; day < logEnd && this.goneDay === Infinity; day++) {
      while (next < cutoffs.length && cutoffs[next]! <= day) this.stand(next++)
      this.live(day)
    }
    while (next < cutoffs.length) this.stand(next++)
    return {
      profile: this.profile,
      standings: this.standings,
      goneDay: this.goneDay,
      qualifying: this.activity.qualifying,
      periods: this.subscription?.periods ?? [],
      tiers: this.tiers,
    }
  }

  private live(day: number): void {
    const { trade, logStart } = this.world
    const isFirst = day === this.profile.registeredDay
    if (!isFirst) this.step(day)
    if (this.stage === 3) {
      this.goneDay = day
      if (trade.goodbye !== null) this.activity.single(day, trade.goodbye)
      return
    }
    if (this.subscription !== null) {
      for (const event of this.subscription.turn(day, this.stage)) this.activity.pay(day, event)
      if (this.subscription.isOver) this.goneDay = day
      if (!this.subscription.isRunning(day)) return
    }
    if (isFirst) this.activity.single(day, trade.registration)
    this.activity.steps(day)
    if (day < logStart) return
    const mean = visitRate(trade, this.profile, this.stage, this.world.factors[day - logStart]!)
    const visits = Math.max(isFirst ? 1 : 0, poisson(Math.min(mean, 40), this.random.next()))
    for (let i = 0; i < visits; i++) this.activity.visit(day, this.stage)
    this.activity.asides(day, this.stage)
    this.reckonTier(day)
  }

  private step(day: number): void {
    let left = this.random.next()
    const youth = this.world.youth[day - this.profile.registeredDay]!
    const chances = stageChances(this.world.trade, this.profile, this.stage, youth)
    let to = 0
    for (; to < chances.length - 1; to++) {
      left -= chances[to]!
      if (left < 0) break
    }
    this.stage = to
  }

  private reckonTier(day: number): void {
    const { tiers } = this.world.trade
    if (tiers === null || this.world.isTierDay[day - this.world.logStart] !== true) return
    const spent = this.activity.spentSince(day - tiers.withinDays)
    const tier = tiers.from.findLastIndex((least) => spent >= least)
    if (tier !== this.tier && day > this.profile.registeredDay) this.tiers.push({ day, tier })
    this.tier = tier
  }

  private stand(cutoff: number): void {
    if (this.world.cutoffs[cutoff]! <= this.profile.registeredDay) return
    this.standings.push({ cutoff, stage: this.stage, period: this.subscription?.last ?? null })
  }
}
