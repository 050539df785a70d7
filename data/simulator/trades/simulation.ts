import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addDays, dayFromNumber, dayNumber, parseDay } from '../../../core/day.ts'
import { jsonText } from '../../../core/json.ts'
import { createRandom, type Random } from '../../../core/random.ts'
import type { Emit } from '../../../core/stage.ts'
import type { Engine, TableColumn } from '../../../engines/engine.ts'
import type { TradeParameters, TradeSummary } from '../../trade-parameters.ts'
import { EventBuffer } from '../event-buffer.ts'
import { breathe } from '../breathe.ts'
import { manifestName } from '../target-folder.ts'
import { tradeCalendar } from './calendar.ts'
import { youthFactors } from './dynamics.ts'
import { liveTradeUser } from './life.ts'
import type { TradeWorld } from './world.ts'
import { TradeRows } from './rows.ts'
import { tradeEventTypes, type Trade } from './trade.ts'

/** Fixed: the parts of the files, and so their bytes, depend on it. */
const usersPerSlice = 4_096
/** The event loop gets a turn after so many users. */
const usersPerTurn = 64

export interface TradeContext {
  readonly engine: Engine
  readonly trade: Trade
  readonly parameters: TradeParameters
  /** Exists and is empty. */
  readonly folder: string
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

/** One run: lives the users slice by slice and writes each slice before the next, so that memory stays bounded. */
export async function simulateTradeInto(context: TradeContext): Promise<TradeSummary> {
  const { parameters, trade, folder } = context
  const world = createTradeWorld(trade, parameters)
  const rows = new TradeRows(world)
  const types = tradeEventTypes(trade)
  const channels = trade.channels.map(({ name }) => name)
  const buffer = new EventBuffer({ eventTypes: types, items: [], categories: trade.categories, channels })
  const root = createRandom(`simulate/${parameters.trade}/${parameters.seed}`)
  const byType = types.map(() => 0)
  for (let from = 0, number = 0; from < parameters.users; from += usersPerSlice, number++) {
    const until = Math.min(parameters.users, from + usersPerSlice)
    await liveSlice({ context, world, buffer, rows, root }, from, until)
    await writeTables(context, { buffer, rows, from, until, number })
    for (const [type, count] of buffer.countByType().entries()) byType[type]! += count
    buffer.clear()
    rows.clear()
    const events = byType.reduce((sum, count) => sum + count, 0)
    context.emit?.({ name: 'simulate', message: 'users', done: until, total: parameters.users, rows: events })
  }
  const start = parseDay(parameters.start, 'start')
  const summary = {
    parameters,
    users: parameters.users,
    events: byType.reduce((sum, count) => sum + count, 0),
    eventsByType: Object.fromEntries(types.map((type, i) => [type, byType[i]!])),
    start,
    end: addDays(start, parameters.days),
    label: trade.label,
    cutoffs: rows.summary(),
  }
  await writeFile(join(folder, manifestName), jsonText(summary))
  return summary
}

/** What all users of a trade's log share. Cutoffs go back from the latest closed one; the last is the end of the log. */
export function createTradeWorld(trade: Trade, parameters: TradeParameters): TradeWorld {
  const logStart = dayNumber(parseDay(parameters.start, 'start'))
  const logEnd = logStart + parameters.days
  const { gapDays, horizonDays, everyDays } = trade.label
  const cutoffs: number[] = []
  const latest = logEnd - gapDays - horizonDays - (trade.contract?.graceDays ?? 0)
  for (let day = latest; day > logStart; day -= everyDays) cutoffs.unshift(day)
  cutoffs.push(logEnd)
  return {
    trade,
    logStart,
    logEnd,
    factors: tradeCalendar(trade, logStart, parameters.days + gapDays + horizonDays),
    youth: youthFactors(trade, trade.daysBeforeLog + parameters.days + gapDays + horizonDays),
    cutoffs,
    isTierDay: Array.from({ length: parameters.days }, (_, d) => dayFromNumber(logStart + d).endsWith('-01')),
  }
}

interface Making {
  readonly context: TradeContext
  readonly world: TradeWorld
  readonly buffer: EventBuffer
  readonly rows: TradeRows
  readonly root: Random
}

async function liveSlice(making: Making, from: number, until: number): Promise<void> {
  const { context, world, buffer, rows, root } = making
  const codes = new Map(tradeEventTypes(world.trade).map((type, code) => [type, code]))
  for (let index = from; index < until; index++) {
    if (index % usersPerTurn === 0) await breathe(context.signal)
    rows.add(liveTradeUser(world, root.child(`user/${index}`), { buffer, slot: index - from, codes }))
  }
}

async function writeTables(
  context: TradeContext,
  slice: { buffer: EventBuffer; rows: TradeRows; from: number; until: number; number: number },
): Promise<void> {
  const { trade } = context
  const ids = Array.from({ length: slice.until - slice.from }, (_, slot) => tradeUserId(trade, slice.from + slot))
  const tables = slice.rows.tables(ids)
  const write = async (
    kind: string,
    columns: readonly TableColumn[],
    sql: (table: string) => string,
  ): Promise<void> => {
    const table = `trade_${kind}`
    const path = join(context.folder, kind, `part-${String(slice.number).padStart(5, '0')}.parquet`)
    await context.engine.load(table, columns, { signal: context.signal })
    await context.engine.write(sql(table), path, { signal: context.signal })
    await context.engine.execute(`DROP TABLE ${table}`)
  }
  await write('events', slice.buffer.columns(ids), (table) => eventsSql(trade, table))
  await write('customers', tables.customers, (table) => `SELECT * FROM ${table} ORDER BY user_id, valid_from`)
  if (tables.subscriptions !== null) await write('subscriptions', tables.subscriptions, subscriptionsSql)
  await write('truth', tables.truth, truthSql)
}

/** The log in the trade's own words, in the order of time. */
function eventsSql(trade: Trade, table: string): string {
  const { user, time, type, amount, quantity, category, channel } = trade.columns
  const has = (of: 'money' | 'quantity'): boolean =>
    (of === 'money' && trade.contract !== null) ||
    [trade.visit, ...trade.actions, ...trade.asides].some((action) => action[of] !== undefined)
  return `SELECT channel_user AS ${user}, CAST(day AS TIMESTAMP) + second * INTERVAL '1' SECOND AS ${time}, event_type AS ${type},
  ${has('money') ? `CAST(amount_cents / 100 AS DECIMAL(12, 2)) AS ${amount}, ` : ''}${has('quantity') ? `CAST(quantity AS INTEGER) AS ${quantity}, ` : ''}category AS ${category}, channel AS ${channel}
FROM ${table} ORDER BY day, second, sequence`
}

const subscriptionsSql = (table: string): string =>
  `SELECT user_id, plan, start_day, end_day, CAST(price AS DECIMAL(12, 2)) AS price, end_reason FROM ${table} ORDER BY user_id, start_day`

const truthSql = (table: string): string =>
  `SELECT * REPLACE (CAST(label AS INTEGER) AS label) FROM ${table} ORDER BY user_id, cutoff`

const tradeUserId = (trade: Trade, index: number): string => `${trade.idPrefix}${String(index + 1).padStart(7, '0')}`
