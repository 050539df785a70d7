import { evaluateCondition } from '../../core/evaluate-condition.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import type {
  AsOfFeature,
  DerivedFeature,
  Feature,
  MeasureFeature,
  PastLabelFeature,
  RowSqlFeature,
  Window,
} from '../../features/definition.ts'
import { eventScope } from '../../features/event-columns.ts'
import { isKnown, judge } from './label-oracle.ts'
import { evaluateRowSql } from './row-sql-oracle.ts'
import { dayMs, type TestAttribute, type TestEvent, type World } from './world.ts'

/*
 * The slow, obvious second formulation of every feature: plain arrays, one user and one cutoff at a time, in
 * milliseconds of wall-clock time. It shares nothing with the compiler but the declarations.
 */

export interface At {
  readonly world: World
  readonly user: number
  /** Midnight of the cutoff. */
  readonly cutoff: number
  readonly features: ReadonlyMap<string, Feature>
  /** For earlier labels. */
  readonly churn?: ChurnConfig
  /** The largest delay of a source. */
  readonly maxDelay?: number
}

type Value = number | string | null

export function oracle(feature: Feature, where: At): Value {
  if (feature.kind === 'measure') return measured(feature, where)
  if (feature.kind === 'asOf') return asOf(feature, where)
  if (feature.kind === 'derived') return derived(feature, where)
  if (feature.kind === 'rowSql') return ownExpression(feature, where)
  if (feature.kind === 'pastLabel') return pastLabel(feature, where)
  throw new Error('fitted features are not in the query')
}

/** Events that the cutoff sees, oldest first. */
export function visibleEvents({ world, user, cutoff }: Pick<At, 'world' | 'user' | 'cutoff'>): TestEvent[] {
  return world.events.filter((event) => event.user === user && isKnown(event, cutoff)).sort((a, b) => a.at - b.at)
}

const dayOf = (ms: number): number => Math.floor(ms / dayMs)
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Events of the window that the cutoff sees. */
function windowOf(feature: Window, where: At): TestEvent[] {
  return visibleEvents(where).filter((event) => {
    if (feature.lookbackDays === 'lifetime') return true
    const end = where.cutoff - (event.delay + feature.offsetDays) * dayMs
    return event.at >= end - feature.lookbackDays * dayMs && event.at < end
  })
}

function ownExpression(feature: RowSqlFeature, where: At): Value {
  const names = Object.keys(eventScope)
  const rows = windowOf(feature, where).map((event) => ({
    ...Object.fromEntries(names.map((name) => [name, column(event, name)])),
    days_ago: dayOf(where.cutoff) - dayOf(event.at),
  }))
  const value = rows.length === 0 ? null : evaluateRowSql(feature.expression, rows)
  return value === null ? (feature.whenEmpty === 'zero' ? 0 : null) : (value as number)
}

function rowsOf(feature: MeasureFeature, where: At): TestEvent[] {
  return windowOf(feature, where).filter(
    (event) => feature.where === undefined || evaluateCondition(feature.where, (name) => column(event, name)),
  )
}

function column(event: TestEvent, name: string): Value {
  const date = new Date(event.at)
  const columns: Record<string, Value> = {
    event_type: event.type,
    amount: event.amountCents === null ? null : event.amountCents / 100,
    quantity: event.quantityMilli === null ? null : event.quantityMilli / 1000,
    category: event.category,
    channel: event.channel,
    source: `s${event.delay}`,
    hour: date.getUTCHours(),
    weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
  }
  return columns[name] ?? null
}

