import { typeTraits, weekdaySessions } from './shop.ts'

/** Day of the year on which the yearly wave peaks: 1 December. */
const peakDay = 335

/**
 * Factors of the daily session rate: `factors[type][d]` for day `firstDay + d` (days since 1970-01-01), the weekday and
 * the yearly wave of the user type together. 1 on average over a year.
 */
export function sessionCalendar(firstDay: number, days: number): Float64Array[] {
  return typeTraits.map(({ season }) =>
    Float64Array.from({ length: days }, (_, d) => {
      const day = firstDay + d
      const wave = 1 + season * Math.cos((2 * Math.PI * (day - peakDay)) / 365.25)
      return wave * weekdaySessions[weekday(day)]!
    }),
  )
}

/** 0 = Monday; 1970-01-01 was a Thursday. */
function weekday(day: number): number {
  return (day + 3) % 7
}
