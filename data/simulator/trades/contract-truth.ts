import { endChance } from './dynamics.ts'
import type { Standing } from './life.ts'
import type { TradeWorld } from './world.ts'
import { advance, clamp, type Mass, total, unit } from './mass.ts'
import type { TradeProfile } from './profile.ts'

/** Mass by the day on which the running period ends, then by stage. */
type Running = Map<number, Mass>

/**
 * P(a period ends in the window and is not renewed within its grace | none ended so before the window), given the state at
 * the start of the cutoff day; NaN where no period runs.
 */
export function contractTruth(world: TradeWorld, profile: TradeProfile, standing: Standing): number {
  const { label } = world.trade
  const day = world.cutoffs[standing.cutoff]!
  if (standing.period === null || standing.period.end <= day) return Number.NaN
  const start = day + label.gapDays
  const window = { start, end: start + label.horizonDays }
  return new ContractMass(world, profile, window).from(standing.period, { day, stage: standing.stage })
}

class ContractMass {
  private readonly world: TradeWorld
  private readonly profile: TradeProfile
  private readonly window: { readonly start: number; readonly end: number }
  private readonly periodDays: number
  private before = 0
  private inside = 0

  constructor(world: TradeWorld, profile: TradeProfile, window: { start: number; end: number }) {
    this.world = world
    this.profile = profile
    this.window = window
    this.periodDays = world.trade.contract!.plans[profile.plan]!.periodDays
  }

  from(period: NonNullable<Standing['period']>, at: { day: number; stage: number }): number {
    let running: Running = new Map()
    if (period.outcome === 'running') add(running, period.end, unit(at.stage))
    else if (period.outcome === 'renewed') add(running, period.end + this.periodDays, unit(at.stage))
    else this.lapse(running, period.end, unit(at.stage))
    for (let day = at.day; day < this.window.end; day++) running = this.turn(running, day)
    return this.before < 1 ? clamp(this.inside / (1 - this.before)) : 1
  }

  private turn(running: Running, day: number): Running {
    const { trade } = this.world
    const next: Running = new Map()
    for (const [end, mass] of running) {
      const moved = advance(this.world, this.profile, mass, day)
      if (day !== end - trade.contract!.noticeDays) {
        add(next, end, moved)
        continue
      }
      const leaving = moved.map((part, stage) => part * endChance(trade, this.profile.plan, stage))
      add(
        next,
        end + this.periodDays,
        moved.map((part, stage) => part - leaving[stage]!),
      )
      this.lapse(next, end, leaving)
    }
    return next
  }

  /** Users who do not renew in time: some do within the grace after all, the others are gone at `end`. */
  private lapse(running: Running, end: number, mass: Mass): void {
    const { lateShare, graceDays } = this.world.trade.contract!
    for (let k = 1; k <= graceDays; k++)
      add(
        running,
        end + k + this.periodDays,
        mass.map((part) => (part * lateShare) / graceDays),
      )
    const lost = total(mass) * (1 - lateShare)
    if (end < this.window.start) this.before += lost
    else if (end < this.window.end) this.inside += lost
  }
}

function add(running: Running, end: number, mass: Mass): void {
  const there = running.get(end)
  running.set(end, there === undefined ? mass : there.map((part, stage) => part + mass[stage]!))
}
