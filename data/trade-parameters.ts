import * as z from 'zod'
import type { Day } from '../core/day.ts'
import type { CutoffSummary } from './simulate-parameters.ts'
import { trades } from './simulator/trades/trades.ts'
import type { TradeLabel } from './simulator/trades/trade.ts'

/** Trades that `ebb simulate --trade` and the templates know, in the order in which they are shown. */
export const tradeNames = Object.keys(trades) as (keyof typeof trades)[]
export type TradeName = keyof typeof trades

/** What a simulation of a trade can be told; the defaults are the trade's own. */
export interface TradeParameters {
  readonly trade: TradeName
  readonly users: number
  readonly start: string
  readonly days: number
  readonly seed: number
}

/** The schema of `TradeParameters`, with the defaults of `trade`. */
export function tradeParameters(trade: TradeName) {
  const { users, start, days, seed } = trades[trade]
  return z.strictObject({
    trade: z.literal(trade).default(trade),
    users: z.int().min(1).max(20_000_000).default(users),
    start: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day YYYY-MM-DD')
      .default(start),
    days: z.int().min(1).max(3_650).default(days),
    seed: z.int().min(0).default(seed),
  })
}

/** `online shop`, for people. */
export const tradeTitle = (trade: TradeName): string => trades[trade].title

/** What was written; also stands in `simulation.json` beside the files. */
export interface TradeSummary {
  readonly parameters: TradeParameters
  readonly users: number
  readonly events: number
  readonly eventsByType: Readonly<Record<string, number>>
  /** First day of the log and the day after its last. */
  readonly start: Day
  readonly end: Day
  /** The label whose probability the truth table tells. */
  readonly label: TradeLabel
  readonly cutoffs: readonly CutoffSummary[]
}
