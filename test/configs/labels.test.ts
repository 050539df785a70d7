import { expect, test } from 'vitest'
import { contractLabels } from '../../configs/checks/contract-labels.ts'
import { labelReferences } from '../../configs/checks/label-references.ts'
import { featureConditions } from '../../configs/checks/feature-conditions.ts'
import type { SoundSections } from '../../configs/sound-sections.ts'
import { churnSchema } from '../../features/churn.ts'
import { featuresSchema } from '../../features/config.ts'

const attributes = {
  subs: { validFrom: 'start', columns: { ends: 'day', why: { type: 'category', column: 'reason' }, price: 'number' } },
  fixed: { static: true, columns: { ends: 'day' } },
} as unknown as SoundSections['attributes']

const churnOf = (labels: unknown, more: object = {}): SoundSections['churn'] =>
  churnSchema.parse({ labels, target: 'a', horizonDays: 30, eligible: 'any_history', ...more })
const found = (labels: unknown, more: object = {}): string[] =>
  contractLabels({ churn: churnOf(labels, more), attributes }).map(
    ({ path, what, expected }) => `${path.join('.')}: ${what}${expected === undefined ? '' : `, ${expected}`}`,
  )
const contract = { kind: 'contract', table: 'subs', end: 'ends' }

test('a contract label names a table with a history, a day and, for its reasons, a category', () => {
  expect(found({ a: { ...contract, involuntary: { column: 'why', values: ['card'] }, only: 'voluntary' } })).toEqual([])
  expect(found({ a: { ...contract, table: 'sub' } })).toEqual([
    'churn.labels.a.table: there is no such table of attributes, one of subs, fixed',
  ])
  expect(found({ a: { ...contract, table: 'fixed' } })).toEqual([
    'churn.labels.a.table: needs validFrom: the first day of each contract',
  ])
  expect(found({ a: { ...contract, end: 'price', involuntary: { column: 'price', values: ['x'] } } })).toEqual([
    'churn.labels.a.end: is no column of type day of attributes.subs, one of ends',
    'churn.labels.a.involuntary.column: is no column of type category of attributes.subs, one of why',
  ])
  expect(found({ a: { ...contract, only: 'involuntary' } })).toEqual([
    'churn.labels.a.only: needs involuntary: what tells the two apart',
  ])
})

test('eligibility by a running contract names a contract label; involuntary events are events of the label', () => {
  const explicit = { kind: 'explicit', events: ['cancel', 'card'], involuntaryEvents: ['card', 'bounce'] }
  expect(found({ a: explicit, b: contract }, { eligible: { contract: 'a' } })).toEqual([
    'churn.labels.a.involuntaryEvents.1: is none of the events of the label, one of cancel, card',
    'churn.eligible.contract: is no label of kind contract, one of b',
  ])
})

test('further targets are labels, and name folders', () => {
  const labels = { a: { kind: 'any', of: ['b/c'] }, 'b/c': { kind: 'explicit', events: ['x'] } }
  const findings = labelReferences({ churn: churnOf(labels, { targets: ['b/c', 'd'] }) })
  expect(findings.map(({ code, path, what }) => `${code} ${path.join('.')}: ${what}`)).toEqual([
    'CONFIG_NAME churn.targets.0: cannot name a folder',
    'CONFIG_LABEL churn.targets.1: there is no such label',
  ])
})

test('a fault of an expression comes with its position', () => {
  const own = { kind: 'rowSql', expression: 'sum(amuont)', lookbackDays: 30, unit: 'x', description: 'Own' }
  const features = featuresSchema.parse({ add: { mine: own } })
  expect(featureConditions({ features })).toMatchObject([
    {
      path: ['features', 'add', 'mine', 'expression'],
      what: 'position 5: there is no column "amuont"',
      hint: 'did you mean "amount"?',
    },
  ])
})
