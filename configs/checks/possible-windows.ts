import { daysBetween, parseDay } from '../../core/day.ts'
import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'
import { isCalendarDay } from './zone-and-days.ts'

/** Windows that the config alone rules out: an empty schedule, or cutoffs that cannot be closed by the declared `dataEnd`. */
export function possibleWindows({ cutoffs, churn, dataEnd, sources, split }: SoundSections): Finding[] {
  const findings: Finding[] = []
  const isList = Array.isArray(cutoffs)
  const from = isList ? cutoffs.toSorted()[0] : cutoffs?.from
  const to = isList || cutoffs === undefined || cutoffs.to === 'latest' ? undefined : cutoffs.to
  if (from !== undefined && to !== undefined && isCalendarDay(from) && isCalendarDay(to) && from > to)
    findings.push(window(['cutoffs', 'from'], 'lies after cutoffs.to', `at most ${to}`, from))
  if (
    churn !== undefined &&
    dataEnd !== undefined &&
    from !== undefined &&
    isCalendarDay(dataEnd) &&
    isCalendarDay(from)
  ) {
    const delayDays = Math.max(0, ...Object.values(sources ?? {}).map((source) => source.delayDays))
    const horizonDays = Math.max(churn.horizonDays, ...(churn.horizonsDays ?? []))
    const needed = churn.gapDays + horizonDays + delayDays
    const there = daysBetween(parseDay(from), parseDay(dataEnd))
    if (there < needed) {
      const windows = `gap ${churn.gapDays} + horizon ${horizonDays} + source delay ${delayDays}`
      const path = isList ? ['cutoffs'] : ['cutoffs', 'from']
      const received = `${there} days, ${from} to ${dataEnd}`
      findings.push(window(path, 'no cutoff can be closed by dataEnd', `at least ${needed} days: ${windows}`, received))
    }
  }
  if (isList && split !== undefined) findings.push(...unlistedCutoffs(cutoffs, split))
  return findings
}

type Split = NonNullable<SoundSections['split']>

/** Days that the split names must be cutoffs, where the cutoffs are a list. */
function unlistedCutoffs(cutoffs: readonly string[], split: Split): Finding[] {
  return (['train', 'calibrate', 'select', 'test'] as const).flatMap((part) => {
    const days = split[part]
    if (!Array.isArray(days)) return []
    return days.flatMap((day, i) =>
      cutoffs.includes(day) ? [] : [window(['split', part, i], 'not one of the cutoffs', cutoffs.join(', '), day)],
    )
  })
}

function window(path: readonly PropertyKey[], what: string, expected: string, received: string): Finding {
  return { code: 'CONFIG_WINDOWS', path, what, expected, received }
}
