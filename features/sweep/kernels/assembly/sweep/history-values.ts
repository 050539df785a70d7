import { orMissing } from './or-missing'
import { meanOfSeconds, spreadOfDays, spreadOfSeconds } from './spread'

/*
 * Values of measures from the states that `history.ts` leaves by row; that of row r goes to into[r]. `statistic`: as
 * features/sweep/history-measures.ts numbers them. `cutoff`: day numbers by row.
 */

/** Of a tally: how many hits. */
export function hitValues(states: usize, rows: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) store<f64>(into + (r << 3), <f64>load<i32>(states + (r << 4)))
}

/** Of a tally: days from the first hit to the cutoff. `baseDay`: that of second 0. */
export function firstValues(states: usize, rows: i32, cutoff: usize, baseDay: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const state = states + (r << 4)
    const second = load<i32>(state, 4) ^ 0x7fffffff
    const days = load<i32>(cutoff + (r << 2)) - (baseDay + second / 86400)
    store<f64>(into + (r << 3), orMissing(<f64>days, load<i32>(state) > 0))
  }
}

/** Days to the cutoff from a moment, in units of so many from day to day; -1: none. */
export function sinceValues(states: usize, rows: i32, cutoff: usize, baseDay: i32, perDay: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const at = load<i32>(states + (r << 2))
    const days = load<i32>(cutoff + (r << 2)) - (baseDay + at / perDay)
    store<f64>(into + (r << 3), orMissing(<f64>days, at >= 0))
  }
}

/** Of intervals, in days: 0 their mean, 1 their spread. */
export function intervalValues(states: usize, rows: i32, statistic: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const state = states + (r << 4)
    const n = load<i32>(state) - 1
    const sum = load<i32>(state, 4)
    const value = statistic == 0 ? meanOfSeconds(n, sum) : spreadOfSeconds(n, load<u64>(state, 8), <u64>sum)
    store<f64>(into + (r << 3), value)
  }
}

/** 0 days with a hit; of the gaps between them: 1 how many, 2 mean, 3 spread, 4 first. */
export function dayValues(states: usize, rows: i32, statistic: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const state = states + r * 24
    const days = load<i32>(state)
    const gaps = max(0, days - 1)
    const sum = load<i32>(state, 4)
    let value: f64 = <f64>gaps
    if (statistic == 0) value = <f64>days
    else if (statistic == 2) value = orMissing(<f64>sum / <f64>gaps, gaps > 0)
    else if (statistic == 3) value = spreadOfDays(gaps, load<i64>(state, 8), <i64>sum)
    else if (statistic == 4) value = orMissing(<f64>load<i32>(state, 16), gaps > 0)
    store<f64>(into + (r << 3), value)
  }
}

/** Longest gaps. */
export function longestValues(states: usize, rows: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const longest = load<i32>(states + (r << 2))
    store<f64>(into + (r << 3), orMissing(<f64>longest, longest > 0))
  }
}

/** 0 the sum; 1 the sum, missing without hits; 2 the mean. `unit`: units of the event table in one of the source. */
export function sumValues(states: usize, rows: i32, unit: f64, statistic: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const state = states + (r << 4)
    const hits = load<i32>(state, 8)
    const by = statistic == 2 ? <f64>hits * unit : unit
    store<f64>(into + (r << 3), orMissing(load<f64>(state) / by, statistic == 0 || hits > 0))
  }
}

/** `empty` without hits. */
export function extremeValues(states: usize, rows: i32, sign: f64, unit: f64, empty: f64, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const best = load<f64>(states + (r << 3))
    store<f64>(into + (r << 3), best == -Infinity ? empty : (sign * best) / unit)
  }
}

/** Different levels. */
export function levelValues(states: usize, rows: i32, into: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++)
    store<f64>(into + (r << 3), <f64>(<i32>popcnt(load<u64>(states + (r << 3)))))
}
