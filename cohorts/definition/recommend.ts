import type { ReturnPoint } from '../../core/definition-lab.ts'

/** Fewer silences than this say little: such lengths are shown, not recommended. */
export const leastSilences = 50

export interface RecommendInput {
  readonly curve: readonly ReturnPoint[]
  readonly horizonDays: number
  /** The chance to return below which a user counts as lost. */
  readonly threshold: number
}

/**
 * The shortest silence after which the chance to return within the next horizon is at most `threshold`, its whole 95 % interval
 * included, among lengths that at least `leastSilences` silences reached. Null with the reason where there is none.
 */
export function recommend({ curve, horizonDays, threshold }: RecommendInput): {
  readonly silenceDays: number | null
  readonly reason: string
} {
  const judged = curve.filter((point) => point.backWithinHorizon !== null && point.silences >= leastSilences)
  const limit = percent(threshold)
  const found = judged.find((point) => point.backWithinHorizon!.high <= threshold)
  if (found !== undefined) {
    const { value, low, high } = found.backWithinHorizon!
    return {
      silenceDays: found.silenceDays,
      reason:
        `the shortest silence after which at most ${limit} return within the next ${horizonDays} days: ` +
        `${percent(value)} do (95 % interval ${percent(low)} to ${percent(high)}, ${grouped(found.silences)} silences)`,
    }
  }
  const last = judged.at(-1)
  if (last === undefined)
    return {
      silenceDays: null,
      reason: `no length of silence was seen ${leastSilences} times and then for ${horizonDays} days more: the log is too short or too small`,
    }
  return { silenceDays: null, reason: whyNone(judged, { horizonDays, limit, threshold }) }
}

function whyNone(
  judged: readonly ReturnPoint[],
  { horizonDays, limit, threshold }: { horizonDays: number; limit: string; threshold: number },
): string {
  const best = judged.reduce((least, one) =>
    one.backWithinHorizon!.value < least.backWithinHorizon!.value ? one : least,
  )
  const { value, high } = best.backWithinHorizon!
  const said = `after ${best.silenceDays} silent ${best.silenceDays === 1 ? 'day' : 'days'} ${percent(value)} return within the next ${horizonDays} days`
  return value <= threshold
    ? `${said}, but so few silences were so long (${grouped(best.silences)}) that it could be ${percent(high)}; wanted: at most ${limit} with its whole interval`
    : `even ${said}, the lowest seen (wanted: at most ${limit}): silence alone does not say that these users have left`
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const grouped = (n: number): string => n.toLocaleString('en-US')
