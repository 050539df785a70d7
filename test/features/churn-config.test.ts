import { expect, test } from 'vitest'
import { checkChurnEvents } from '../../features/check-churn-events.ts'
import { churnSchema, predictionsOf, type ChurnConfig } from '../../features/churn.ts'
import { labelDelayDays, readableAttributes, targetLeaves } from '../../features/label.ts'

const config = (more: unknown): ChurnConfig =>
  churnSchema.parse({
    labels: {
      passive: { kind: 'no_event_in_window', events: ['purchase', 'login'] },
      active: { kind: 'explicit', events: ['uninstall'] },
      silent: { kind: 'churn_date', events: ['login'], silenceDays: 30 },
      churned: { kind: 'any', of: ['passive', 'active'] },
    },
    target: 'churned',
    horizonDays: 30,
    eligible: { events: ['purchase'], withinDays: 90 },
    ...(more as object),
  })

test('gapDays is 0 by default; eligibility must be said', () => {
  expect(config({}).gapDays).toBe(0)
  expect(churnSchema.safeParse({ labels: {}, target: 'x', horizonDays: 30 }).success).toBe(false)
  expect(churnSchema.safeParse({ ...config({}), eligible: 'any_history' }).success).toBe(true)
})

test('event types that the data do not have, with the place', () => {
  const faults = checkChurnEvents(config({}), ['purchase', 'logins', 'uninstall'])
  expect(faults.map((fault) => fault.message)).toEqual([
    'churn.labels.passive.events: no event of this type in the data, expected one of purchase, logins, uninstall, got "login"; did you mean "logins"?',
    'churn.labels.silent.events: no event of this type in the data, expected one of purchase, logins, uninstall, got "login"; did you mean "logins"?',
  ])
  expect(faults[0]!.kind).toBe('data')
  expect(checkChurnEvents(config({ eligible: { events: ['qqq'], withinDays: 3 } }), ['x']).at(-1)!.message).toBe(
    'churn.eligible.events: no event of this type in the data, expected "x", got "qqq"',
  )
})

test('the leaves of the target', () => {
  expect(targetLeaves(config({})).map((leaf) => leaf.name)).toEqual(['active', 'passive'])
})

test('two targets and horizons of 7, 30 and 90 days are six predictions, the own target and horizon first', () => {
  const churn = config({ targets: ['silent'], horizonsDays: [90, 7, 30] })
  expect(predictionsOf(churn).map(({ target, horizonDays }) => `${target} ${horizonDays}`)).toEqual([
    'churned 30',
    'churned 7',
    'churned 90',
    'silent 7',
    'silent 30',
    'silent 90',
  ])
  expect(predictionsOf(config({}))).toEqual([config({})])
})

test('when and why a contract ends is hidden from features unless the end is known at its begin', () => {
  const columns = ['ends', 'reason', 'plan'].map((name) => ({ name, type: 'category' as const }))
  const tables = [{ name: 'subs', relation: 't', isHistory: true, columns }]
  const contract = { kind: 'contract', table: 'subs', end: 'ends', graceDays: 7 }
  const involuntary = { column: 'reason', values: ['payment'] }
  const readable = (label: unknown): string[] =>
    readableAttributes(tables, config({ labels: { a: label }, target: 'a' }))[0]!.columns.map(({ name }) => name)
  expect(readable(contract)).toEqual(['reason', 'plan'])
  expect(readable({ ...contract, involuntary })).toEqual(['plan'])
  expect(readable({ ...contract, involuntary, endKnown: true })).toEqual(['ends', 'plan'])
  expect(labelDelayDays(config({ labels: { a: contract, b: { kind: 'any', of: ['a'] } }, target: 'b' }))).toBe(7)
})
