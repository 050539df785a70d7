import type { Profile } from './profile.ts'
import { habits } from './habits.ts'
import { active, dormant, fading, gone, plans, rates, stages } from './shop.ts'

/**
 * The chain that a user lives by, one step at the start of each day: first the stage changes (given yesterday's plan),
 * then the plan (given today's stage). `gone` is the end: the user uninstalled that day and does nothing any more.
 * The simulator draws from these numbers and the truth sums over them; nothing else moves a user.
 */

/** Where a user stands; both index the tables of `shop.ts`. */
export interface State {
  stage: number
  plan: number
}

/** Stages of a user who may still act: active, fading, dormant. */
export const livingStages = 3
const size = stages.length

/** Looked up, because the truth asks for it hundreds of millions of times. */
const youthByTenure = Float64Array.from({ length: 4_096 }, (_, t) => 1 + rates.youth * Math.exp(-t / rates.youthDays))

/** Factor of the hazard by whole days since registration, >= 0; 1 after eleven years. */
function youthFactor(tenureDays: number): number {
  return tenureDays < youthByTenure.length ? youthByTenure[tenureDays]! : 1
}

/** Row-major `from x to` over `stages`; rows sum to 1. Made once, filled by `fillStageMatrix`. */
export const createStageMatrix = (): Float64Array => new Float64Array(size * size)

/** Fills `matrix` with the step of a user on `plan` who registered `tenureDays` ago (0 on the day itself). */
export function fillStageMatrix(matrix: Float64Array, profile: Profile, plan: number, tenureDays: number): void {
  const hazard = profile.hazard[plan]! * youthFactor(tenureDays)
  const hasApp = profile.appShare > 0
  const uninstall = hasApp ? rates.uninstallShare : 0
  const leave = hasApp ? rates.dormantToGone : 0
  const toFading = capped(rates.activeToFading * hazard)
  const activeExit = capped(rates.activeToExit * hazard)
  const fadingExit = capped(rates.fadingToExit * hazard)
  matrix.fill(0)
  matrix[active * size + active] = 1 - toFading - activeExit
  matrix[active * size + fading] = toFading
  matrix[active * size + dormant] = activeExit * (1 - uninstall)
  matrix[active * size + gone] = activeExit * uninstall
  matrix[fading * size + active] = rates.fadingToActive
  matrix[fading * size + fading] = 1 - rates.fadingToActive - fadingExit
  matrix[fading * size + dormant] = fadingExit * (1 - uninstall)
  matrix[fading * size + gone] = fadingExit * uninstall
  matrix[dormant * size + active] = rates.dormantToActive
  matrix[dormant * size + dormant] = 1 - rates.dormantToActive - leave
  matrix[dormant * size + gone] = leave
  matrix[gone * size + gone] = 1
}

/** Probability that a user in a living `stage` falls one plan lower today. */
export function downgradeChance(profile: Profile, stage: number, plan: number): number {
  return plan > 0 ? habits[stage]![profile.cause]!.downgradePerDay : 0
}

/** Probability that a user in a living `stage` rises one plan today. */
export function upgradeChance(stage: number, plan: number): number {
  return plan < plans.length - 1 && stage !== dormant ? rates.upgradePerDay : 0
}

/** Sessions expected on a day with calendar factor `factor` in a living `stage` (Poisson). */
export function sessionRate(profile: Profile, stage: number, factor: number): number {
  return profile.sessionsPerDay * habits[stage]![profile.cause]!.sessions * factor
}

/** Moves `state` one day on by two uniforms in [0, 1). */
export function step(
  state: State,
  profile: Profile,
  day: { matrix: Float64Array; tenureDays: number; stageUniform: number; planUniform: number },
): void {
  fillStageMatrix(day.matrix, profile, state.plan, day.tenureDays)
  let left = day.stageUniform
  let stage = 0
  for (; stage < size - 1; stage++) {
    left -= day.matrix[state.stage * size + stage]!
    if (left < 0) break
  }
  state.stage = stage
  if (stage === gone) return
  const down = downgradeChance(profile, stage, state.plan)
  if (day.planUniform < down) state.plan -= 1
  else if (day.planUniform < down + upgradeChance(stage, state.plan)) state.plan += 1
}

/** A day's chance to leave stays below .4, however large the hazard. */
function capped(probability: number): number {
  return Math.min(0.4, probability)
}
