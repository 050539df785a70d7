import { EbbError } from './errors.ts'

declare const brand: unique symbol

/** A calendar day `YYYY-MM-DD` of the config's time zone, 1970-01-01 to 2149-06-06. All windows are half-open: [start, end). */
export type Day = string & { readonly [brand]: 'Day' }

const millisecondsPerDay = 86_400_000
/** Day numbers are kept as Uint16: 65,535 is 2149-06-06. */
const lastDayNumber = 65_535

/** The only way to make a Day. Throws an EbbError of kind `config` that names `where`. */
export function parseDay(text: string, where = 'day'): Day {
  const number = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / millisecondsPerDay : Number.NaN
  const isCalendarDay = Number.isInteger(number) && new Date(number * millisecondsPerDay).toISOString().startsWith(text)
  if (!isCalendarDay || number < 0 || number > lastDayNumber)
    throw new EbbError({
      code: 'DAY_INVALID',
      kind: 'config',
      where,
      what: 'not a calendar day',
      expected: 'YYYY-MM-DD between 1970-01-01 and 2149-06-06',
      received: JSON.stringify(text),
    })
  return text as Day
}

/** Days since 1970-01-01. */
export function dayNumber(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) / millisecondsPerDay
}

/** The day `number` days after 1970-01-01. */
export function dayFromNumber(number: number, where = 'day number'): Day {
  if (!Number.isInteger(number) || number < 0 || number > lastDayNumber)
    throw new EbbError({
      code: 'DAY_INVALID',
      kind: 'config',
      where,
      what: 'not a day number',
      expected: `0 to ${lastDayNumber}`,
      received: String(number),
    })
  return new Date(number * millisecondsPerDay).toISOString().slice(0, 10) as Day
}

/** `day` plus `days` (may be negative). */
export function addDays(day: Day, days: number): Day {
  return dayFromNumber(dayNumber(day) + days, `${day} ${days < 0 ? '-' : '+'} ${Math.abs(days)} days`)
}

/** Whole days from `start` to `end`; negative when `end` is earlier. */
export function daysBetween(start: Day, end: Day): number {
  return dayNumber(end) - dayNumber(start)
}
