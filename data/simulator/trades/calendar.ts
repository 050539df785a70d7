import type { Trade } from './trade.ts'

/** Factor of the visits on day `firstDay + d` (days since 1970-01-01): weekday and seasons together. */
export function tradeCalendar(trade: Trade, firstDay: number, days: number): Float64Array {
  return Float64Array.from({ length: days }, (_, d) => {
    const day = firstDay + d
    const ofYear = (day + 0.25) % 365.25
    const season = trade.seasons.reduce((product, { peakDay, widthDays, gain }) => {
      const apart = Math.abs(ofYear - peakDay)
      const distance = Math.min(apart, 365.25 - apart)
      if (distance >= widthDays) return product
      return product * (1 + gain * 0.5 * (1 + Math.cos((Math.PI * distance) / widthDays)))
    }, 1)
    // 1970-01-01 was a Thursday; 0 = Monday.
    return season * trade.weekdays[(day + 3) % 7]!
  })
}
