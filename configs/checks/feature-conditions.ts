import { parseCondition } from '../../core/condition.ts'
import { EbbError } from '../../core/errors.ts'
import { eventScope } from '../../features/event-columns.ts'
import { readRowSql } from '../../features/row-sql.ts'
import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

/** Conditions and expressions over events can be read: `where` and `expression` of own features, `where` of sources. */
export function featureConditions({ features, sources }: SoundSections): Finding[] {
  const findings: Finding[] = []
  for (const [name, feature] of Object.entries(features?.add ?? {}))
    if (feature.kind === 'measure' && feature.where !== undefined)
      findings.push(...unreadable(['features', 'add', name, 'where'], feature.where, readCondition))
    else if (feature.kind === 'rowSql')
      findings.push(...unreadable(['features', 'add', name, 'expression'], feature.expression, readRowSql))
  for (const [name, source] of Object.entries(sources ?? {}))
    if (source.where !== undefined)
      findings.push(...unreadable(['sources', name, 'where'], source.where, readCondition))
  return findings
}

const readCondition = (text: string, where: string): unknown => parseCondition(text, { known: eventScope, where })

function unreadable(
  path: readonly PropertyKey[],
  text: string,
  read: (text: string, where: string) => unknown,
): Finding[] {
  try {
    read(text, path.map(String).join('.'))
    return []
  } catch (error) {
    if (!(error instanceof EbbError)) throw error
    const { what, expected, received, hint, column } = error.details
    const at = read === readRowSql ? `position ${column}: ` : ''
    return [{ code: 'CONFIG_CONDITION', path, what: `${at}${what}`, expected, received, hint }]
  }
}
