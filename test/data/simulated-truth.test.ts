import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../core/random.ts'
import { createStageMatrix, fillStageMatrix, type State, sessionRate, step } from '../../data/simulator/dynamics.ts'
import { poisson } from '../../data/simulator/poisson.ts'
import { drawProfile, type Profile } from '../../data/simulator/profile.ts'
import { active, dormant, fading, gone, rates } from '../../data/simulator/shop.ts'
import { Truth } from '../../data/simulator/truth.ts'

const firstDay = 20_000
const window = { cutoff: firstDay, gapDays: 3, horizonDays: 30 }
/** Every type of user has the same flat calendar. */
const flat = (factor: number): Float64Array[] => Array.from({ length: 5 }, () => new Float64Array(400).fill(factor))

const profileWith = (changes: Partial<Profile>): Profile => ({
  ...drawProfile(createRandom('profile'), firstDay - 100, firstDay),
  ...changes,
})

/** The slow twin: lives one future day by day with the simulator's own step and reads off the label. */
function liveFuture(
  random: Random,
  profile: Profile,
  from: State,
): { inGap: boolean; passive: boolean; active: boolean } {
  const state = { ...from }
  const matrix = createStageMatrix()
  let sessions = 0
  for (let d = 0; d < window.gapDays + window.horizonDays; d++) {
    const tenureDays = window.cutoff + d - profile.registeredDay
    step(state, profile, { matrix, tenureDays, stageUniform: random.next(), planUniform: random.next() })
    if (state.stage === gone) return { inGap: d < window.gapDays, passive: sessions === 0, active: d >= window.gapDays }
    if (d >= window.gapDays) sessions += poisson(sessionRate(profile, state.stage, 1), random.next())
  }
  return { inGap: false, passive: sessions === 0, active: false }
}

describe('the true probability', () => {
  it('of a user without hazard who stays active is the Poisson silence: 30 days at .1 a day, exp(-3)', () => {
    const profile = profileWith({ hazard: [0, 0, 0], sessionsPerDay: 0.1, appShare: 1 })
    const truth = new Truth(flat(1), firstDay)
    const { churned, passive, active: uninstalled } = truth.at(profile, { stage: active, plan: 0 }, window)
    expect(passive).toBeCloseTo(Math.exp(-3), 12)
    expect(churned).toBeCloseTo(Math.exp(-3), 12)
    expect(uninstalled).toBeCloseTo(0, 12)
  })

  it('follows the calendar: twice the sessions a day on every day square the probability of silence', () => {
    const profile = profileWith({ hazard: [0, 0, 0], sessionsPerDay: 0.1 })
    const silence = (factor: number): number =>
      new Truth(flat(factor), firstDay).at(profile, { stage: active, plan: 1 }, window).passive
    expect(silence(2)).toBeCloseTo(silence(1) ** 2, 12)
  })

  it('of a dormant web user who can only wake up: by hand over a gap of 0 and a horizon of 1', () => {
    const profile = profileWith({ appShare: 0, sessionsPerDay: 0.5, cause: 0 })
    const wakes = rates.dormantToActive
    const quiet =
      (1 - wakes) * Math.exp(-sessionRate(profile, dormant, 1)) + wakes * Math.exp(-sessionRate(profile, active, 1))
    const found = new Truth(flat(1), firstDay).at(
      profile,
      { stage: dormant, plan: 0 },
      { cutoff: firstDay, gapDays: 0, horizonDays: 1 },
    )
    expect(found.passive).toBeCloseTo(quiet, 14)
    expect(found.churned).toBeCloseTo(quiet, 14)
    expect(found.active).toBe(0)
  })

  it('is 1 for silence and 0 for uninstalling once the user is gone', () => {
    const found = new Truth(flat(1), firstDay).at(profileWith({}), { stage: gone, plan: 0 }, window)
    expect(found).toEqual({ churned: 1, passive: 1, active: 0 })
  })

  it('agrees with 5,000 futures lived day by day from each of 12 latent states (|z| < 4)', () => {
    const truth = new Truth(flat(1), firstDay)
    for (let k = 0; k < 12; k++) {
      const profile = drawProfile(createRandom(`user/${k}`), firstDay - 200, firstDay)
      const state = { stage: [active, fading, dormant][k % 3]!, plan: k % 2 }
      const random = createRandom(`future/${k}`)
      const count = { labelled: 0, churned: 0, passive: 0, active: 0, all: 5_000 }
      for (let i = 0; i < count.all; i++) {
        const lived = liveFuture(random, profile, state)
        if (lived.passive) count.passive += 1
        if (lived.inGap) continue
        count.labelled += 1
        if (lived.active) count.active += 1
        if (lived.active || lived.passive) count.churned += 1
      }
      const found = truth.at(profile, state, window)
      expect(Math.abs(zScore(count.churned, count.labelled, found.churned)), `churned, user ${k}`).toBeLessThan(4)
      expect(Math.abs(zScore(count.active, count.labelled, found.active)), `active, user ${k}`).toBeLessThan(4)
      expect(Math.abs(zScore(count.passive, count.all, found.passive)), `passive, user ${k}`).toBeLessThan(4)
    }
  })
})

describe('the step of a day', () => {
  it('has rows that sum to 1 for every plan, and hazards that are capped at .4', () => {
    const matrix = createStageMatrix()
    for (const hazard of [0, 1, 1000])
      for (const appShare of [0, 0.5, 1]) {
        fillStageMatrix(matrix, profileWith({ hazard: [hazard, hazard, hazard], appShare }), 1, 10)
        for (let from = 0; from < 4; from++) {
          const row = matrix.subarray(from * 4, from * 4 + 4)
          expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
          expect(Math.min(...row)).toBeGreaterThanOrEqual(0)
        }
      }
  })

  it('multiplies the hazard of users from ads on the basic plan: the interaction is in the profile', () => {
    const profiles = Array.from({ length: 400 }, (_, k) => drawProfile(createRandom(`p/${k}`), firstDay, firstDay + 10))
    const contrast = (isFromAds: boolean): number => {
      const some = profiles.find((profile) => (profile.acquisition === 2) === isFromAds)!
      return some.hazard[0] / some.hazard[1]
    }
    expect(contrast(true) / contrast(false)).toBeGreaterThan(2)
  })
})

describe('poisson by inversion', () => {
  it('counts 0 below exp(-mean), and averages to the mean over a grid of uniforms', () => {
    expect(poisson(1, 0.36)).toBe(0)
    expect(poisson(1, 0.37)).toBe(1)
    expect(poisson(0, 0.999)).toBe(0)
    let sum = 0
    for (let i = 0; i < 100_000; i++) sum += poisson(2.5, (i + 0.5) / 100_000)
    expect(sum / 100_000).toBeCloseTo(2.5, 3)
  })
})

/** 0 when nothing varies and nothing differs. */
function zScore(count: number, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p))
  const difference = count - n * p
  return spread === 0 ? (Math.abs(difference) < 1e-9 ? 0 : Infinity) : difference / spread
}
