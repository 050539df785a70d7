import type { CheckResult } from '../core/artifacts.ts'
import { EbbError } from '../core/errors.ts'

const words: readonly {
  readonly prefix: string
  readonly code: string
  readonly place: (name: string) => string
  readonly what: (check: CheckResult) => string
  readonly hint?: string
}[] = [
  {
    prefix: 'contract.',
    code: 'CONTRACT_BROKEN',
    place: (name) => name.replace(/^contract\.([^.]+)\./, 'sources.$1.contract.'),
    what: ({ observed }) => observed,
  },
  {
    prefix: 'freshness.',
    code: 'SOURCE_STALE',
    place: (name) => name.replace('freshness.', 'sources.'),
    what: ({ observed }) => `stale: ${observed}`,
  },
  {
    prefix: 'volume.',
    code: 'SOURCE_VOLUME',
    place: (name) => name.replace('volume.', 'sources.'),
    what: ({ observed }) => `too few events: ${observed}`,
    hint: 'is the export complete?',
  },
  {
    prefix: 'attributes.',
    code: 'ATTRIBUTES_UNMATCHED',
    place: (name) => name.replace(/\.users$/, ''),
    what: ({ observed }) => observed,
    hint: 'is the key the same id as that of the events?',
  },
  {
    prefix: 'data.future_dates',
    code: 'DATES_IN_FUTURE',
    place: () => 'sources',
    what: ({ observed }) => observed,
    hint: 'declare dataEnd, or filter them with where',
  },
]

/** A failed check of severity `error` as an error of kind `data`; null for checks that have errors of their own. */
export function checkFault(check: CheckResult): EbbError | null {
  const word = words.find(({ prefix }) => check.name.startsWith(prefix))
  if (word === undefined || check.passed || check.severity !== 'error') return null
  return new EbbError({
    code: word.code,
    kind: 'data',
    where: word.place(check.name),
    what: word.what(check),
    expected: check.expected,
    hint: word.hint,
  })
}
