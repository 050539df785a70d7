import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import { openTestEngine } from './engine.ts'
import { judge } from './label-oracle.ts'
import { tellsWill } from '../../features/label.ts'
import {
  at,
  catalogContext,
  contractTable,
  day,
  event,
  loadContracts,
  loadWorld,
  makeExamples,
  randomContracts,
  randomWorld,
  testPlan,
  type World,
} from './world.ts'

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
  bought: { kind: 'event_in_window', events: ['purchase'] },
  cheaper: { kind: 'partial', of: 'amount', events: ['purchase', 'return'], pastDays: 40, fallPercent: 50 },
  rarer: { kind: 'partial', of: 'count', events: ['login', 'view', 'purchase'], pastDays: 28, fallPercent: 25 },
  lapsed: { kind: 'contract', table: 'contracts', end: 'ends', graceDays: 5, endKnown: false },
  wished: {
    kind: 'contract',
    table: 'contracts',
    end: 'ends',
    graceDays: 0,
    endKnown: true,
    involuntary: { column: 'reason', values: ['payment'] },
    only: 'voluntary',
  },
  told: {
    kind: 'contract',
    table: 'contracts',
    end: 'ends',
    graceDays: 2,
    endKnown: false,
    involuntary: { column: 'reason', values: ['payment'] },
  },
  kicked: { kind: 'explicit', events: ['uninstall', 'cancel_order'], involuntaryEvents: ['cancel_order'] },
  eitherWay: { kind: 'any', of: ['told', 'kicked'] },
  both: { kind: 'all', of: ['silent', 'left'] },
  nested: { kind: 'all', of: ['all', 'rarer'] },
}
const cutoffs = ['2024-01-15', '2024-02-29', '2024-03-31', '2024-04-01'].map(day)
const empty = { features: [], supporting: [], context: [], cutoffs }
const relations = { events: 't_events', users: 't_users', attributes: [contractTable] }

const cases = Object.keys(labels).flatMap((target, i) =>
  (i < 6 ? [[0], [2], [0, 1, 5], [0, 1]] : [[0, 1, 5], [2]]).map((delaysDays, j) => {
    const rules: ChurnConfig['eligible'][] = [
      'any_history',
      { events: ['purchase', 'login'], withinDays: 20 },
      { contract: 'told' },
    ]
    const eligible = rules[(i + j) % (i < 6 ? 2 : 3)]!
    const churn = { labels, target, horizonDays: 14, gapDays: j === 0 ? 0 : 4, eligible }
    const isLate = j === 3 || (i >= 6 && j === 0)
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

const worldOf = (target: string, delays: number[], isLate = false): World => ({
  ...randomWorld(createRandom(`labels/${target}`), { users: 45, delays, categories: ['a'], isLate }),
  contracts: randomContracts(createRandom(`contracts/${target}`), 45),
})

test.each(cases)('labels and population agree with the plain reading: $name', async ({ churn, delaysDays, isLate }) => {
  const world = worldOf(churn.target, delaysDays, isLate)
  await loadWorld(engine, world)
  await loadContracts(engine, world)
  const plan = testPlan(catalogContext(), {
    ...empty,
    churn,
    delaysDays,
    relations: { ...relations, hasAvailableDay: isLate },
  })
  const { rows, population } = await makeExamples(engine, plan)
  const judged = { world, churn, maxDelay: Math.max(...delaysDays), dataEnd: at('2024-06-01') }
  const expected = cutoffs.flatMap((cutoff) =>
    Array.from({ length: world.users }, (_, user) => ({ user, cutoff, ...judge(judged, user, at(cutoff)) })),
  )
  const examples = expected.filter((row) => row.status === 'example')
  const will = rows.map((row) => row['churn_will'] ?? null)
  expect(rows.map((row, i) => [row['user_index'], row['cutoff'], row['label'], row['churn_kind'], will[i]])).toEqual(
    examples.map((row) => [row.user, row.cutoff, row.label, row.kind, row.will]),
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
        ...(tellsWill(churn)
          ? {
              voluntary_churned: count((row) => row.will === 'voluntary'),
              involuntary_churned: count((row) => row.will === 'involuntary'),
            }
          : {}),
      }
    }),
  )
})

