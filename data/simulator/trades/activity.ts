import type { Random } from '../../../core/random.ts'
import type { EventBuffer } from '../event-buffer.ts'
import { pickShare } from '../pick-share.ts'
import { poisson } from '../poisson.ts'
import { actionRate } from './dynamics.ts'
import type { TradeProfile } from './profile.ts'
import type { Money } from './trade.ts'
import type { TradeWorld } from './world.ts'

/** Where a user's events go. */
export interface TradeEvents {
  readonly buffer: EventBuffer
  /** User's place in the slice. */
  readonly slot: number
  /** Event type -> its code in the buffer. */
  readonly codes: ReadonlyMap<string, number>
}

interface Happening {
  readonly type: string
  readonly money?: Money
  readonly quantity?: Money
  readonly hasCategory?: boolean
}

const secondsPerHour = 3_600
/** Part of the categorised events that fall on the user's favourite category, and when variety is what tires the user. */
const coreShare = 0.55
const coreShareNarrow = 0.95
const mainChannelShare = 0.8

/** What a user does on one day; writes only days of the log. */
export class TradeActivity {
  readonly qualifying: Uint8Array
  private readonly world: TradeWorld
  private readonly random: Random
  private readonly profile: TradeProfile
  private readonly events: TradeEvents
  private readonly spent: { day: number; amount: number }[] = []

  constructor(world: TradeWorld, who: { random: Random; profile: TradeProfile; events: TradeEvents }) {
    this.world = world
    this.random = who.random
    this.profile = who.profile
    this.events = who.events
    this.qualifying = new Uint8Array(world.logEnd - world.logStart)
  }

  /** One visit: the event itself, then its actions within the hour. */
  visit(day: number, stage: number): void {
    const { trade } = this.world
    const [from, to] = trade.hours
    // Two uniforms make a hill with its top in the middle.
    const hill = (this.random.next() + this.random.next()) / 2
    let second = Math.floor((from + hill * (to - from)) * secondsPerHour)
    const channel = this.channel()
    this.write({ day, second, channel, stage }, trade.visit)
    const cause = trade.causes[this.profile.cause]!.name
    for (const action of trade.actions) {
      const mean = actionRate(action, action.perVisit, { stage, cause })
      const times = Math.min(30, poisson(Math.min(mean, 30), this.random.next()))
      for (let i = 0; i < times; i++) {
        second += 10 + this.random.integer(90)
        this.write({ day, second: Math.min(second, 86_399), channel, stage }, action)
      }
    }
  }

  /** What comes without a visit. */
  asides(day: number, stage: number): void {
    const { trade } = this.world
    const cause = trade.causes[this.profile.cause]!.name
    for (const aside of trade.asides)
      if (this.random.next() < actionRate(aside, aside.perDay, { stage, cause }))
        this.write({ day, second: this.random.integer(86_400), channel: this.channel(), stage }, aside)
  }

  /** An event by itself. */
  single(day: number, type: string): void {
    this.write({ day, second: this.random.integer(86_400), channel: this.channel(), stage: 0 }, { type })
  }

  /** The first steps that fall on `day`. */
  steps(day: number): void {
    this.world.trade.steps.forEach(({ type }, s) => {
      if (this.profile.stepDays[s] === day) this.single(day, type)
    })
  }

  /** An event of the subscription. */
  pay(day: number, event: 'paid' | 'failed' | 'cancelled'): void {
    const contract = this.world.trade.contract!
    const { price } = contract.plans[this.profile.plan]!
    const happening = {
      type: contract.events[event],
      ...(event === 'cancelled' ? {} : { money: { typical: price, spread: 0 } }),
    }
    this.write({ day, second: this.random.integer(86_400), channel: this.channel(), stage: 0, factor: 1 }, happening)
  }

  /** Money spent from `day` on, of the events that count for tiers. */
  spentSince(day: number): number {
    return this.spent.reduce((sum, order) => sum + (order.day >= day ? order.amount : 0), 0)
  }

  private channel(): number {
    const { channels } = this.world.trade
    if (channels.length === 1 || this.random.next() < mainChannelShare) return this.profile.mainChannel
    return pickShare(
      channels.map(({ share }) => share),
      this.random.next(),
    )
  }

  private write(
    at: { day: number; second: number; channel: number; stage: number; factor?: number },
    { type, money, quantity, hasCategory }: Happening,
  ): void {
    const { trade, logStart } = this.world
    const factor = at.factor ?? this.profile.spend
    const amount = money === undefined ? Number.NaN : this.draw(money, factor)
    const number = quantity === undefined ? Number.NaN : Math.max(1, Math.round(this.draw(quantity, 1)))
    const category = hasCategory === true ? this.category(at.stage) : -1
    if (at.day < logStart) return
    if (trade.tiers?.events.includes(type)) this.spent.push({ day: at.day, amount })
    if (trade.label.events.includes(type)) this.qualifying[at.day - logStart] = 1
    this.events.buffer.push({
      slot: this.events.slot,
      day: at.day,
      second: at.second,
      type: this.events.codes.get(type)!,
      amountCents: Number.isNaN(amount) ? amount : Math.max(1, Math.round(100 * amount)),
      quantity: number,
      item: -1,
      category,
      channel: at.channel,
    })
  }

  private draw({ typical, spread }: Money, factor: number): number {
    return spread === 0 ? typical : typical * factor * Math.exp(spread * this.random.normal())
  }

  private category(stage: number): number {
    const { trade } = this.world
    const isNarrow = stage === 1 && trade.causes[this.profile.cause]!.name === 'variety'
    if (this.random.next() < (isNarrow ? coreShareNarrow : coreShare)) return this.profile.mainCategory
    return this.random.integer(trade.categories.length)
  }
}
