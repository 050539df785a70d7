import type { TableColumn } from '../../engines/engine.ts'
import type { CutoffSummary } from '../simulate-parameters.ts'
import { dayFromNumber } from '../../core/day.ts'
import type { Profile } from './profile.ts'
import { causes, stages, userTypes } from './shop.ts'
import type { TrueProbability } from './truth.ts'

export interface TruthRow {
  readonly slot: number
  readonly profile: Profile
  /** Place in the list of cutoffs. */
  readonly cutoff: number
  readonly stage: number
  readonly probability: TrueProbability
  readonly isEligible: boolean
  readonly isChurnedInGap: boolean
  /** 1 or 0; NaN where the window is not closed, or the user had uninstalled before it began. */
  readonly label: number
}

interface Tally {
  eligible: number
  inGap: number
  labelled: number
  churned: number
  probability: number
}

/** The truth table of a slice, and sums over all slices. */
export class TruthRows {
  private rows: TruthRow[] = []
  private readonly days: readonly number[]
  private readonly closedBy: number
  private readonly tallies: Tally[]

  /** `days` are the cutoffs, days since 1970-01-01; a cutoff is closed iff it is at most `closedBy`. */
  constructor(days: readonly number[], closedBy: number) {
    this.days = days
    this.closedBy = closedBy
    this.tallies = days.map(() => ({ eligible: 0, inGap: 0, labelled: 0, churned: 0, probability: 0 }))
  }

  add(row: TruthRow): void {
    this.rows.push(row)
    if (!row.isEligible) return
    const tally = this.tallies[row.cutoff]!
    tally.eligible += 1
    if (row.isChurnedInGap) tally.inGap += 1
    else {
      tally.probability += row.probability.churned
      tally.labelled += 1
      tally.churned += row.label === 1 ? 1 : 0
    }
  }

  clear(): void {
    this.rows = []
  }

  /** For `engine.load`; `ids[slot]` is the user_id. */
  columns(ids: readonly string[]): TableColumn[] {
    const coded = (name: string, code: (row: TruthRow) => number, levels: readonly string[]): TableColumn => ({
      name,
      type: 'coded',
      codes: Uint32Array.from(this.rows, code),
      levels,
    })
    const double = (name: string, value: (row: TruthRow) => number): TableColumn => ({
      name,
      type: 'double',
      values: Float64Array.from(this.rows, value),
    })
    const isTrue = (name: string, value: (row: TruthRow) => boolean): TableColumn => ({
      name,
      type: 'boolean',
      values: Uint8Array.from(this.rows, (row) => (value(row) ? 1 : 0)),
    })
    return [
      coded('user_id', (row) => row.slot, ids),
      { name: 'cutoff', type: 'date', values: Int32Array.from(this.rows, (row) => this.days[row.cutoff]!) },
      double('probability', (row) => row.probability.churned),
      double('probability_passive', (row) => row.probability.passive),
      double('probability_active', (row) => row.probability.active),
      double('label', (row) => row.label),
      isTrue('is_eligible', (row) => row.isEligible),
      isTrue('churned_in_gap', (row) => row.isChurnedInGap),
      coded('stage', (row) => row.stage, stages),
      coded('cause', (row) => row.profile.cause, causes),
      coded('user_type', (row) => row.profile.type, userTypes),
      double('frailty', (row) => row.profile.frailty),
    ]
  }

  summary(): CutoffSummary[] {
    return this.tallies.map(({ eligible, inGap, labelled, churned, probability }, i) => {
      const isClosed = this.days[i]! <= this.closedBy
      return {
        cutoff: dayFromNumber(this.days[i]!),
        isClosed,
        eligible,
        churnedInGap: inGap,
        baseRate: isClosed && labelled > 0 ? churned / labelled : null,
        meanProbability: labelled > 0 ? probability / labelled : null,
      }
    })
  }
}
