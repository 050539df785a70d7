import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'

type Labels = NonNullable<SoundSections['churn']>['labels']
type Contract = Extract<Labels[string], { kind: 'contract' }>

/** What labels say of contracts and of will fits the tables and lists that they name. */
export function contractLabels({ churn, attributes }: SoundSections): Finding[] {
  if (churn === undefined) return []
  const findings = Object.entries(churn.labels).flatMap(([name, label]) => {
    const path = ['churn', 'labels', name]
    if (label.kind === 'contract') return attributes === undefined ? [] : ofContract(label, path, attributes)
    if (label.kind !== 'explicit') return []
    return (label.involuntaryEvents ?? []).flatMap((type, i) =>
      label.events.includes(type)
        ? []
        : [fault([...path, 'involuntaryEvents', i], 'is none of the events of the label', label.events, type)],
    )
  })
  const { eligible } = churn
  if (typeof eligible !== 'object' || !('contract' in eligible)) return findings
  if (churn.labels[eligible.contract]?.kind === 'contract') return findings
  const contracts = Object.keys(churn.labels).filter((name) => churn.labels[name]!.kind === 'contract')
  return [
    ...findings,
    fault(['churn', 'eligible', 'contract'], 'is no label of kind contract', contracts, eligible.contract),
  ]
}

function ofContract(
  label: Contract,
  path: readonly PropertyKey[],
  attributes: NonNullable<SoundSections['attributes']>,
): Finding[] {
  const table = attributes[label.table]
  if (table === undefined)
    return [fault([...path, 'table'], 'there is no such table of attributes', Object.keys(attributes), label.table)]
  const column = (name: string, type: string, at: readonly PropertyKey[]): Finding[] => {
    const declared = table.columns[name]
    const found = typeof declared === 'object' ? declared.type : declared
    if (found === type) return []
    const known = Object.entries(table.columns).flatMap(([known, of]) =>
      (typeof of === 'object' ? of.type : of) === type ? [known] : [],
    )
    return [fault([...path, ...at], `is no column of type ${type} of attributes.${label.table}`, known, name)]
  }
  const why = label.involuntary
  return [
    ...(table.validFrom === undefined
      ? [fault([...path, 'table'], 'needs validFrom: the first day of each contract', [], label.table)]
      : []),
    ...column(label.end, 'day', ['end']),
    ...(why === undefined ? [] : column(why.column, 'category', ['involuntary', 'column'])),
    ...(label.only !== undefined && why === undefined
      ? [fault([...path, 'only'], 'needs involuntary: what tells the two apart', [], label.only)]
      : []),
  ]
}

function fault(path: readonly PropertyKey[], what: string, known: readonly string[], received: string): Finding {
  const expected = known.length === 0 ? undefined : `one of ${known.join(', ')}`
  return { code: 'CONFIG_LABEL', path, what, expected, received: JSON.stringify(received) }
}
