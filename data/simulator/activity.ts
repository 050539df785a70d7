import type { Random } from '../../core/random.ts'
import { sessionRate } from './dynamics.ts'
import type { EventBuffer, SimulatedEvent } from './event-buffer.ts'
import { poisson } from './poisson.ts'
import { type Habits, habits } from './habits.ts'
import type { Profile } from './profile.ts'
import { eventCode, itemPriceCents, itemsPerCategory, typeTraits, type TypeTraits } from './shop.ts'

/** A session begins before 23:00 and takes less than an hour, so that all its events fall on its own day. */
const lastSessionSecond = 82_800
const mostViews = 24

/** An order that will be sent back, while the user is still there on that day. */
export interface Return extends SimulatedEvent {
  readonly isApp: boolean
}

/** What a user does in the shop on one day, given the stage: writes events, draws only from the user's own generator. */
export class Activity {
  /** Days and cents of all orders so far, in order of time. */
  readonly spent: { day: number; cents: number }[] = []
  private pending: Return[] = []
  private readonly random: Random
  private readonly profile: Profile
  private readonly slot: number
  private readonly traits: TypeTraits
  private readonly app: EventBuffer
  private readonly web: EventBuffer

  constructor(
    who: { random: Random; profile: Profile; slot: number },
    buffers: { app: EventBuffer; web: EventBuffer },
  ) {
    this.random = who.random
    this.profile = who.profile
    this.slot = who.slot
    this.traits = typeTraits[who.profile.type]!
    this.app = buffers.app
    this.web = buffers.web
  }

  /** Sessions of the day and what happens in them; returns their number, at least `atLeast`. */
  visit(day: number, stage: number, options: { factor: number; atLeast: number }): number {
    const mean = sessionRate(this.profile, stage, options.factor)
    const sessions = Math.max(options.atLeast, poisson(mean, this.random.next()))
    for (let i = 0; i < sessions; i++) this.session(day, habits[stage]![this.profile.cause]!)
    return sessions
  }

  /** Complaints that come without a session. */
  complain(day: number, stage: number): void {
    if (this.random.next() < habits[stage]![this.profile.cause]!.complaintsPerDay) this.single(day, eventCode.complaint)
  }

  /** An event outside sessions, at any hour, in the channel the user likes. */
  single(day: number, type: number, isApp = this.random.next() < this.profile.appShare): void {
    const second = this.random.integer(86_400)
    this.touch(isApp, { type, day, second, item: -1 })
  }

  /** Writes the returns that are due on `day`. */
  sendBack(day: number): void {
    if (this.pending.length === 0) return
    for (const order of this.pending) if (order.day === day) this.push(order.isApp, order)
    this.pending = this.pending.filter((order) => order.day > day)
  }

  private session(day: number, habit: Habits): void {
    const { random, traits, profile } = this
    const isApp = random.next() < profile.appShare
    // Two uniforms make a hill with its top in the afternoon.
    let second = Math.floor(((random.next() + random.next()) / 2) * (lastSessionSecond - 21_600)) + 21_600
    this.touch(isApp, { type: eventCode.login, day, second, item: -1 })
    const views = Math.min(mostViews, poisson(traits.viewsPerSession * habit.views, random.next()))
    let carted = -1
    for (let i = 0; i < views; i++) {
      second += 15 + random.integer(100)
      const item = this.pickItem(habit)
      this.touch(isApp, { type: eventCode.view, day, second, item })
      if (random.next() < traits.favouritePerView * habit.favourites)
        this.touch(isApp, { type: eventCode.favourite, day, second, item })
      if (random.next() >= traits.cartPerView * habit.carts) continue
      second += 5 + random.integer(20)
      this.touch(isApp, { type: eventCode.cart, day, second, item })
      carted = item
    }
    if (carted >= 0 && random.next() < traits.orderPerCart * habit.orders)
      this.order(isApp, { day, second, item: carted }, habit)
  }

  private order(isApp: boolean, at: { day: number; second: number; item: number }, habit: Habits): void {
    const { random, traits } = this
    const quantity = 1 + poisson(0.35, random.next())
    const level = traits.priceLevel * habit.priceLevel * (0.9 + 0.2 * random.next())
    const amountCents = Math.max(1, Math.round(itemPriceCents[at.item]! * level)) * quantity
    const order = {
      slot: this.slot,
      day: at.day,
      second: at.second + 20 + random.integer(120),
      type: eventCode.purchase,
      amountCents,
      quantity,
      item: at.item,
      category: Math.floor(at.item / itemsPerCategory),
    }
    this.push(isApp, order)
    this.spent.push({ day: at.day, cents: amountCents })
    const fate = random.next()
    if (fate < habit.cancelPerOrder) {
      this.push(isApp, { ...order, type: eventCode.cancel_order, second: order.second + 60 + random.integer(300) })
    } else if (fate < habit.cancelPerOrder + habit.returnPerOrder) {
      const day = at.day + 2 + random.integer(9)
      this.pending.push({ ...order, type: eventCode.return, day, second: random.integer(86_400), isApp })
    }
  }

  /** Popular items of a category are seen more often. */
  private pickItem(habit: Habits): number {
    const { random, profile } = this
    const category =
      random.next() < habit.coreShare
        ? profile.coreCategory
        : profile.repertoire[random.integer(profile.repertoire.length)]!
    const popularity = random.next()
    return category * itemsPerCategory + Math.floor(popularity * popularity * itemsPerCategory)
  }

  /** An event without money; item -1 = none. */
  private touch(isApp: boolean, what: { type: number; day: number; second: number; item: number }): void {
    this.push(isApp, {
      slot: this.slot,
      day: what.day,
      second: what.second,
      type: what.type,
      amountCents: Number.NaN,
      quantity: Number.NaN,
      item: what.item,
      category: what.item < 0 ? -1 : Math.floor(what.item / itemsPerCategory),
    })
  }

  private push(isApp: boolean, event: SimulatedEvent): void {
    const buffer = isApp ? this.app : this.web
    buffer.push(event)
  }
}
