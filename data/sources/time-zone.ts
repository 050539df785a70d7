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
/** Shorter than any period between two changes on record since 1970 (Morocco's Ramadan: about 30 days). */
const stepMs = 7 * 86_400_000

/** True for the names that the runtime's time zone database knows, `UTC` among them. */
export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Reads the zone's changes out of the runtime's time zone database, once per extract. */
export function zoneTable(timeZone: string): ZoneTable {
  const offsetAt = offsetReader(timeZone)
  const transitions: Transition[] = []
  const firstOffsetMs = offsetAt(firstInstantMs)
  let offsetMs = firstOffsetMs
  for (let instantMs = firstInstantMs; instantMs < lastInstantMs; instantMs += stepMs) {
    const nextOffsetMs = offsetAt(instantMs + stepMs)
    if (nextOffsetMs === offsetMs) continue
    const changeMs = firstChange(offsetAt, instantMs, instantMs + stepMs)
    transitions.push({ instantMs: changeMs, offsetBeforeMs: offsetMs, offsetAfterMs: nextOffsetMs })
    offsetMs = nextOffsetMs
  }
  return { timeZone, firstOffsetMs, transitions }
}

/** First whole second in (startMs, endMs] whose offset differs from that at `startMs`. */
function firstChange(offsetAt: (instantMs: number) => number, startMs: number, endMs: number): number {
  const offsetMs = offsetAt(startMs)
  let low = startMs
  let high = endMs
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (offsetAt(middle) === offsetMs) low = middle
    else high = middle
  }
  return high
}

function offsetReader(timeZone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instantMs) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(instantMs)) parts[type] = Number(value)
    const { year, month, day, hour, minute, second } = parts
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - instantMs
  }
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
export function stepsFromWallClock({ firstOffsetMs, transitions }: ZoneTable): OffsetSteps {
  return {
    boundariesMs: transitions.map(
      ({ instantMs, offsetBeforeMs, offsetAfterMs }) => instantMs + Math.max(offsetBeforeMs, offsetAfterMs),
    ),
    offsetsMs: [firstOffsetMs, ...transitions.map(({ offsetAfterMs }) => offsetAfterMs)],
  }
}
