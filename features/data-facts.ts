import { addDays, parseDay, type Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { Engine } from '../engines/engine.ts'
import type { DataHas } from './catalog/context.ts'
import type { Levels } from './plan.ts'

/** What the catalogue and the plan must know of the extracted events. */
export interface DataFacts {
  readonly eventTypes: readonly string[]
  readonly levels: Levels
  readonly has: DataHas
  /** Day of the first event. */
  readonly dataStart: Day
  /** The day after the last event. */
  readonly dataEnd: Day
  /** Distinct delays, ascending. */
  readonly delaysDays: readonly number[]
}

/** What whoever made the events has counted of them already: distinct values in any order, of all events. */
export interface SeenFacts extends Pick<DataFacts, 'dataStart' | 'dataEnd'> {
  readonly eventTypes: readonly string[]
  readonly categories: readonly string[]
  readonly channels: readonly string[]
  readonly hasAmount: boolean
  readonly hasQuantity: boolean
  readonly delaysDays: readonly number[]
}

const maxLevels = 65_534

/** Reads the facts of a relation of events (see `data/event-table.ts`). Throws EbbError `data` when it is empty. */
export async function readDataFacts(engine: Engine, events: string, signal?: AbortSignal): Promise<DataFacts> {
  const { dialect } = engine
  const list = async (column: string): Promise<string[]> => {
    const sql = `SELECT DISTINCT e.${column} AS v FROM ${events} AS e WHERE e.${column} IS NOT NULL`
    const rows = await engine.rows(sql, { limit: maxLevels, signal })
    return rows.map((row) => String(row['v'])).sort(byCodePoint)
  }
  const midnight = dialect.cast('e.event_day', 'timestamp')
  const [facts] = await engine.rows(
    `SELECT MIN(e.event_day) AS first_day, MAX(e.event_day) AS last_day,
  COUNT(e.amount_cents) AS amounts, COUNT(e.quantity_milli) AS quantities,
  COUNT(*) FILTER (WHERE e.event_time <> ${midnight}) AS timed
FROM ${events} AS e`,
    { signal },
  )
  if (facts === undefined || facts['first_day'] === null)
    throw new EbbError({ code: 'NO_EVENTS', kind: 'data', where: 'sources', what: 'there is no event' })
  const delays = await engine.rows(`SELECT DISTINCT e.delay_days AS d FROM ${events} AS e ORDER BY d`, { signal })
  return {
    eventTypes: await list('event_type'),
    levels: { category: await list('category'), channel: await list('channel') },
    has: {
      amount: Number(facts['amounts']) > 0,
      quantity: Number(facts['quantities']) > 0,
      timeOfDay: Number(facts['timed']) > 0,
    },
    dataStart: parseDay(String(facts['first_day']), 'first event'),
    dataEnd: addDays(parseDay(String(facts['last_day']), 'last event'), 1),
    delaysDays: delays.map((row) => Number(row['d'])),
  }
}

/** The same facts without a look at all events once more: the engine is asked for one with a time of day alone. */
export async function completeDataFacts(
  engine: Engine,
  events: string,
  seen: SeenFacts,
  signal?: AbortSignal,
): Promise<DataFacts> {
  const midnight = engine.dialect.cast('e.event_day', 'timestamp')
  const timed = await engine.rows(`SELECT 1 AS one FROM ${events} AS e WHERE e.event_time <> ${midnight} LIMIT 1`, {
    signal,
  })
  const { eventTypes, categories, channels, hasAmount, hasQuantity, delaysDays, dataStart, dataEnd } = seen
  return {
    eventTypes: eventTypes.toSorted(byCodePoint),
    levels: { category: categories.toSorted(byCodePoint), channel: channels.toSorted(byCodePoint) },
    has: { amount: hasAmount, quantity: hasQuantity, timeOfDay: timed.length > 0 },
    dataStart,
    dataEnd,
    delaysDays: [...new Set(delaysDays)].sort((a, b) => a - b),
  }
}

/** Ascending by code point, as the engines compare text. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
