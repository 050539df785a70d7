import type { TableColumn } from '../../../engines/engine.ts'
import { dayFromNumber } from '../../../core/day.ts'
import type { CutoffSummary } from '../../simulate-parameters.ts'
import type { TradeLife } from './life.ts'
import type { TradeWorld } from './world.ts'
import { tradeStages } from './trade.ts'
import { tradeTruth } from './truth.ts'

/** The tables beside the log, of one slice of users; `ids[slot]` is a user's id. */
export interface TradeTables {
  readonly customers: TableColumn[]
  readonly subscriptions: TableColumn[] | null
  readonly truth: TableColumn[]
}

interface TruthRow {
  readonly slot: number
  readonly life: TradeLife
  readonly cutoff: number
  readonly stage: number
  readonly probability: number
  readonly isEligible: boolean
  readonly isChurnedInGap: boolean
  /** NaN: the window is not closed, or churned before it began. */
  readonly label: number
}

/** Collects the lives of a slice, and adds up the truth over all slices. */
export class TradeRows {
  private readonly world: TradeWorld
  private readonly lives: TradeLife[] = []
  private readonly tallies: { eligible: number; inGap: number; labelled: number; churned: number; mean: number }[]
  private truth: TruthRow[] = []

  constructor(world: TradeWorld) {
    this.world = world
    this.tallies = world.cutoffs.map(() => ({ eligible: 0, inGap: 0, labelled: 0, churned: 0, mean: 0 }))
  }

  add(life: TradeLife): void {
    const slot = this.lives.length
    this.lives.push(life)
    for (const { cutoff, stage, period } of life.standings) {
      const seen = this.see(life, this.world.cutoffs[cutoff]!, period)
      const row = {
        slot,
        life,
        cutoff,
        stage,
        probability: tradeTruth(this.world, life.profile, { cutoff, stage, period }),
        ...seen,
      }
      this.truth.push(row)
      this.tally(row)
    }
  }

  clear(): void {
    this.lives.length = 0
    this.truth = []
  }

  tables(ids: readonly string[]): TradeTables {
    return { customers: this.customers(ids), subscriptions: this.subscriptions(ids), truth: this.truthColumns(ids) }
  }

  summary(): CutoffSummary[] {
    return this.tallies.map(({ eligible, inGap, labelled, churned, mean }, i) => {
      const isClosed = this.isClosed(this.world.cutoffs[i]!)
      return {
        cutoff: dayFromNumber(this.world.cutoffs[i]!),
        isClosed,
        eligible,
        churnedInGap: inGap,
        baseRate: isClosed && labelled > 0 ? churned / labelled : null,
        meanProbability: labelled > 0 ? mean / labelled : null,
      }
    })
  }

  private isClosed(cutoff: number): boolean {
    const { label, contract } = this.world.trade
    return cutoff + label.gapDays + label.horizonDays + (contract?.graceDays ?? 0) <= this.world.logEnd
  }

  private tally(row: TruthRow): void {
    if (!row.isEligible) return
    const tally = this.tallies[row.cutoff]!
    tally.eligible += 1
    if (row.isChurnedInGap) tally.inGap += 1
    else {
      tally.mean += row.probability
      tally.labelled += 1
      tally.churned += row.label === 1 ? 1 : 0
    }
  }

  /** What the log itself shows of the label at a cutoff. */
  private see(
    life: TradeLife,
    day: number,
    period: { readonly end: number } | null,
  ): Pick<TruthRow, 'isEligible' | 'isChurnedInGap' | 'label'> {
    const { label } = this.world.trade
    const start = day + label.gapDays
    const end = start + label.horizonDays
    const left = label.kind === 'contract' ? this.contractEnd(life, day) : life.goneDay
    const isQuiet = label.kind === 'silence' && !this.hasEvent(life, start, end)
    const isKnown = this.isClosed(day) && left >= start
    const wasThere =
      label.kind === 'contract'
        ? period !== null && period.end > day
        : this.hasEvent(life, day - label.eligibleDays, day)
    return {
      isEligible: wasThere && left >= day,
      isChurnedInGap: left >= day && left < start,
      label: isKnown ? Number(isQuiet || left < end) : Number.NaN,
    }
  }

