/** The moment when a zone's clocks change: from `instantMs` (UTC, whole seconds) on, local = UTC + offsetAfterMs. */
export interface Transition {
  readonly instantMs: number
  readonly offsetBeforeMs: number
  readonly offsetAfterMs: number
}

/** All changes of a zone over the days that Ebb knows, 1970-01-01 to 2149-06-06, ascending; empty for a fixed zone. */
export interface ZoneTable {
  readonly timeZone: string
  readonly firstOffsetMs: number
  readonly transitions: readonly Transition[]
}

const firstInstantMs = Date.UTC(1969, 11, 30)
const lastInstantMs = Date.UTC(2149, 5, 8)
/** Shorter than any period between two changes on record since 1970 (summer time without Ramadan: about 30 days). */
const stepMs = 14 * 86_400_000
const quarterHourMs = 900_000

/** True for the names that the runtime's time zone database knows, `UTC` among them. */
export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const known = new Map<string, ZoneTable>()

/** The zone's changes by the runtime's time zone database; found once per process. */
export function zoneTable(timeZone: string): ZoneTable {
  const table = known.get(timeZone) ?? findChanges(timeZone)
  known.set(timeZone, table)
  return table
}

function findChanges(timeZone: string): ZoneTable {
  const offsetAt = offsetReader(timeZone)
  const transitions: Transition[] = []
  const firstOffsetMs = offsetAt(firstInstantMs)
  let offsetMs = firstOffsetMs
  for (let startMs = firstInstantMs; startMs < lastInstantMs; startMs += stepMs) {
    const nextOffsetMs = offsetAt(startMs + stepMs)
    if (nextOffsetMs === offsetMs) continue
    const instantMs = firstChange(offsetAt, startMs, startMs + stepMs)
    transitions.push({ instantMs, offsetBeforeMs: offsetMs, offsetAfterMs: nextOffsetMs })
    offsetMs = nextOffsetMs
  }
  return { timeZone, firstOffsetMs, transitions }
}

/** First whole second in (startMs, endMs] whose offset differs from that at `startMs`; nearly always a quarter hour. */
function firstChange(offsetAt: (instantMs: number) => number, startMs: number, endMs: number): number {
  const offsetMs = offsetAt(startMs)
  const [, quarterMs] = bisect(offsetAt, [startMs, endMs], quarterHourMs)
  const isQuarter = offsetAt(quarterMs - 1000) === offsetMs
  return isQuarter ? quarterMs : bisect(offsetAt, [quarterMs - quarterHourMs, quarterMs], 1000)[1]
}

/** Narrows an interval with a change inside to the grid, keeping the change in (low, high]. */
function bisect(
  offsetAt: (instantMs: number) => number,
  [startMs, endMs]: readonly [number, number],
  gridMs: number,
): [number, number] {
  const offsetMs = offsetAt(startMs)
  let low = startMs
  let high = endMs
  while (high - low > gridMs) {
    const middle = low + Math.floor((high - low) / (2 * gridMs)) * gridMs
    if (offsetAt(middle) === offsetMs) low = middle
    else high = middle
  }
  return [low, high]
}

/** The Swedish way of writing is ISO: `2026-01-31 12:00:00`. */
function offsetReader(timeZone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (instantMs) => Date.parse(`${format.format(instantMs).replace(' ', 'T')}Z`) - instantMs
}

/** Where the offset changes on one axis: `offsetsMs[k]` holds in [boundariesMs[k - 1], boundariesMs[k]). */
export interface OffsetSteps {
  readonly boundariesMs: readonly number[]
  readonly offsetsMs: readonly number[]
}

/** UTC -> local: every instant has exactly one wall-clock time. */
export function stepsFromInstant({ firstOffsetMs, transitions }: ZoneTable): OffsetSteps {
  return {
    boundariesMs: transitions.map(({ instantMs }) => instantMs),
    offsetsMs: [firstOffsetMs, ...transitions.map(({ offsetAfterMs }) => offsetAfterMs)],
  }
}

/**
 * Local -> UTC, by the rule of RFC 5545 ("compatible" elsewhere): a wall-clock time that comes twice is the first of
 * the two; one that is skipped is read with the offset from before the change, so it lands as much later as the clocks
 * jumped (02:30 becomes 03:30).
 */
export function stepsToUtc({ firstOffsetMs, transitions }: ZoneTable): OffsetSteps {
  return {
    boundariesMs: transitions.map(
      ({ instantMs, offsetBeforeMs, offsetAfterMs }) => instantMs + Math.max(offsetBeforeMs, offsetAfterMs),
    ),
    offsetsMs: [firstOffsetMs, ...transitions.map(({ offsetAfterMs }) => offsetAfterMs)],
  }
}

/** What to add to a wall-clock time of `from` to get that of `to`: by way of UTC, in one step. */
export function stepsBetween(from: ZoneTable, to: ZoneTable): OffsetSteps {
  const utc = stepsToUtc(from)
  const local = stepsFromInstant(to)
  const shift = (ms: number): number => {
    const utcMs = ms - offsetAt(utc, ms)
    return offsetAt(local, utcMs) - offsetAt(utc, ms)
  }
  const offsets = [...new Set(utc.offsetsMs)]
  const candidates = [...utc.boundariesMs, ...local.boundariesMs.flatMap((ms) => offsets.map((offset) => ms + offset))]
  const boundariesMs: number[] = []
  const offsetsMs = [shift(Math.min(firstInstantMs, ...candidates) - 1)]
  for (const ms of [...new Set(candidates)].sort((a, b) => a - b)) {
    if (shift(ms) === offsetsMs.at(-1)) continue
    boundariesMs.push(ms)
    offsetsMs.push(shift(ms))
  }
  return { boundariesMs, offsetsMs }
}

/** The offset that holds at a moment of the steps' axis. */
export function offsetAt({ boundariesMs, offsetsMs }: OffsetSteps, ms: number): number {
  let low = 0
  let high = boundariesMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (boundariesMs[middle]! <= ms) low = middle + 1
    else high = middle
  }
  return offsetsMs[low]!
}