function measured(feature: MeasureFeature, where: At): Value {
  const rows = rowsOf(feature, where)
  const cutoffDay = dayOf(where.cutoff)
  const days = distinct(rows.map((event) => dayOf(event.at))).sort((a, b) => a - b)
  switch (feature.measure) {
    case 'count':
      return rows.length
    case 'activeDays':
      return days.length
    case 'last':
      return days.length === 0 ? null : cutoffDay - days.at(-1)!
    case 'first':
      return days.length === 0 ? null : cutoffDay - days[0]!
    case 'intervals':
      return intervals(feature, rows)
    case 'sessions':
      return sessions(feature, rows)
    case 'lastValue': {
      const known = rows.flatMap((event) => {
        const value = feature.of === 'amount' ? event.amountCents : event.quantityMilli
        return value === null ? [] : [{ at: event.at, value: value / (feature.of === 'amount' ? 100 : 1000) }]
      })
      const atLast = known.filter((one) => one.at === known.at(-1)!.at)
      return atLast.length === 0 ? null : Math.max(...atLast.map(({ value }) => value))
    }
    case 'sum':
    case 'mean':
    case 'min':
    case 'max': {
      const values = rows
        .map((event) => (feature.of === 'amount' ? event.amountCents : event.quantityMilli))
        .filter((value) => value !== null)
      const unit = feature.of === 'amount' ? 100 : 1000
      if (feature.measure === 'sum') return sum(values) / unit
      if (values.length === 0) return null
      if (feature.measure === 'mean') return sum(values) / unit / values.length
      return (feature.measure === 'min' ? Math.min(...values) : Math.max(...values)) / unit
    }
    case 'distinct':
      return distinct(rows.map((event) => event[feature.of]).filter((level) => level !== null)).length
    case 'lastLevel':
    case 'firstLevel': {
      const with_ = rows.filter((event) => event[feature.of] !== null)
      if (with_.length === 0) return null
      const isLast = feature.measure === 'lastLevel'
      const moment = isLast ? with_.at(-1)!.at : with_[0]!.at
      const levels = with_.filter((event) => event.at === moment).map((event) => event[feature.of]!)
      return levels.sort().at(isLast ? -1 : 0)!
    }
    case 'gaps':
      return gaps(feature, days, cutoffDay)
    case 'levels':
      return spread(feature, rows)
  }
}

function gaps(feature: MeasureFeature & { measure: 'gaps' }, days: readonly number[], cutoffDay: number): Value {
  const all = days.slice(1).map((day, i) => ({ end: day, length: day - days[i]! }))
  const lengths = all.map((gap) => gap.length)
  const mean = sum(lengths) / lengths.length
  if (feature.of === 'count') return all.length
  if (feature.of === 'mean') return all.length === 0 ? null : mean
  if (feature.of === 'max') return all.length === 0 ? null : Math.max(...lengths)
  if (feature.of === 'sd')
    return all.length < 2 ? null : Math.sqrt(sum(lengths.map((length) => (length - mean) ** 2)) / (lengths.length - 1))
  if (feature.of === 'first') return lengths[0] ?? null
  const back = all.filter((gap) => gap.length > feature.silentDays!)
  return back.length === 0 ? null : cutoffDay - back.at(-1)!.end
}

/** Walks the events one by one and opens a session after every long pause. */
function intervals(feature: MeasureFeature & { measure: 'intervals' }, rows: readonly TestEvent[]): Value {
  const seconds = rows.map((event) => Math.floor(event.at / 1000))
  const days = seconds.slice(1).map((second, i) => (second - seconds[i]!) / 86_400)
  const mean = sum(days) / days.length
  if (feature.of === 'mean') return days.length === 0 ? null : mean
  return days.length < 2 ? null : Math.sqrt(sum(days.map((one) => (one - mean) ** 2)) / (days.length - 1))
}

function sessions(feature: MeasureFeature & { measure: 'sessions' }, rows: readonly TestEvent[]): Value {
  const found: { from: number; to: number }[] = []
  for (const { at } of rows) {
    const open = found.at(-1)
    if (open !== undefined && at - open.to <= feature.inactivityMinutes * 60_000) open.to = at
    else found.push({ from: at, to: at })
  }
  const minutes = sum(found.map(({ from, to }) => (to - from) / 60_000))
  if (feature.of === 'count') return found.length
  if (feature.of === 'totalMinutes') return minutes
  return found.length === 0 ? null : minutes / found.length
}

/** Judges the user at every earlier cutoff, from what was visible at the cutoff alone. */
function pastLabel(feature: PastLabelFeature, where: At): Value {
  const { world, user, cutoff } = where
  const churn = { ...where.churn!, ...feature.of }
  const maxDelay = where.maxDelay!
  const known = { ...world, events: visibleEvents(where) }
  const labels: number[] = []
  for (let k = 0; k < feature.windows; k++) {
    const days = churn.gapDays + churn.horizonDays + maxDelay + k * churn.horizonDays
    const judged = judge({ world: known, churn, maxDelay, dataEnd: cutoff }, user, cutoff - days * dayMs)
    if (judged.status === 'example') labels.push(judged.label!)
  }
  if (feature.read === 'windows') return labels.length
  return feature.read === 'churns' ? sum(labels) : (labels[0] ?? null)
}

