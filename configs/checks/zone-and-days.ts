import { parseDay } from '../../core/day.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

/** The time zone exists, and every day is a day of the calendar. */
export function zoneAndDays(config: SoundSections): Finding[] {
  const findings: Finding[] = []
  const { timeZone } = config
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const meant = didYouMean(timeZone, Intl.supportedValuesOf('timeZone'))
    const hint = meant === null ? undefined : `did you mean "${meant}"?`
    const received = JSON.stringify(timeZone)
    const expected = 'an IANA name such as Europe/Berlin'
    findings.push({ code: 'CONFIG_TIME_ZONE', path: ['timeZone'], what: 'unknown time zone', expected, received, hint })
  }
  for (const [path, day] of daysOf(config))
    if (!isCalendarDay(day))
      findings.push({
        code: 'DAY_INVALID',
        path,
        what: 'not a day of the calendar',
        expected: 'YYYY-MM-DD between 1970-01-01 and 2149-06-06',
        received: JSON.stringify(day),
      })
  return findings
}

function daysOf({ dataEnd, cutoffs, split }: SoundSections): (readonly [readonly PropertyKey[], string])[] {
  const days: (readonly [readonly PropertyKey[], string])[] = []
  const add = (path: readonly PropertyKey[], value: unknown): void => {
    if (typeof value === 'string' && /^\d/.test(value)) days.push([path, value])
    else if (Array.isArray(value)) value.forEach((item, i) => add([...path, i], item))
  }
  add(['dataEnd'], dataEnd)
  if (Array.isArray(cutoffs)) add(['cutoffs'], cutoffs)
  else if (cutoffs !== undefined) for (const key of ['from', 'to'] as const) add(['cutoffs', key], cutoffs[key])
  for (const part of ['train', 'calibrate', 'select', 'test'] as const) add(['split', part], split?.[part])
  return days
}

/** True for a day that `parseDay` takes. */
export function isCalendarDay(text: string): boolean {
  try {
    return parseDay(text) === text
  } catch {
    return false
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
