import type { MeasureFeature } from '../definition.ts'
import { activeDaysOf, gapsOf } from './day-measures.ts'
import { countOf, extremeOf, firstOf, lastOf, lastValueOf, meanOf, sumOf } from './event-measures.ts'
import { distinctOf, edgeLevelOf, spreadOf } from './level-measures.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import type { Registers } from './registers.ts'
import { intervalsOf, sessionsOf } from './time-measures.ts'
import type { Evaluate } from './window-rows.ts'

/** Everything that a swept measure may say; one that says more is left to SQL, so that nothing is overlooked. */
const knownKeys = new Set([
  'kind',
  'name',
  'description',
  'family',
  'unit',
  'whenEmpty',
  'actionable',
  'measure',
  'of',
  'where',
  'lookbackDays',
  'offsetDays',
  'silentDays',
  'statistic',
  'inactivityMinutes',
])

const gapStatistics = new Set(['mean', 'sd', 'max', 'count', 'first', 'daysSinceReturn'])
const sessionStatistics = new Set(['count', 'totalMinutes', 'meanMinutes'])
const intervalStatistics = new Set(['mean', 'sd'])
const levelStatistics = new Set(['topShare', 'entropy', 'concentration'])

/** Why the sweep cannot measure this, or null. */
export function whyNotMeasured(feature: MeasureFeature): string | null {
  const other = Object.keys(feature).find((key) => !knownKeys.has(key))
  if (other !== undefined) return `measure with "${other}"`
  const { measure } = feature
  const isKnown =
    Object.hasOwn(makers, measure) &&
    (feature.measure !== 'gaps' || gapStatistics.has(feature.of)) &&
    (feature.measure !== 'sessions' || sessionStatistics.has(feature.of)) &&
    (feature.measure !== 'intervals' || intervalStatistics.has(feature.of)) &&
    (feature.measure !== 'levels' || levelStatistics.has(feature.statistic))
  return isKnown ? null : `measure ${measure}`
}

interface Making {
  readonly code: MeasureCode
  readonly program: SweepProgram
  readonly registers: Registers
}

type Of<M extends MeasureFeature['measure']> = Extract<MeasureFeature, { readonly measure: M }>

const makers: {
  readonly [M in MeasureFeature['measure']]?: (making: Making, feature: Of<M>) => Evaluate
} = {
  count: ({ code, registers }) => countOf(code, registers),
  sum: ({ code, registers }, { of }) => sumOf(code, of, registers),
  min: ({ code, registers }, { of }) => extremeOf(code, { of, sign: -1 }, registers),
  max: ({ code, registers }, { of }) => extremeOf(code, { of, sign: 1 }, registers),
  mean: ({ code, registers }, { of }) => meanOf(code, of, registers),
  lastValue: ({ code, registers }, { of }) => lastValueOf(code, of, registers),
  last: ({ code, registers }) => lastOf(code, registers),
  first: ({ code, registers }) => firstOf(code, registers),
  activeDays: ({ code, registers }) => activeDaysOf(code, registers),
  gaps: ({ code, registers }, feature) => gapsOf(code, feature, registers),
  sessions: ({ code, registers }, feature) => sessionsOf(code, feature, registers),
  intervals: ({ code, registers }, feature) => intervalsOf(code, feature, registers),
  distinct: (making, { of }) => distinctOf(making.code, of, making),
  lastLevel: ({ code, registers }, { of }) => edgeLevelOf(code, { of, isLast: true }, registers),
  firstLevel: ({ code, registers }, { of }) => edgeLevelOf(code, { of, isLast: false }, registers),
  levels: (making, { of, statistic }) => spreadOf(making.code, { of, statistic }, making),
}

/** The evaluator of a measure for which `whyNotMeasured` is null. */
export function makeMeasure(making: Making): Evaluate {
  const { feature } = making.code
  const make = makers[feature.measure] as (making: Making, feature: MeasureFeature) => Evaluate
  return make(making, feature)
}
