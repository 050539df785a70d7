import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import { openTestEngine } from './engine.ts'
import { judge } from './label-oracle.ts'
import { at, catalogContext, day, event, loadWorld, makeExamples, randomWorld, testPlan, type World } from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const labels: ChurnConfig['labels'] = {
  passive: { kind: 'no_event_in_window', events: ['purchase', 'login', 'view'] },
  silent: { kind: 'churn_date', events: ['purchase', 'login', 'view', 'cart'], silenceDays: 6 },
  left: { kind: 'explicit', events: ['uninstall', 'unsubscribe'] },
  leftForGood: { kind: 'explicit', events: ['uninstall'], returnEvents: ['purchase'] },
  either: { kind: 'any', of: ['passive', 'left'] },
  all: { kind: 'any', of: ['either', 'silent'] },
}
const cutoffs = ['2024-01-15', '2024-02-29', '2024-03-31', '2024-04-01'].map(day)
const empty = { features: [], supporting: [], context: [], cutoffs }

const cases = Object.keys(labels).flatMap((target, i) =>
  [[0], [2], [0, 1, 5], [0, 1]].map((delaysDays, j) => {
    const eligible: ChurnConfig['eligible'] =
      (i + j) % 2 === 0 ? 'any_history' : { events: ['purchase', 'login'], withinDays: 20 }
    const churn = { labels, target, horizonDays: 14, gapDays: j === 0 ? 0 : 4, eligible }
    const isLate = j === 3
    const late = isLate ? ', late rows' : ''
    return {
      target,
      delaysDays,
      churn,
      isLate,
      name: `${target}, delays ${delaysDays.join(' ')}, gap ${churn.gapDays}${late}`,
    }
  }),
)

test.each(cases)('labels and population agree with the plain reading: $name', async ({ churn, delaysDays, isLate }) => {
  const random = createRandom(`labels/${churn.target}`)
  const world = randomWorld(random, { users: 60, delays: delaysDays, categories: ['a'], isLate })
  await loadWorld(engine, world)
  const base = testPlan(catalogContext(), { ...empty, churn, delaysDays })
  const plan = { ...base, relations: { ...base.relations, hasAvailableDay: isLate } }
  const { rows, population } = await makeExamples(engine, plan)
  const judged = { world, churn, maxDelay: Math.max(...delaysDays), dataEnd: at('2024-06-01') }
  const expected = cutoffs.flatMap((cutoff) =>
    Array.from({ length: world.users }, (_, user) => ({ user, cutoff, ...judge(judged, user, at(cutoff)) })),
  )
  const examples = expected.filter((row) => row.status === 'example')
  expect(rows.map((row) => [row['user_index'], row['cutoff'], row['label'], row['churn_kind']])).toEqual(
    examples.map((row) => [row.user, row.cutoff, row.label, row.kind]),
  )
  expect(population).toEqual(
    cutoffs.map((cutoff) => {
      const own = expected.filter((row) => row.cutoff === cutoff)
      const count = (test: (row: (typeof own)[number]) => boolean): number => own.filter(test).length
      return {
        cutoff,
        users: count((row) => row.status !== 'unseen'),
        eligible: count((row) => row.status === 'example' || row.status === 'churned_in_gap'),
        ineligible: count((row) => row.status === 'inactive'),
        already_churned: count((row) => row.status === 'already_churned'),
        churned_in_gap: count((row) => row.status === 'churned_in_gap'),
        churned: count((row) => row.label === 1),
        active_churned: count((row) => row.kind === 'active'),
        passive_churned: count((row) => row.kind === 'passive'),
      }
    }),
  )
})

test('the random worlds hold every status and both kinds of churn', () => {
  const found = new Set<string>()
  for (const { churn, delaysDays } of cases) {
    const world = randomWorld(createRandom(`labels/${churn.target}`), {
      users: 60,
      delays: delaysDays,
      categories: ['a'],
    })
    const judged = { world, churn, maxDelay: Math.max(...delaysDays), dataEnd: at('2024-06-01') }
    for (const cutoff of cutoffs)
      for (let user = 0; user < world.users; user++) {
        const { status, kind } = judge(judged, user, at(cutoff))
        found.add(status)
        if (kind !== null) found.add(kind)
      }
  }
  expect([...found].sort()).toEqual([
    'active',
    'already_churned',
    'churned_in_gap',
    'example',
    'inactive',
    'passive',
    'unseen',
  ])
})

