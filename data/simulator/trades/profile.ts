import type { Random } from '../../../core/random.ts'
import { pickShare } from '../pick-share.ts'
import type { Trade } from './trade.ts'

/** All that is fixed about a user; numbers index the tables of the trade. */
export interface TradeProfile {
  readonly kind: number
  readonly cause: number
  readonly traits: readonly number[]
  /** Days since 1970-01-01; may lie before the log. */
  readonly registeredDay: number
  readonly visitsPerDay: number
  readonly spend: number
  /** Factor of the hazard that nothing shows; mean 1. */
  readonly frailty: number
  /** Factor of the hazard, all but youth included. */
  readonly hazard: number
  /** Day of each step; Infinity = never. */
  readonly stepDays: readonly number[]
  readonly mainChannel: number
  readonly mainCategory: number
  readonly plan: number
}

/** Draws a user who registers in [firstDay, endDay). */
export function drawTradeProfile(
  trade: Trade,
  random: Random,
  days: { readonly firstDay: number; readonly endDay: number },
): TradeProfile {
  const { rates } = trade
  const pick = (shares: readonly number[]): number => pickShare(shares, random.next())
  const registeredDay = days.firstDay + random.integer(days.endDay - days.firstDay)
  const kind = pick(trade.kinds.map(({ share }) => share))
  const cause = pick(trade.causes.map(({ share }) => share))
  const traits = trade.traits.map(({ shares }) => pick(shares))
  const traitHazard = trade.traits.reduce((product, trait, t) => product * (trait.hazard?.[traits[t]!] ?? 1), 1)
  const stepDays = trade.steps.map(({ share, meanDays }) => {
    const delay = Math.floor(-Math.log(1 - random.next()) * meanDays)
    return random.next() < share ? registeredDay + delay : Infinity
  })
  const stepHazard = trade.steps.reduce(
    (product, { hazardWithout }, s) => product * (stepDays[s] === Infinity ? hazardWithout : 1),
    1,
  )
  const frailty = logNormal(random, rates.frailtySpread)
  return {
    kind,
    cause,
    traits,
    registeredDay,
    visitsPerDay: trade.kinds[kind]!.visitsPerDay * logNormal(random, rates.visitSpread),
    spend: trade.kinds[kind]!.spend * logNormal(random, 0.3),
    frailty,
    hazard: trade.kinds[kind]!.hazard * traitHazard * stepHazard * frailty,
    stepDays,
    mainChannel: pick(trade.channels.map(({ share }) => share)),
    mainCategory: random.integer(trade.categories.length),
    plan: trade.contract === null ? 0 : pick(trade.contract.plans.map(({ share }) => share)),
  }
}

/** Log-normal with mean 1. */
function logNormal(random: Random, spread: number): number {
  return Math.exp(spread * random.normal() - (spread * spread) / 2)
}
