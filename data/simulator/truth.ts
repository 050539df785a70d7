import {
  createStageMatrix,
  downgradeChance,
  fillStageMatrix,
  livingStages,
  sessionRate,
  upgradeChance,
} from './dynamics.ts'
import type { State } from './dynamics.ts'
import type { Profile } from './profile.ts'
import { gone, plans, stages } from './shop.ts'

export interface Window {
  /** Days since 1970-01-01. */
  readonly cutoff: number
  readonly gapDays: number
  readonly horizonDays: number
}

/** True probabilities given the state at the start of the cutoff day. */
export interface TrueProbability {
  /** P(no login or purchase in the window, or uninstalled in it | not uninstalled in the gap). */
  churned: number
  /** P(no login or purchase in the window). */
  passive: number
  /** P(uninstalled in the window | not uninstalled in the gap). */
  active: number
}

const size = stages.length
const width = livingStages * plans.length

/**
 * Forward recursion over the chain of `dynamics.ts`, day by day from the cutoff to the end of the window: exact, no
 * sampling. Sessions of a day are Poisson given the stage, so a quiet day has probability exp(-rate).
 * `alive` is P(stage, plan, not gone); `quiet` the same and no session in the window so far. Users who are gone have
 * passive = churned = 1 and active = 0.
 */
export class Truth {
  private readonly factors: readonly Float64Array[]
  private readonly firstDay: number
  /** Today's step on each plan. */
  private readonly matrices = plans.map(createStageMatrix)
  private alive: Float64Array = new Float64Array(width)
  private quiet: Float64Array = new Float64Array(width)
  private next: Float64Array = new Float64Array(width)

  /** `factors[type][d]` is the calendar factor of day `firstDay + d`; it must reach the end of every window. */
  constructor(factors: readonly Float64Array[], firstDay: number) {
    this.factors = factors
    this.firstDay = firstDay
  }

  at(profile: Profile, state: State, { cutoff, gapDays, horizonDays }: Window): TrueProbability {
    if (state.stage === gone) return { churned: 1, passive: 1, active: 0 }
    this.alive.fill(0)
    this.alive[state.stage * plans.length + state.plan] = 1
    for (let day = cutoff; day < cutoff + gapDays; day++) {
      this.turn(profile, day)
      this.alive = this.advance(this.alive, profile)
    }
    const afterGap = total(this.alive)
    this.quiet.set(this.alive)
    let quietGone = 1 - afterGap
    for (let day = cutoff + gapDays; day < cutoff + gapDays + horizonDays; day++) {
      this.turn(profile, day)
      this.alive = this.advance(this.alive, profile)
      const before = total(this.quiet)
      this.quiet = this.advance(this.quiet, profile)
      quietGone += before - total(this.quiet)
      this.hush(this.quiet, profile, day)
    }
    const loyal = total(this.alive) - total(this.quiet)
    return {
      churned: afterGap > 0 ? clamp(1 - loyal / afterGap) : 1,
      passive: clamp(total(this.quiet) + quietGone),
      active: afterGap > 0 ? clamp(1 - total(this.alive) / afterGap) : 0,
    }
  }

  /** Makes the matrices those of `day`. */
  private turn(profile: Profile, day: number): void {
    for (const [plan, matrix] of this.matrices.entries())
      fillStageMatrix(matrix, profile, plan, day - profile.registeredDay)
  }

  /** One day of the chain; what reaches `gone` leaves the sum. Returns the new masses and keeps the old array as scratch. */
  private advance(mass: Float64Array, profile: Profile): Float64Array {
    const next = this.next.fill(0)
    for (let plan = 0; plan < plans.length; plan++) {
      const matrix = this.matrices[plan]!
      for (let to = 0; to < livingStages; to++) {
        let arriving = 0
        for (let from = 0; from < livingStages; from++)
          arriving += mass[from * plans.length + plan]! * matrix[from * size + to]!
        if (arriving === 0) continue
        const down = downgradeChance(profile, to, plan)
        const up = upgradeChance(to, plan)
        const at = to * plans.length + plan
        next[at]! += arriving * (1 - down - up)
        if (down > 0) next[at - 1]! += arriving * down
        if (up > 0) next[at + 1]! += arriving * up
      }
    }
    this.next = mass
    return next
  }

  /** Keeps only the part that has no session on `day`. */
  private hush(mass: Float64Array, profile: Profile, day: number): void {
    const factor = this.factors[profile.type]![day - this.firstDay]!
    for (let stage = 0; stage < livingStages; stage++) {
      const quietDay = Math.exp(-sessionRate(profile, stage, factor))
      for (let plan = 0; plan < plans.length; plan++) mass[stage * plans.length + plan]! *= quietDay
    }
  }
}

function total(mass: Float64Array): number {
  let sum = 0
  for (const value of mass) sum += value
  return sum
}

/** Rounding may leave a probability 1e-16 outside [0, 1]. */
function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability))
}
