import type { Trade } from './trade.ts'

/** What all users share. Days are since 1970-01-01. */
export interface TradeWorld {
  readonly trade: Trade
  readonly logStart: number
  readonly logEnd: number
  /** Factor of the visits on day logStart + d; reaches the end of the last window. */
  readonly factors: Float64Array
  /** Factor of the hazard by days since registration; reaches the end of the last window. */
  readonly youth: Float64Array
  readonly cutoffs: readonly number[]
  /** True for the days on which tiers are reckoned, by day - logStart. */
  readonly isTierDay: readonly boolean[]
}
