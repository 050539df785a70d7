import type { Trade } from './trade.ts'
import type { TradeProfile } from './profile.ts'

/** Factor of the hazard by whole days since registration, 0 to `days`; looked up, because the truth asks for it so often. */
export function youthFactors({ rates }: Trade, days: number): Float64Array {
  return Float64Array.from({ length: days + 1 }, (_, tenure) => 1 + rates.youth * Math.exp(-tenure / rates.youthDays))
}

/** Chances of today's stage for a user who was in `stage` (0 active, 1 fading, 2 dormant) yesterday; sum to 1. */
export function stageChances(trade: Trade, profile: TradeProfile, stage: number, youth: number): readonly number[] {
  const { rates } = trade
  const hazard = profile.hazard * youth
  const exits = (exit: number): [number, number] => [exit * (1 - rates.goneShare), exit * rates.goneShare]
  if (stage === 0) {
    const fading = capped(rates.activeToFading * hazard)
    const [dormant, gone] = exits(capped(rates.activeToExit * hazard))
    return [1 - fading - dormant - gone, fading, dormant, gone]
  }
  if (stage === 1) {
    const [dormant, gone] = exits(capped(rates.fadingToExit * hazard))
    return [rates.fadingToActive, 1 - rates.fadingToActive - dormant - gone, dormant, gone]
  }
  return [rates.dormantToActive, 0, 1 - rates.dormantToActive, 0]
}

/** Visits expected on a day with calendar factor `factor`. */
export function visitRate(trade: Trade, profile: TradeProfile, stage: number, factor: number): number {
  const byStage = stage === 0 ? 1 : stage === 1 ? trade.causes[profile.cause]!.visitsWhenFading : trade.dormantVisits
  return profile.visitsPerDay * byStage * factor
}

/** Expected number of an action in a visit. */
export function actionRate(
  action: { readonly stages?: readonly number[]; readonly whenFading?: Readonly<Record<string, number>> },
  base: number,
  at: { readonly stage: number; readonly cause: string },
): number {
  const fading = at.stage === 1 ? (action.whenFading?.[at.cause] ?? 1) : 1
  return base * (action.stages?.[at.stage] ?? 1) * fading
}

/** Chance that a period that ends today is not renewed, in time or at all. */
export function endChance(trade: Trade, plan: number, stage: number): number {
  const contract = trade.contract!
  const leaves = capped(contract.endChance[Math.min(2, stage) as 0 | 1 | 2] * contract.plans[plan]!.hazard)
  return leaves + (1 - leaves) * contract.failedChance
}

/** A chance stays below .6, however large the hazard. */
function capped(chance: number): number {
  return Math.min(0.6, chance)
}