/** One user per line of events; cutoff 10 March, gap 2, horizon 5: the prediction window is 12 to 16 March. */
async function label(churn: Partial<ChurnConfig>, users: readonly (readonly [string, string][])[]): Promise<unknown[]> {
  const world: World = {
    users: users.length,
    attributes: [],
    events: users.flatMap((events, user) => events.map(([time, type]) => event(user, time, type))),
  }
  await loadWorld(engine, world)
  const whole = { labels, target: 'passive', horizonDays: 5, gapDays: 2, eligible: 'any_history' as const, ...churn }
  const plan = testPlan(catalogContext(), {
    ...empty,
    cutoffs: [day('2024-03-10')],
    churn: whole,
    dataEnd: day('2024-04-01'),
  })
  const { rows } = await makeExamples(engine, plan)
  return users.map((_, user) => {
    const row = rows.find((one) => one['user_index'] === user)
    return row === undefined ? 'none' : row['label']
  })
}

const old: [string, string] = ['2024-02-01', 'login']

test('no_event_in_window: the first instant of 12 March stays, the last of 11 March and midnight of 17 March do not', async () => {
  const users: [string, string][][] = [
    [old, ['2024-03-12T00:00:00', 'login']],
    [old, ['2024-03-16T23:59:59.999', 'login']],
    [old, ['2024-03-17T00:00:00', 'login']],
    [old, ['2024-03-11T23:59:59.999', 'login']],
    [old, ['2024-03-14', 'complaint']],
  ]
  expect(await label({ target: 'passive' }, users)).toEqual([0, 0, 1, 1, 1])
})

test('churn_date, 6 silent days: last seen 6 March churns on 12 March (1); 5 March in the gap; 3 March has churned', async () => {
  const users: [string, string][][] = [
    [['2024-03-06', 'login']], // 7..12 silent: churned on 12 March
    [['2024-03-05', 'login']], // 11 March: in the gap
    [['2024-03-04', 'login']], // 10 March = the cutoff: in the gap
    [['2024-03-03', 'login']], // 9 March: known at the cutoff
    [
      ['2024-03-06', 'login'],
      ['2024-03-12T23:00:00', 'login'], // ends the silence on its sixth day
    ],
    [
      ['2024-03-03', 'login'],
      ['2024-03-09T20:00:00', 'login'], // the sixth silent day was not silent; churns on 15 March
    ],
    [
      ['2024-02-01', 'login'],
      ['2024-03-09', 'login'], // came back, churns again on 15 March
    ],
    [
      ['2024-03-09', 'login'],
      ['2024-03-13', 'login'], // 19 March: after the window
    ],
  ]
  expect(await label({ target: 'silent' }, users)).toEqual([1, 'none', 'none', 'none', 0, 1, 1, 0])
})

test('explicit: in the window 1, in the gap none, before the cutoff none, before it and back again eligible', async () => {
  const users: [string, string][][] = [
    [old, ['2024-03-12', 'uninstall']],
    [old, ['2024-03-10', 'uninstall']],
    [old, ['2024-03-11T23:00:00', 'uninstall']],
    [old, ['2024-03-09', 'uninstall']],
    [old, ['2024-03-01', 'uninstall'], ['2024-03-02', 'login']],
    [old, ['2024-03-17', 'uninstall']],
    [old, ['2024-03-01', 'uninstall'], ['2024-03-01', 'login']], // the same instant is no return
  ]
  expect(await label({ target: 'left' }, users)).toEqual([1, 'none', 'none', 'none', 0, 0, 'none'])
})

test('scoring lists who is not ranked: already churned, inactive, without history', async () => {
  const events = [
    event(0, '2024-03-01', 'login'),
    event(1, '2024-03-01', 'uninstall'),
    event(2, '2023-12-01', 'login'),
    event(3, '2024-03-20', 'login'),
  ]
  await loadWorld(engine, { users: 5, attributes: [], events })
  const churn: ChurnConfig = {
    labels,
    target: 'either',
    horizonDays: 30,
    gapDays: 2,
    eligible: { events: ['login', 'uninstall'], withinDays: 30 },
  }
  const plan = testPlan(catalogContext(), { ...empty, mode: 'score', cutoffs: [day('2024-03-10')], churn })
  const { rows, excluded } = await makeExamples(engine, { ...plan, dataEnd: day('2024-03-10') })
  expect(rows.map((row) => [row['user_index'], row['label']])).toEqual([[0, null]])
  expect(excluded).toEqual([
    { user_index: 1, reason: 'already_churned' },
    { user_index: 2, reason: 'inactive' },
    { user_index: 3, reason: 'no_history' },
    { user_index: 4, reason: 'no_history' },
  ])
})

test('a cutoff whose window is not closed is refused', async () => {
  const plan = testPlan(catalogContext(), { ...empty, cutoffs: [day('2024-04-30')] })
  await expect(makeExamples(engine, plan)).rejects.toThrow(
    'cutoff 2024-04-30: its prediction window is not closed, expected at most 2024-04-29',
  )
})