  /** The first end of a period at or after `day` that nobody renewed within the grace; Infinity without one. */
  private contractEnd({ periods }: TradeLife, day: number): number {
    const { graceDays } = this.world.trade.contract!
    const lost = periods.find(({ end }, i) => {
      const next = periods[i + 1]
      return end >= day && end < this.world.logEnd && (next === undefined || next.start > end + graceDays)
    })
    return lost?.end ?? Infinity
  }

  private hasEvent({ qualifying }: TradeLife, start: number, end: number): boolean {
    const { logStart } = this.world
    return qualifying.subarray(Math.max(0, start - logStart), Math.max(0, end - logStart)).some((one) => one > 0)
  }

  private customers(ids: readonly string[]): TableColumn[] {
    const { trade } = this.world
    const rows = this.lives.flatMap((life, slot) => life.tiers.map(({ day, tier }) => ({ slot, life, day, tier })))
    const coded = codedOver(rows)
    return [
      coded('user_id', ({ slot }) => slot, ids),
      dateOver(rows)('valid_from', ({ day }) => day),
      dateOver(rows)('registered', ({ life }) => life.profile.registeredDay),
      ...trade.traits.map(({ name, levels }, t) => coded(name, ({ life }) => life.profile.traits[t]!, levels)),
      ...(trade.tiers === null ? [] : [coded('tier', ({ tier }) => tier, trade.tiers.names)]),
      ...(trade.contract === null ? [] : [coded('plan', ({ life }) => life.profile.plan, planNames(trade.contract))]),
    ]
  }

  /** Periods that touch the log, one row each; the end is not told before the day comes. */
  private subscriptions(ids: readonly string[]): TableColumn[] | null {
    const { trade, logStart, logEnd } = this.world
    if (trade.contract === null) return null
    const { plans } = trade.contract
    const rows = this.lives.flatMap((life, slot) =>
      life.periods.filter(({ end }) => end > logStart).map((period) => ({ slot, life, period })),
    )
    const coded = codedOver(rows)
    const reasons = ['cancelled', 'failed']
    return [
      coded('user_id', ({ slot }) => slot, ids),
      coded('plan', ({ life }) => life.profile.plan, planNames(trade.contract)),
      dateOver(rows)('start_day', ({ period }) => period.start),
      dateOver(rows)('end_day', ({ period }) => period.end),
      { name: 'price', type: 'double', values: Float64Array.from(rows, ({ life }) => plans[life.profile.plan]!.price) },
      coded(
        'end_reason',
        ({ period }) => (period.end < logEnd ? reasons.indexOf(period.outcome) >>> 0 : 65_535),
        reasons,
      ),
    ]
  }

  private truthColumns(ids: readonly string[]): TableColumn[] {
    const { trade, cutoffs } = this.world
    const rows = this.truth
    const coded = codedOver(rows)
    const double = (name: string, value: (row: TruthRow) => number): TableColumn => ({
      name,
      type: 'double',
      values: Float64Array.from(rows, value),
    })
    const isTrue = (name: string, value: (row: TruthRow) => boolean): TableColumn => ({
      name,
      type: 'boolean',
      values: Uint8Array.from(rows, (row) => (value(row) ? 1 : 0)),
    })
    const names = (of: readonly { readonly name: string }[]): string[] => of.map(({ name }) => name)
    return [
      coded('user_id', ({ slot }) => slot, ids),
      dateOver(rows)('cutoff', ({ cutoff }) => cutoffs[cutoff]!),
      double('probability', ({ probability }) => probability),
      double('label', ({ label }) => label),
      isTrue('is_eligible', ({ isEligible }) => isEligible),
      isTrue('churned_in_gap', ({ isChurnedInGap }) => isChurnedInGap),
      coded('stage', ({ stage }) => stage, tradeStages),
      coded('cause', ({ life }) => life.profile.cause, names(trade.causes)),
      coded('user_type', ({ life }) => life.profile.kind, names(trade.kinds)),
      double('frailty', ({ life }) => life.profile.frailty),
    ]
  }
}

const planNames = ({ plans }: { readonly plans: readonly { readonly name: string }[] }): string[] =>
  plans.map(({ name }) => name)

function codedOver<T>(rows: readonly T[]) {
  return (name: string, code: (row: T) => number, levels: readonly string[]): TableColumn => ({
    name,
    type: 'coded',
    codes: Uint32Array.from(rows, code),
    levels,
  })
}

function dateOver<T>(rows: readonly T[]) {
  return (name: string, day: (row: T) => number): TableColumn => ({
    name,
    type: 'date',
    values: Int32Array.from(rows, day),
  })
}
