import type { SavedCalibration } from '../onnx/calibrate.ts'
import { doubleSql, type SqlWords } from './sql-words.ts'

/** As in `../../calibrate/`. */
const scoreLimit = 1e-6
const orderShare = 1e-6

/** The calibrated probability of the column `score`, in the same steps as the map itself. */
export function calibrateSql(sql: SqlWords, score: string, map: SavedCalibration): string {
  if (map.calibrator === 'none') return score
  return map.calibrator === 'platt' ? plattSql(sql, score, map) : isotonicSql(sql, score, map)
}

/** 1 / (1 + exp(-value)), in the form that does not overflow. */
export function sigmoidSql(value: string): string {
  return `CASE WHEN ${value} >= 0e0 THEN 1e0 / (1e0 + exp(-(${value}))) ELSE exp(${value}) / (1e0 + exp(${value})) END`
}

function plattSql(
  sql: SqlWords,
  score: string,
  { slope, intercept }: Extract<SavedCalibration, { calibrator: 'platt' }>,
): string {
  const clipped = `least(greatest(${score}, ${doubleSql(sql, scoreLimit)}), ${doubleSql(sql, 1 - scoreLimit)})`
  const logit = `ln(${clipped} / (1e0 - ${clipped}))`
  return sigmoidSql(`(${doubleSql(sql, slope)} * ${logit} + ${doubleSql(sql, intercept)})`)
}

function isotonicSql(sql: SqlWords, score: string, map: Extract<SavedCalibration, { calibrator: 'isotonic' }>): string {
  const { scores, values, low, high } = map
  const number = (value: number): string => doubleSql(sql, value)
  const last = scores.length - 1
  /** Of scores in [scores[from], scores[to]): half of the pieces at a time. */
  const between = (from: number, to: number): string => {
    if (to - from === 1) {
      const [begin, length] = [scores[from]!, scores[to]! - scores[from]!]
      const rise = values[to]! - values[from]!
      if (rise === 0) return number(values[from]!)
      return `${number(values[from]!)} + (${score} - ${number(begin)}) / ${number(length)} * ${number(rise)}`
    }
    const middle = (from + to) >> 1
    return `CASE WHEN ${score} >= ${number(scores[middle]!)} THEN ${between(middle, to)} ELSE ${between(from, middle)} END`
  }
  const inside = last === 0 ? number(values[0]!) : between(0, last)
  const interpolated = `CASE WHEN ${score} >= ${number(scores[last]!)} THEN ${number(values[last]!)} WHEN ${score} <= ${number(scores[0]!)} THEN ${number(values[0]!)} ELSE ${inside} END`
  const order = `(${number(low)} + ${number(high - low)} * ${score})`
  return `${number(1 - orderShare)} * (${interpolated}) + ${number(orderShare)} * ${order}`
}
