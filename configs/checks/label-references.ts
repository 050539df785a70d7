import { didYouMean } from '../../core/did-you-mean.ts'
import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

/** `churn.target` and every `of` name labels that exist, and no label is made of itself. */
export function labelReferences({ churn }: SoundSections): Finding[] {
  if (churn === undefined) return []
  const names = Object.keys(churn.labels)
  const unknown = (path: readonly PropertyKey[], name: string): Finding[] => {
    if (names.includes(name) || names.length === 0) return []
    const meant = didYouMean(name, names)
    const hint = meant === null ? undefined : `did you mean "${meant}"?`
    const expected = `one of ${names.join(', ')}`
    return [
      { code: 'CONFIG_LABEL', path, what: 'there is no such label', expected, received: JSON.stringify(name), hint },
    ]
  }
  const findings = [
    ...unknown(['churn', 'target'], churn.target),
    ...(churn.targets ?? []).flatMap((name, i) => [
      ...unknown(['churn', 'targets', i], name),
      ...unusable(['churn', 'targets', i], name),
    ]),
  ]
  for (const [name, label] of Object.entries(churn.labels)) {
    if (label.kind !== 'any' && label.kind !== 'all') continue
    label.of.forEach((part, i) => findings.push(...unknown(['churn', 'labels', name, 'of', i], part)))
    if (reaches(name, name, churn.labels, new Set()))
      findings.push({
        code: 'CONFIG_LABEL',
        path: ['churn', 'labels', name, 'of'],
        what: 'the label is made of itself',
      })
  }
  return findings
}

/** A further target names a folder of the run. */
function unusable(path: readonly PropertyKey[], name: string): Finding[] {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) return []
  const expected = 'a letter, then at most 63 letters, digits, _ or -'
  return [{ code: 'CONFIG_NAME', path, what: 'cannot name a folder', expected, received: JSON.stringify(name) }]
}

type Labels = NonNullable<SoundSections['churn']>['labels']

function reaches(from: string, wanted: string, labels: Labels, seen: Set<string>): boolean {
  const label = labels[from]
  if ((label?.kind !== 'any' && label?.kind !== 'all') || seen.has(from)) return false
  seen.add(from)
  return label.of.some((part) => part === wanted || reaches(part, wanted, labels, seen))
}
