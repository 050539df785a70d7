import { expect, test } from 'vitest'
import { churnSchema, type ChurnConfig } from '../../features/churn.ts'
import { checkChurn, checkChurnEvents, describeTarget, targetLeaves } from '../../features/label.ts'

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
const messages = (churn: ChurnConfig): string[] => checkChurn(churn).map((fault) => fault.message)

test('gapDays is 0 by default; eligibility must be said', () => {
  expect(config({}).gapDays).toBe(0)
  expect(churnSchema.safeParse({ labels: {}, target: 'x', horizonDays: 30 }).success).toBe(false)
  expect(churnSchema.safeParse({ ...config({}), eligible: 'any_history' }).success).toBe(true)
})

test('a sound section has no fault; unknown names come with the nearest known one; cycles are told', () => {
  expect(messages(config({}))).toEqual([])
  expect(messages(config({ target: 'chruned' }))).toEqual([
    'churn.target: no label named "chruned"; did you mean "churned"?',
  ])
  expect(
    messages(
      config({ target: 'a', labels: { a: { kind: 'any', of: ['b', 'zzzzzz'] }, b: { kind: 'any', of: ['a'] } } }),
    ),
  ).toEqual([
    'churn.labels.a.of[1]: no label named "zzzzzz"; known: a, b',
    'churn.labels.a.of: the label contains itself',
    'churn.labels.b.of: the label contains itself',
  ])
  expect(messages(config({ labels: {} }))).toEqual(['churn.labels: no label is defined'])
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

test('the leaves of the target, and the target in words', () => {
  expect(targetLeaves(config({})).map((leaf) => leaf.name)).toEqual(['active', 'passive'])
  expect(describeTarget(config({ gapDays: 3 }))).toBe(
    'uninstall, or no purchase or login, in the 30 days that begin 3 days after the cutoff',
  )
  expect(describeTarget(config({ target: 'silent' }))).toBe(
    'the last of 30 days without login, in the 30 days from the cutoff on',
  )
})
