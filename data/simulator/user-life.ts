import type { Random } from '../../core/random.ts'
import { Activity } from './activity.ts'
import { type CustomerHistory, tierOf } from './customer-history.ts'
import { createStageMatrix, type State, step } from './dynamics.ts'
import type { EventBuffer } from './event-buffer.ts'
import { drawProfile, type Profile } from './profile.ts'
import { habits } from './habits.ts'
import { active, eventCode, gone, daysBeforeLog, regions } from './shop.ts'
import type { TruthRows } from './truth-rows.ts'
import type { Truth } from './truth.ts'

/** What all users share. Days are since 1970-01-01. */
export interface World {
  readonly logStart: number
  readonly logEnd: number
  /** `factors[type][d]`: sessions on day logStart + d; reaches the end of the last window. */
  readonly factors: readonly Float64Array[]
  readonly cutoffs: readonly number[]
  readonly gapDays: number
  readonly horizonDays: number
  readonly eligibleWithinDays: number
  /** True for the days on which the shop reckons tiers, by day - logStart. */
  readonly isTierDay: readonly boolean[]
  readonly truth: Truth
}

export interface Outputs {
  readonly app: EventBuffer
  readonly web: EventBuffer
  readonly customers: CustomerHistory
  readonly truthRows: TruthRows
}

const tierDays = 90

/** Lives one user from registration to the end of the log: events, attribute history and truth rows. Returns the profile. */
export function liveUser(world: World, who: { random: Random; slot: number }, outputs: Outputs): Profile {
  const profile = drawProfile(who.random, world.logStart - daysBeforeLog, world.logEnd)
  new UserLife(world, { ...who, profile }, outputs).run()
  return profile
}

class UserLife {
  private readonly world: World
  private readonly random: Random
  private readonly slot: number
  private readonly profile: Profile
  private readonly outputs: Outputs
  private readonly activity: Activity
  private readonly matrix = createStageMatrix()
  private readonly state: State
  private tier = 0
  private region: number
  private isUnsubscribed = false
  /** Sessions by day - logStart. */
  private readonly sessions: Uint8Array
  private uninstallDay = Infinity
  private readonly standings: { cutoff: number; stage: number; plan: number }[] = []

  constructor(world: World, who: { random: Random; slot: number; profile: Profile }, outputs: Outputs) {
    this.world = world
    this.random = who.random
    this.slot = who.slot
    this.profile = who.profile
    this.outputs = outputs
    this.activity = new Activity(who, outputs)
    this.state = { stage: active, plan: who.profile.firstPlan }
    this.region = who.profile.firstRegion
    this.sessions = new Uint8Array(world.logEnd - world.logStart)
  }

  run(): void {
    const { registeredDay } = this.profile
    const { logStart, logEnd, cutoffs } = this.world
    let next = 0
    this.record(registeredDay)
    for (let day = registeredDay; day < logEnd; day++) {
      while (next < cutoffs.length && cutoffs[next]! <= day) this.stand(next++)
      const before = { ...this.state }
      if (day > registeredDay) this.step(day)
      if (this.state.stage === gone) {
        this.leave(day)
        break
      }
      if (day >= logStart) this.act(day, before.stage)
      this.keepHistory(day, before.plan)
    }
    while (next < cutoffs.length) this.stand(next++)
    this.tellTruth()
  }

  private step(day: number): void {
    step(this.state, this.profile, {
      matrix: this.matrix,
      tenureDays: day - this.profile.registeredDay,
      stageUniform: this.random.next(),
      planUniform: this.random.next(),
    })
  }

  private leave(day: number): void {
    this.uninstallDay = day
    if (day >= this.world.logStart) this.activity.single(day, eventCode.uninstall, true)
  }

  private act(day: number, stageBefore: number): void {
    const { stage } = this.state
    const at = day - this.world.logStart
    const factor = this.world.factors[this.profile.type]![at]!
    const atLeast = day === this.profile.registeredDay ? 1 : 0
    this.sessions[at] = Math.min(255, this.activity.visit(day, stage, { factor, atLeast }))
    this.activity.complain(day, stage)
    this.activity.sendBack(day)
    if (stage === stageBefore) return
    const habit = habits[stage]![this.profile.cause]!
    if (this.random.next() < habit.complaintAtStart) this.activity.single(day, eventCode.complaint)
    if (this.random.next() >= habit.unsubscribeAtStart || this.isUnsubscribed) return
    this.isUnsubscribed = true
    this.activity.single(day, eventCode.unsubscribe)
  }

  /** Moves of home and tiers; writes a row of the attribute history when anything has changed. */
  private keepHistory(day: number, planBefore: number): void {
    let isChanged = this.state.plan !== planBefore
    if (this.random.next() < habits[this.state.stage]![this.profile.cause]!.movePerDay) {
      this.region = (this.region + 1 + this.random.integer(regions.length - 1)) % regions.length
      isChanged = true
    }
    if (this.world.isTierDay[day - this.world.logStart] === true) {
      let cents = 0
      for (const order of this.activity.spent) if (order.day >= day - tierDays && order.day < day) cents += order.cents
      const tier = tierOf(cents)
      isChanged ||= tier !== this.tier
      this.tier = tier
    }
    if (isChanged && day > this.profile.registeredDay) this.record(day)
  }

  private record(day: number): void {
    const { tier, region } = this
    this.outputs.customers.add(this.slot, this.profile, { day, tier, region, plan: this.state.plan })
  }

  /** Remembers where the user stands as the day of a cutoff begins. */
  private stand(cutoff: number): void {
    if (this.world.cutoffs[cutoff]! > this.profile.registeredDay) this.standings.push({ cutoff, ...this.state })
  }

  private tellTruth(): void {
    const { gapDays, horizonDays, eligibleWithinDays, logEnd } = this.world
    for (const { cutoff, stage, plan } of this.standings) {
      const day = this.world.cutoffs[cutoff]!
      const windowStart = day + gapDays
      const windowEnd = windowStart + horizonDays
      const isKnown = windowEnd <= logEnd && this.uninstallDay >= windowStart
      const isQuiet = this.uninstallDay < windowEnd || !this.hasSession(windowStart, windowEnd)
      this.outputs.truthRows.add({
        slot: this.slot,
        profile: this.profile,
        cutoff,
        stage,
        probability: this.world.truth.at(this.profile, { stage, plan }, { cutoff: day, gapDays, horizonDays }),
        isEligible: stage !== gone && this.hasSession(day - eligibleWithinDays, day),
        isChurnedInGap: this.uninstallDay >= day && this.uninstallDay < windowStart,
        label: isKnown ? Number(isQuiet) : Number.NaN,
      })
    }
  }

  /** Any session on a day of the log in [start, end). */
  private hasSession(start: number, end: number): boolean {
    const { logStart } = this.world
    return this.sessions.subarray(Math.max(0, start - logStart), Math.max(0, end - logStart)).some((count) => count > 0)
  }
}
