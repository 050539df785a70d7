import { z } from 'zod'
import { addDays, daysBetween, parseDay, type Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'

const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a calendar day YYYY-MM-DD')

/** The config's `cutoffs:` section: a schedule, or a list of days. */
export const cutoffsSchema = z.union([
  z.strictObject({
    every: z
      .string()
      .regex(/^[1-9]\d{0,3}[dw]$/, 'expected days or weeks such as 14d or 2w')
      .default('14d')
      .describe('Distance of the cutoffs'),
    from: dayText
      .optional()
      .describe(
        'First cutoff, from which the others are counted; default: they are counted back from the last, as far as one lookback after the first event, and so move with the data',
      ),
    to: z
      .union([z.literal('latest'), dayText])
      .default('latest')
      .describe('Last cutoff; latest = the latest closed one'),
  }),
  z.array(dayText).min(1).describe('The cutoffs themselves'),
])
export type CutoffsConfig = z.output<typeof cutoffsSchema>

export interface CutoffTimes {
  readonly horizonDays: number
  readonly gapDays: number
  /** Largest source delay (a window is complete only when its last events have arrived), plus what a label needs to be known. */
  readonly maxDelayDays: number
  /** Day of the first event. */
  readonly dataStart: Day
  /** First day that is not complete (exclusive). */
  readonly dataEnd: Day
  /** Used where the schedule has no `from`: the first cutoff is dataStart plus this. */
  readonly defaultLookbackDays: number
}

export interface ResolvedCutoffs {
  /** Ascending, distinct, all closed; at least one. */
  readonly cutoffs: readonly Day[]
  readonly dropped: readonly { readonly cutoff: Day; readonly reason: string }[]
}

/** The latest cutoff with cutoff + gap + horizon + delay <= dataEnd; null when there is none after dataStart. */
export function latestClosedCutoff(times: CutoffTimes): Day | null {
  const days = times.gapDays + times.horizonDays + times.maxDelayDays
  return daysBetween(times.dataStart, times.dataEnd) - days < 1 ? null : addDays(times.dataEnd, -days)
}

/**
 * The cutoffs of a schedule or list that are closed (cutoff + gap + horizon + delay <= dataEnd) and have history
 * (an event before them); the others are dropped with the reason. Throws EbbError: no closed cutoff (`data`), a cutoff
 * after dataEnd (`data`), `to` before `from` (`config`).
 */
export function resolveCutoffs(config: CutoffsConfig, times: CutoffTimes): ResolvedCutoffs {
  const latest = latestClosedCutoff(times)
  if (latest === null) throw horizonTooLong(times)
  const asked = Array.isArray(config) ? list(config) : schedule(config, times, latest)
  const future = asked.find((cutoff) => cutoff > times.dataEnd)
  if (future !== undefined) throw cutoffInFuture(future, times)
  const dropped = asked.flatMap((cutoff) => {
    const reason = whyDropped(cutoff, latest, times)
    return reason === null ? [] : [{ cutoff, reason }]
  })
  const cutoffs = asked.filter((cutoff) => whyDropped(cutoff, latest, times) === null)
  if (cutoffs.length === 0) throw noClosedCutoff(asked, latest, times)
  return { cutoffs, dropped }
}

function whyDropped(cutoff: Day, latest: Day, times: CutoffTimes): string | null {
  if (cutoff > latest) return `prediction window not closed by ${times.dataEnd}`
  return cutoff <= times.dataStart ? 'no event before it' : null
}

function list(days: readonly string[]): Day[] {
  return [...new Set(days)].sort().map((day) => parseDay(day, 'cutoffs'))
}

type Schedule = Extract<CutoffsConfig, { every: string }>

function schedule(config: Schedule, times: CutoffTimes, latest: Day): Day[] {
  const step = Number(config.every.slice(0, -1)) * (config.every.endsWith('w') ? 7 : 1)
  const to = config.to === 'latest' ? latest : parseDay(config.to, 'cutoffs.to')
  const from = config.from === undefined ? defaultFrom(times, to) : parseDay(config.from, 'cutoffs.from')
  if (to > times.dataEnd) throw cutoffInFuture(to, times)
  if (from > to) throw emptySchedule(config, from, to)
  const count = Math.floor(daysBetween(from, to) / step) + 1
  // Without `from`, the schedule ends exactly on `to`; with it, it starts exactly on `from`.
  const first = config.from === undefined ? addDays(to, -(count - 1) * step) : from
  return Array.from({ length: count }, (_, i) => addDays(first, i * step))
}

function defaultFrom(times: CutoffTimes, to: Day): Day {
  const wanted = addDays(times.dataStart, Math.max(1, times.defaultLookbackDays))
  return wanted > to ? to : wanted
}

function horizonTooLong(times: CutoffTimes): EbbError {
  const needed = times.gapDays + times.horizonDays + times.maxDelayDays + 1
  return new EbbError({
    code: 'HORIZON_TOO_LONG',
    kind: 'data',
    where: 'churn.horizonDays',
    what: 'no cutoff can be closed: the horizon is longer than the data',
    expected: `at least ${needed} days of data (1 before the cutoff, gap ${times.gapDays}, horizon ${times.horizonDays}, source delay ${times.maxDelayDays})`,
    received: `${daysBetween(times.dataStart, times.dataEnd)} days, ${times.dataStart} to ${times.dataEnd}`,
  })
}

function cutoffInFuture(cutoff: Day, times: CutoffTimes): EbbError {
  return new EbbError({
    code: 'CUTOFF_IN_FUTURE',
    kind: 'data',
    where: 'cutoffs',
    what: 'a cutoff lies after the end of the data',
    expected: `at most ${times.dataEnd}`,
    received: cutoff,
  })
}

function emptySchedule(config: Schedule, from: Day, to: Day): EbbError {
  const isLatest = config.to === 'latest'
  return new EbbError({
    code: 'CUTOFFS_EMPTY',
    kind: isLatest ? 'data' : 'config',
    where: 'cutoffs.from',
    what: isLatest ? 'lies after the latest closed cutoff' : 'lies after cutoffs.to',
    expected: `at most ${to}`,
    received: from,
  })
}

function noClosedCutoff(asked: readonly Day[], latest: Day, times: CutoffTimes): EbbError {
  return new EbbError({
    code: 'NO_CLOSED_CUTOFF',
    kind: 'data',
    where: 'cutoffs',
    what: 'none of the cutoffs has both history and a closed prediction window',
    expected: `between ${addDays(times.dataStart, 1)} and ${latest}`,
    received: asked.join(', '),
  })
}
