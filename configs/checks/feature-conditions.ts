import { parseCondition } from '../../core/condition.ts'
import { EbbError } from '../../core/errors.ts'
import { eventScope } from '../../features/event-columns.ts'
import type { SoundSections } from '../cross-checks.ts'
import type { Finding } from '../fault-at.ts'

/** Conditions over events can be read: `where` of own features and of sources. */
export function featureConditions({ features, sources }: SoundSections): Finding[] {
  const findings: Finding[] = []
  for (const [name, feature] of Object.entries(features?.add ?? {}))
    if (feature.kind === 'measure' && feature.where !== undefined)
      findings.push(...unreadable(['features', 'add', name, 'where'], feature.where))
  for (const [name, source] of Object.entries(sources ?? {}))
    if (source.where !== undefined) findings.push(...unreadable(['sources', name, 'where'], source.where))
  return findings
}

function unreadable(path: readonly PropertyKey[], text: string): Finding[] {
  try {
    parseCondition(text, { known: eventScope, where: path.map(String).join('.') })
    return []
  } catch (error) {
    if (!(error instanceof EbbError)) throw error
    const { what, expected, received, hint } = error.details
    return [{ code: 'CONFIG_CONDITION', path, what, expected, received, hint }]
  }
}