test('the random worlds hold every status, both kinds of churn, both wills, and churns of every label', () => {
  const found = new Set<string>()
  const byTarget = new Map<string, number>()
  for (const { churn, delaysDays } of cases) {
    const world = worldOf(churn.target, delaysDays)
    const judged = { world, churn, maxDelay: Math.max(...delaysDays), dataEnd: at('2024-06-01') }
    for (const cutoff of cutoffs)
      for (let user = 0; user < world.users; user++) {
        const { status, kind, will } = judge(judged, user, at(cutoff))
        found.add(status)
        if (kind !== null) found.add(kind)
        if (will !== null) found.add(will)
        byTarget.set(churn.target, (byTarget.get(churn.target) ?? 0) + (kind === null ? 0 : 1))
      }
  }
  expect([...found].sort()).toEqual([
    'active',
    'already_churned',
    'churned_in_gap',
    'example',
    'inactive',
    'involuntary',
    'passive',
    'unseen',
    'voluntary',
  ])
  expect([...byTarget].filter(([, churns]) => churns < 3)).toEqual([])
  expect(byTarget.size).toBe(Object.keys(labels).length)
})

/** One user per line of events; cutoff 10 March, gap 2, horizon 5: the prediction window is 12 to 16 March. */
async function label(
  churn: Partial<ChurnConfig>,
  users: readonly (readonly [time: string, type: string, cents?: number][])[],
  contracts: readonly (readonly [begins: string, ends: string | null][])[] = [],
): Promise<unknown[]> {
  const world: World = {
    users: users.length,
    attributes: [],
    events: users.flatMap((events, user) =>
      events.map(([time, type, amountCents = null]) => event(user, time, type, { amountCents })),
    ),
    contracts: contracts.flatMap((own, user) => own.map(([begins, ends]) => ({ user, begins, ends, reason: null }))),
  }
  await loadWorld(engine, world)
  await loadContracts(engine, world)
  const whole = { labels, target: 'passive', horizonDays: 5, gapDays: 2, eligible: 'any_history' as const, ...churn }
  const plan = testPlan(catalogContext(), {
    ...empty,
    cutoffs: [day('2024-03-10')],
    churn: whole,
    relations,
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

test('contract, 5 days of grace: an end on 12 or 16 March without renewal by 5 days later churns', async () => {
  const begin = '2024-01-01'
  const contracts: [string, string | null][][] = [
    [[begin, '2024-03-12']],
    [[begin, '2024-03-16']],
    [[begin, '2024-03-17']], // after the window
    [[begin, '2024-03-11']], // in the gap
    [[begin, null]],
    [
      [begin, '2024-03-12'],
      ['2024-03-17', '2024-06-01'], // begins on the last day of grace
    ],
    [
      [begin, '2024-03-12'],
      ['2024-03-18', '2024-06-01'], // begins too late
    ],
    [[begin, '2024-03-04']], // grace until 9 March: known at the cutoff
    [[begin, '2024-03-05']], // grace until 10 March: not known, so in the gap
    [
      [begin, '2024-02-01'],
      ['2024-03-01', null], // churned, and is back
    ],
    [
      [begin, '2024-03-12'],
      ['2024-02-01', '2024-05-01'], // a longer one runs beside it
    ],
  ]
  const users = contracts.map(() => [old])
  const expected = [1, 1, 0, 'none', 0, 0, 1, 'none', 'none', 0, 0]
  expect(await label({ target: 'lapsed' }, users, contracts)).toEqual(expected)
})

test('running contract: a user whose contract ended on the day of the cutoff is not eligible', async () => {
  const contracts: [string, string | null][][] = [
    [['2024-01-01', '2024-03-11']],
    [['2024-01-01', '2024-03-10']],
    [['2024-03-10', null]], // begins on the cutoff: not known yet
    [['2024-03-09', null]],
  ]
  const churn = { target: 'passive', eligible: { contract: 'lapsed' } }
  expect(
    await label(
      churn,
      contracts.map(() => [old]),
      contracts,
    ),
  ).toEqual([1, 'none', 'none', 1])
})

test('partial, 50 % over 40 days: 80.00 before, so 5.00 in the 5 days churns and 5.01 does not', async () => {
  const past: [string, string, number] = ['2024-02-10', 'purchase', 8_000]
  const users: [string, string, number?][][] = [
    [past, ['2024-03-12', 'purchase', 500]],
    [past, ['2024-03-12', 'purchase', 501]],
    [past],
    [past, ['2024-03-11', 'purchase', 9_900]], // in the gap: no part of either stretch
    [['2024-01-30', 'purchase', 8_000]], // 40 days before 10 March 2024 is 30 January: the first day that counts
    [['2024-01-29', 'purchase', 8_000]], // nothing to fall from
  ]
  expect(await label({ target: 'cheaper' }, users)).toEqual([1, 0, 1, 1, 1, 0])
})

test('all: six silent days and an uninstall; the last of the two must fall in the window', async () => {
  const users: [string, string][][] = [
    [
      ['2024-03-06', 'login'],
      ['2024-03-12', 'uninstall'], // both on 12 March
    ],
    [['2024-03-06', 'login']],
    [
      ['2024-03-05', 'uninstall'],
      ['2024-03-06', 'login'], // silent on 12 March, uninstalled and back before the cutoff
    ],
    [
      ['2024-03-01', 'login'],
      ['2024-03-01', 'uninstall'], // both known at the cutoff
    ],
    [
      ['2024-03-01', 'login'],
      ['2024-03-14', 'uninstall'], // silent since 7 March, and now this
    ],
  ]
  expect(await label({ target: 'both' }, users)).toEqual([1, 0, 0, 'none', 1])
})

test('three labels and horizons in one pass are the same examples as three plans', async () => {
  const world = worldOf('passive', [0, 2])
  await loadWorld(engine, world)
  await loadContracts(engine, world)
  const eligible: ChurnConfig['eligible'] = { events: ['purchase', 'login'], withinDays: 40 }
  const churn: ChurnConfig = { labels, target: 'told', horizonDays: 20, gapDays: 2, eligible }
  const several = { ...churn, targets: ['silent', 'bought'], horizonsDays: [7, 45] }
  const own = { ...empty, cutoffs: [...cutoffs, day('2024-05-01'), day('2024-05-20')], relations, delaysDays: [0, 2] }
  const joint = await makeExamples(engine, testPlan(catalogContext(), { ...own, churn: several }))
  expect(
    joint.compiled.predictions.map(({ target, horizonDays, cutoffs: closed }) => [target, horizonDays, closed.length]),
  ).toEqual([
    ['told', 20, 5],
    ['told', 7, 5], // two days of grace
    ['told', 45, 4],
    ['silent', 7, 6],
    ['silent', 20, 5],
    ['silent', 45, 4],
    ['bought', 7, 6],
    ['bought', 20, 5],
    ['bought', 45, 4],
  ])
  for (const [i, prediction] of joint.compiled.predictions.entries()) {
    const { target, horizonDays, columns } = prediction
    const alone = await makeExamples(
      engine,
      testPlan(catalogContext(), { ...own, cutoffs: prediction.cutoffs, churn: { ...churn, target, horizonDays } }),
    )
    const key = (row: (typeof alone.rows)[number], name: string): unknown[] => [
      row['cutoff'],
      row['user_index'],
      row[name],
    ]
    const found = joint.rows.filter((row) => row[columns.isExample!] === 1).map((row) => key(row, columns.label))
    expect(found).toEqual(alone.rows.map((row) => key(row, 'label')))
    expect(joint.populations[i]).toEqual(alone.population)
  }
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
