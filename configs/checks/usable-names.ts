import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

/** There is something to read and something to train. */
export function usableNames({ sources, models, churn }: SoundSections): Finding[] {
  const findings: Finding[] = []
  const demand = (section: string, value: object | undefined, what: string): void => {
    if (value !== undefined && Object.keys(value).length === 0)
      findings.push({ code: 'CONFIG_EMPTY_SECTION', path: [section], what, expected: 'at least one entry' })
  }
  demand('sources', sources, 'there is nothing to read')
  demand('models', models, 'there is nothing to train')
  if (churn !== undefined && Object.keys(churn.labels).length === 0)
    findings.push({
      code: 'CONFIG_EMPTY_SECTION',
      path: ['churn', 'labels'],
      what: 'churn is not defined',
      expected: 'at least one label',
    })
  return findings
}
