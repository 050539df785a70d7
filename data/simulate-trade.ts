import type { Emit } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import { withTargetFolder } from './simulator/target-folder.ts'
import { simulateTradeInto } from './simulator/trades/simulation.ts'
import { trades } from './simulator/trades/trades.ts'
import type { TradeParameters, TradeSummary } from './trade-parameters.ts'

export interface SimulateTradeOptions {
  readonly engine: Engine
  /** Made by the call; must not exist, be empty, or hold an earlier simulation, which is replaced as a whole. */
  readonly outDir: string
  readonly parameters: TradeParameters
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

/**
 * Simulates the log of a trade and writes it below `outDir`: `events/part-*.parquet` in the trade's own column names,
 * `customers/part-*.parquet` (attributes with `valid_from`), `subscriptions/part-*.parquet` where users pay by period,
 * `truth/part-*.parquet` (the true probability of the label per user and cutoff) and `simulation.json`. The same parameters give
 * the same bytes; user k's history does not depend on how many users there are.
 */
export async function simulateTrade(options: SimulateTradeOptions): Promise<TradeSummary> {
  const { outDir, ...context } = options
  const trade = trades[options.parameters.trade]
  return withTargetFolder(outDir, (folder) => simulateTradeInto({ ...context, trade, folder }))
}
