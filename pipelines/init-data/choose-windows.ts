import type { DefinitionLab } from '../../core/definition-lab.ts'
import { daysBetween, type Day } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import type { Assumption } from '../../data/propose-mapping.ts'
import { planSplit, splitSchema } from '../../evaluation/split.ts'
import { resolveCutoffs } from '../../features/cutoffs.ts'

export interface ChosenWindows {
  readonly silenceDays: number
  /** One sentence for the config. */
  readonly silenceReason: string
  readonly horizonDays: number
  readonly every: string
  readonly lookbackDays: readonly number[]
  readonly splitMode: 'cutoffs' | 'user_folds'
  readonly assumptions: readonly Assumption[]
}

/** Below this there is no earlier and later to speak of. */
const leastSpanDays = 30
const horizons = [7, 14, 30, 60, 90, 180] as const

/**
 * The usual length into which nine in ten returns fall, so that most who stay are seen to stay; at most a fifth of the log, which
 * has to hold a lookback, train and test besides.
 */
export function horizonFor(usualReturnDays: number | null, spanDays: number): number {
  const fitting = horizons.filter((days) => days <= spanDays / 5)
  const wanted = fitting.find((days) => usualReturnDays !== null && days >= usualReturnDays)
  return wanted ?? fitting.at(-1) ?? Math.max(1, Math.floor(spanDays / 5))
}

/** Silence from the lab, a horizon, cutoffs and lookbacks with which train and test find room. Throws `data` where they cannot. */
export function chooseWindows(input: {
  readonly lab: DefinitionLab
  readonly dataStart: Day
  readonly dataEnd: Day
}): ChosenWindows {
  const { lab, dataStart, dataEnd } = input
  const spanDays = daysBetween(dataStart, dataEnd)
  if (spanDays < leastSpanDays) throw tooShort(lab, spanDays)
  const silence = silenceOf(lab, spanDays)
  for (const horizonDays of [lab.horizonDays, ...horizons.filter((days) => days < lab.horizonDays).toReversed()]) {
    const lookbackDays = lookbacksFor(horizonDays, spanDays)
    for (const every of stepsFor(horizonDays)) {
      const times = {
        horizonDays,
        gapDays: 0,
        maxDelayDays: 0,
        dataStart,
        dataEnd,
        defaultLookbackDays: lookbackDays.at(-1)!,
        graceDays: 0,
      }
      const splitMode = fits(times, every)
      if (splitMode === null) continue
      return {
        ...silence,
        horizonDays,
        every,
        lookbackDays,
        splitMode,
        assumptions: [
          { what: 'silence', value: `${silence.silenceDays} days`, sure: silence.sure, because: silence.because },
          {
            what: 'horizon',
            value: `${horizonDays} days`,
            sure: 'likely',
            because:
              lab.usualReturnDays === null
                ? 'what the log has room for'
                : `nine in ten returns come within ${lab.usualReturnDays} days; the log has ${spanDays}`,
          },
          {
            what: 'cutoffs',
            value: `every ${every}`,
            sure: 'likely',
            because:
              splitMode === 'cutoffs'
                ? 'train, calibrate, select and test one after the other'
                : 'no room for four parts one after the other, so calibrate and select are folds of users',
          },
        ],
      }
    }
  }
  throw tooShort(lab, spanDays)
}

function silenceOf(lab: DefinitionLab, spanDays: number) {
  const { silenceDays, reason } = lab.recommended
  const longest = Math.max(7, Math.floor(spanDays / 2))
  if (silenceDays !== null && silenceDays <= longest)
    return {
      silenceDays,
      sure: 'sure' as const,
      because: `definition lab: ${reason}`,
      silenceReason: `Whoever has been silent for ${silenceDays} days has left already: fewer than one in ten come back (definition lab).`,
    }
  const fallback = Math.min(longest, Math.max(7, 2 * lab.horizonDays))
  return {
    silenceDays: fallback,
    sure: 'guess' as const,
    because:
      silenceDays === null
        ? `twice the horizon; definition lab: ${reason}`
        : `half of the log; the definition lab would take ${silenceDays} days`,
    silenceReason: `Whoever has been silent for ${fallback} days is taken to have left; the data do not settle it (ebb analyze definition).`,
  }
}

function lookbacksFor(horizonDays: number, spanDays: number): number[] {
  const wanted = horizonDays <= 14 ? [3, 7, 28] : horizonDays <= 30 ? [7, 30, 90] : [30, 90, 180]
  const fitting = wanted.filter((days) => days <= spanDays / 3)
  return fitting.length > 0 ? fitting : [Math.max(1, Math.floor(spanDays / 4))]
}

/** Sparse first: fewer rows that say the same; denser ones where the log is short. */
function stepsFor(horizonDays: number): string[] {
  const steps = horizonDays <= 14 ? [1] : horizonDays <= 30 ? [2, 1] : [4, 3, 2, 1]
  return [...steps.map((weeks) => `${weeks}w`), '3d', '1d']
}

/** Which kind of split finds room for at least three training cutoffs (one in folds of users); null when none does. */
function fits(times: Parameters<typeof resolveCutoffs>[1], every: string): 'cutoffs' | 'user_folds' | null {
  for (const mode of ['cutoffs', 'user_folds'] as const)
    try {
      const { cutoffs } = resolveCutoffs({ every, to: 'latest' }, times)
      const { gapDays, horizonDays } = times
      const { parts } = planSplit({ cutoffs, gapDays, horizonDays, delayDays: 0, spec: splitSchema.parse({ mode }) })
      if (parts.train.length >= (mode === 'cutoffs' ? 3 : 1)) return mode
    } catch (error) {
      if (!(error instanceof EbbError)) throw error
    }
  return null
}

function tooShort(lab: DefinitionLab, spanDays: number): EbbError {
  return new EbbError({
    code: 'INIT_LOG_TOO_SHORT',
    kind: 'data',
    where: 'ebb init --data',
    what: 'the log is too short to train on one stretch of time and test on a later one',
    expected: `at least ${leastSpanDays} days of events`,
    received: `${spanDays} days, ${lab.dataStart} to ${lab.dataEnd}`,
  })
}
