import { contractTruth } from './contract-truth.ts'
import { actionRate, visitRate } from './dynamics.ts'
import { advance, clamp, type Mass, total, unit } from './mass.ts'
import type { Standing } from './life.ts'
import type { TradeWorld } from './world.ts'
import type { TradeProfile } from './profile.ts'

/**
 * The probability of the trade's label given the latent state at the start of the cutoff day: a forward recursion over the
 * chain of `dynamics.ts`, day by day to the end of the window, exact, no sampling. NaN for users who are gone.
 */
export function tradeTruth(world: TradeWorld, profile: TradeProfile, standing: Standing): number {
  return world.trade.label.kind === 'silence'
    ? silenceTruth(world, profile, standing)
    : contractTruth(world, profile, standing)
}

/** P(no qualifying event in the window, or gone in it | not gone before the window). */
function silenceTruth(world: TradeWorld, profile: TradeProfile, { cutoff, stage }: Standing): number {
  const { label } = world.trade
  const day = world.cutoffs[cutoff]!
  if (stage === 3) return Number.NaN
  const rates = qualifyingRates(world, profile)
  let alive: Mass = unit(stage)
  for (let at = day; at < day + label.gapDays; at++) alive = advance(world, profile, alive, at)
  const before = total(alive)
  let quiet: Mass = alive
  const start = day + label.gapDays
  for (let at = start; at < start + label.horizonDays; at++) {
    alive = advance(world, profile, alive, at)
    const factor = world.factors[at - world.logStart]!
    quiet = advance(world, profile, quiet, at).map((mass, s) => mass * Math.exp(-rates[s]! * factor))
  }
  return before > 0 ? clamp(1 - (total(alive) - total(quiet)) / before) : 1
}

/** Qualifying visits expected by stage on a day with calendar factor 1: a visit counts when one of its events does. */
function qualifyingRates({ trade }: TradeWorld, profile: TradeProfile): Mass {
  const { events } = trade.label
  const cause = trade.causes[profile.cause]!.name
  return [0, 1, 2].map((stage) => {
    const rate = visitRate(trade, profile, stage, 1)
    if (events.includes(trade.visit.type)) return rate
    const actions = trade.actions.filter(({ type }) => events.includes(type))
    const mean = actions.reduce((sum, action) => sum + actionRate(action, action.perVisit, { stage, cause }), 0)
    return rate * (1 - Math.exp(-mean))
  })
}