function spread(feature: MeasureFeature & { measure: 'levels' }, rows: readonly TestEvent[]): Value {
  const levels = rows.map((event) => event[feature.of]).filter((level) => level !== null)
  if (levels.length === 0) return null
  const shares = distinct(levels).map((level) => levels.filter((other) => other === level).length / levels.length)
  if (feature.statistic === 'topShare') return Math.max(...shares)
  if (feature.statistic === 'concentration') return sum(shares.map((share) => share ** 2))
  return -sum(shares.map((share) => share * Math.log(share)))
}

function asOf(feature: AsOfFeature, { world, user, cutoff }: At): Value {
  const order = (row: TestAttribute): number => (row.validFrom === null ? -Infinity : Date.parse(row.validFrom))
  const value = (row: TestAttribute): Value => row[feature.attribute as 'tier' | 'age' | 'registered']
  const mine = world.attributes.filter((row) => row.user === user)
  // Of several rows of one day the greatest counts: columns in the order of the table, empty last.
  const greatest = (a: TestAttribute, b: TestAttribute): number => {
    for (const name of ['tier', 'age', 'registered'] as const) {
      if (a[name] === b[name]) continue
      if (a[name] === null) return 1
      if (b[name] === null) return -1
      return a[name]! > b[name]! ? -1 : 1
    }
    return 0
  }
  const rows = distinct(mine.map(order))
    .sort((a, b) => a - b)
    .map((moment) => mine.filter((row) => order(row) === moment).sort(greatest)[0]!)
    .filter((row) => order(row) < cutoff)
  const changes = rows.flatMap((row, i) =>
    i > 0 && value(row) !== value(rows[i - 1]!) ? [{ at: order(row), from: value(rows[i - 1]!) }] : [],
  )
  if (feature.read === 'changes')
    return changes.filter((change) => change.at >= cutoff - (feature.lookbackDays as number) * dayMs).length
  if (feature.read === 'previous') return changes.at(-1)?.from ?? null
  if (feature.read === 'daysSinceChange') return changes.length === 0 ? null : (cutoff - changes.at(-1)!.at) / dayMs
  const last = rows.at(-1)
  if (last === undefined || value(last) === null) return null
  return feature.read === 'value' ? value(last) : (cutoff - Date.parse(value(last) as string)) / dayMs
}

function derived(feature: DerivedFeature, where: At): Value {
  const inputs = feature.from.map((name) => oracle(where.features.get(name)!, where))
  if (feature.formula === 'largest') {
    const known = inputs.filter((value) => value !== null) as number[]
    return known.length === 0 ? null : Math.max(...known)
  }
  if (inputs.includes(null)) return null
  const values = inputs as number[]
  const [a, b] = values as [number, number]
  const over = (top: number, bottom: number): number | null => (bottom === 0 ? null : top / bottom)
  const limit = feature.limit ?? 0
  switch (feature.formula) {
    case 'ratio':
      return over(a, b)
    case 'difference':
      return a - b
    case 'product':
      return a * b
    case 'share':
      return over(a, a + b)
    case 'decay':
      return over(a + 1, b + 1)
    case 'fade':
      return a / (b / limit + 1)
    case 'rate':
      return over(a, Math.min(b, limit))
    case 'below':
      return a < limit ? 1 : 0
    case 'countPositive':
      return values.filter((value) => value > 0).length
    case 'sum':
      return sum(values)
    case 'concentration':
      return sum(values) === 0 ? null : sum(values.map((value) => (value / sum(values)) ** 2))
    case 'shift': {
      const [now, then] = [values.slice(0, values.length / 2), values.slice(values.length / 2)]
      if (sum(now) === 0 || sum(then) === 0) return null
      return sum(now.map((value, i) => Math.abs(value / sum(now) - then[i]! / sum(then)))) / 2
    }
    case 'slope': {
      const centre = (values.length - 1) / 2
      const mean = sum(values) / values.length
      const spread = sum(values.map((_, x) => (x - centre) ** 2))
      return sum(values.map((value, x) => (x - centre) * (value - mean))) / spread
    }
  }
}
