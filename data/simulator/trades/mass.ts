import { stageChances } from './dynamics.ts'
import type { TradeWorld } from './world.ts'
import type { TradeProfile } from './profile.ts'

/** Probability by living stage: active, fading, dormant. */
export type Mass = readonly number[]

/** One day of the chain; what reaches `gone` leaves the sum. */
export function advance(world: TradeWorld, profile: TradeProfile, mass: Mass, day: number): Mass {
  const next = [0, 0, 0]
  const youth = world.youth[day - profile.registeredDay]!
  for (let from = 0; from < 3; from++) {
    if (mass[from] === 0) continue
    const chances = stageChances(world.trade, profile, from, youth)
    for (let to = 0; to < 3; to++) next[to]! += mass[from]! * chances[to]!
  }
  return next
}

export const unit = (stage: number): Mass => [0, 1, 2].map((s) => (s === stage ? 1 : 0))
export const total = (mass: Mass): number => mass.reduce((sum, one) => sum + one, 0)

/** Rounding may leave a probability 1e-16 outside [0, 1]. */
export function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability))
}
