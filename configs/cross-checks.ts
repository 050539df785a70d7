import { parseDay } from '../core/day.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Finding } from './fault-at.ts'
import type { Config } from './schema.ts'

type Sections = Partial<Config>
type Check = (config: Sections) => Finding[]

/** What a schema of single keys cannot say, as far as it can be known without data. A check whose sections are unsound is silent. */
export function crossChecks(config: Sections): Finding[] {
  return checks.flatMap((check) => check(config))
}

const checks: readonly Check[] = [knownTimeZone]

function knownTimeZone({ timeZone }: Sections): Finding[] {
  if (timeZone === undefined || isTimeZone(timeZone)) return []
  const meant = didYouMean(timeZone, Intl.supportedValuesOf('timeZone'))
  const hint = meant === null ? undefined : `did you mean "${meant}"?`
  return [
    {
      code: 'CONFIG_TIME_ZONE',
      path: ['timeZone'],
      what: 'unknown time zone',
      expected: 'an IANA name such as Europe/Berlin',
      received: JSON.stringify(timeZone),
      hint,
    },
  ]
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
void parseDay
