import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { missingCode } from '../../core/dataset.ts'
import { dayNumber, parseDay } from '../../core/day.ts'
import { createRandom } from '../../core/random.ts'
import { openWindows, silentEnd } from '../../evaluation/closed-windows.ts'
import { currentValues } from '../../evaluation/current-values.ts'
import { differingFeatures } from '../../evaluation/differing-features.ts'
import { idLikeTexts, type ValueFacts, whyIdLike } from '../../evaluation/id-like.ts'
import { type DataFindings, type Findings, judge } from '../../evaluation/leakage.ts'
import { partOverlaps } from '../../evaluation/part-overlaps.ts'
import { idsWrittenTwice } from '../../evaluation/same-person.ts'

const day = (text: string) => parseDay(text)

const clean: Findings = {
  truncation: {
    compiler: 'sweep',
    cutoffs: ['2026-01-01'],
    rows: 10,
    values: 30,
    deletedEvents: 7,
    lostRows: 0,
    differing: [],
  },
  openWindows: [],
  silentDays: 0,
  overlaps: { windows: [], users: [] },
  reachDays: 33,
  aucs: [{ feature: 'visits', auc: 0.71, low: 0.69, high: 0.73 }],
  hasFixed: true,
  currentValues: [],
  jumps: [],
  cutoffs: 8,
  data: {
    idLike: [],
    hasIdCandidates: true,
    writtenTwice: { groups: 0, examples: [] },
    late: {
      arrivals: { events: 10, lateShare: 0.1, p50Days: 0, p99Days: 2, maxDays: 4, heldBack: 1 },
      snapshot: { against: 'old', end: '2026-01-01', tables: [] },
    },
    slackDays: 5,
  },
}
const { late } = clean.data!
const outcomes = (
  { data, ...findings }: Partial<Omit<Findings, 'data'>> & { data?: Partial<DataFindings> | null },
  allow: string[] = [],
) =>
  judge({ ...clean, ...findings, data: data === null ? null : { ...clean.data!, ...data } }, allow)
    .filter(({ status }) => status !== 'passed')
    .map(({ name, status }) => `${status} ${name}`)

describe('judge', () => {
  it('nothing found: every line passes and says what was looked for', () => {
    expect(outcomes({})).toEqual([])
    expect(
      judge(clean, []).every(
        ({ looksFor, observed, expected, message }) => looksFor && observed && expected && message,
      ),
    ).toBe(true)
  })
  it('fails: a feature that reads the future, an open window, an overlap, a label copy, an id', () => {
    const auc = (feature: string, value: number) => ({ feature, auc: value, low: value, high: value })
    expect(
      outcomes({
        truncation: { ...clean.truncation, differing: [{ feature: 'peek', rows: 3, cutoff: '2026-01-01' }] },
        openWindows: [{ cutoff: day('2026-01-01'), missingDays: 4 }],
        overlaps: { windows: [{ earlier: 'train', later: 'test', days: 2 }], users: [] },
        aucs: [auc('copy', 0.9991), auc('near', 0.9501), auc('fine', 0.95)],
        data: { idLike: [{ feature: 'customer_no', why: 'unique' }] },
      }),
    ).toEqual([
      'failed leakage.truncation',
      'failed leakage.closed_window',
      'failed purge',
      'failed leakage.copy',
      'warned leakage.near',
      'failed leakage.ids.customer_no',
    ])
  })
  it('an example that is there only because of the future fails as well', () => {
    expect(outcomes({ truncation: { ...clean.truncation, lostRows: 1 } })).toEqual(['failed leakage.truncation'])
  })
  it('warns: current values, a jump, one person twice, a silent end, late rows, corrections', () => {
    const changed = {
      table: 'app',
      kind: 'events' as const,
      rows: 9,
      appeared: 1,
      vanished: 0,
      changed: 0,
      firstDay: null,
      examples: ['x'],
    }
    expect(
      outcomes({
        currentValues: [{ attribute: 'tier', behaviour: 'spend_90d', early: 0.2, late: 0.6 }],
        jumps: [{ cutoff: '2026-02-01', change: 0.2, deviations: 6, message: 'up' }],
        silentDays: 12,
        data: {
          writtenTwice: { groups: 1, examples: ['"u1" and "U1"'] },
          late: { arrivals: { ...late.arrivals!, p99Days: 9 }, snapshot: { ...late.snapshot!, tables: [changed] } },
        },
      }),
    ).toEqual([
      'warned leakage.current_values.tier',
      'warned churn_rate.2026-02-01',
      'warned leakage.users',
      'warned leakage.silent_end',
      'warned leakage.arrivals',
      'warned leakage.corrections',
    ])
  })
  it('of one more target or horizon only what its labels and split can show is told', () => {
    const names = new Set(judge({ ...clean, data: null }, []).map(({ name }) => name))
    const whole = judge(clean, []).map(({ name }) => name)
    expect(whole.filter((name) => !names.has(name))).toEqual(['leakage.ids', 'leakage.arrivals', 'leakage.corrections'])
  })
  it('what was looked at and allowed passes', () => {
    const found = {
      aucs: [{ feature: 'copy', auc: 1, low: 1, high: 1 }],
      data: { idLike: [{ feature: 'customer_no', why: 'unique' }] },
      currentValues: [{ attribute: 'tier', behaviour: 'spend_90d', early: 0.2, late: 0.6 }],
    }
    expect(outcomes(found, ['copy', 'customer_no', 'tier'])).toEqual([])
  })
  it('one copy of the data without times of arrival: it says that these cannot be checked', () => {
    expect(outcomes({ data: { late: { arrivals: null, snapshot: null } }, currentValues: null, cutoffs: 5 })).toEqual([
      'not_checked leakage.current_values',
      'not_checked churn_rate',
      'not_checked leakage.arrivals',
      'not_checked leakage.corrections',
    ])
  })
})

describe('closed windows', () => {
  const times = { gapDays: 3, horizonDays: 30, delayDays: 2, dataEnd: day('2026-03-01') }
  it('2026-01-25 + 35 days is 1 March and closed; a day later lacks 1 day', () => {
    expect(openWindows({ ...times, cutoffs: [day('2026-01-25'), day('2026-01-26')] })).toEqual([
      { cutoff: '2026-01-26', missingDays: 1 },
    ])
  })
  const log = (...events: number[]) =>
    events.map((n, i) => ({ day: `2026-01-${String(i + 1).padStart(2, '0')}`, events: n }))
  it('a log that ends 10 January with a declared end 10 days later is silent for 10 days', () => {
    const end = { ...times, dataEnd: day('2026-01-21'), cutoffs: [day('2026-01-05')] }
    expect(silentEnd(end, log(1, 1, 0, 1, 1, 0, 0, 1, 1, 1))).toBe(10)
    expect(silentEnd({ ...end, dataEnd: day('2026-01-13') }, log(1, 1, 0, 1, 1, 0, 0, 1, 1, 1))).toBe(0)
    // A log of one event a week is used to silence.
    expect(silentEnd(end, log(1, 0, 0, 0, 0, 0, 0, 0, 0, 1))).toBe(0)
  })
})

describe('part overlaps', () => {
  const rows = { train: [0, 1], calibrate: [2], select: [3], test: [4] }
  const input = (days: string[], mode: 'cutoffs' | 'user_folds', users = [0, 1, 2, 3, 0]) => ({
    mode,
    reachDays: 10,
    rows: Object.fromEntries(Object.entries(rows).map(([part, own]) => [part, Uint32Array.from(own)])) as never,
    cutoffs: Uint16Array.from(days, (text) => dayNumber(day(text))),
    users: Uint32Array.from(users),
  })
  it('rows 10 days apart are apart; 9 days overlap by 1', () => {
    const apart = ['2026-01-01', '2026-01-01', '2026-01-11', '2026-01-21', '2026-01-31']
    expect(partOverlaps(input(apart, 'cutoffs'))).toEqual({ windows: [], users: [] })
    expect(partOverlaps(input(apart.with(1, '2026-01-02'), 'cutoffs')).windows).toEqual([
      { earlier: 'train', later: 'calibrate', days: 1 },
    ])
  })
  it('folds may share days but not users; test must still be later', () => {
    const same = ['2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-11']
    expect(partOverlaps(input(same, 'user_folds'))).toEqual({ windows: [], users: [] })
    expect(partOverlaps(input(same, 'user_folds', [0, 1, 1, 3, 0])).users).toEqual([
      { earlier: 'train', later: 'calibrate', users: 1 },
    ])
    expect(partOverlaps(input(same.with(4, '2026-01-10'), 'user_folds')).windows).toHaveLength(3)
  })
})

describe('id-like values', () => {
  const facts = (more: Partial<ValueFacts>): ValueFacts => ({
    name: 'x',
    kind: 'number',
    users: 1000,
    distinct: 1000,
    areWhole: true,
    min: 0,
    max: 900_000,
    withUserOrder: 0,
    withFirstEvent: 0,
    ...more,
  })
  it('a text per user, a running number, a number in the order of ids or of joining, a name', () => {
    expect(whyIdLike(facts({ kind: 'category' }))).toBe('1000 different values for 1000 users')
    expect(whyIdLike(facts({ max: 999 }))).toContain('without gaps')
    expect(whyIdLike(facts({ withUserOrder: -0.999 }))).toContain('order of the user ids')
    expect(whyIdLike(facts({ withFirstEvent: 1 }))).toContain("users' first events")
    expect(whyIdLike(facts({ name: 'account_no' }))).toContain('name of an id')
  })
  it('not: an income that hardly two users share, fractions, 100 levels, 40 users', () => {
    expect(whyIdLike(facts({ name: 'income' }))).toBeNull()
    expect(whyIdLike(facts({ areWhole: false, max: 999 }))).toBeNull()
    expect(whyIdLike(facts({ kind: 'category', distinct: 100 }))).toBeNull()
    expect(whyIdLike(facts({ kind: 'category', users: 40, distinct: 40 }))).toBeNull()
  })
  it('a text feature with 60 levels for 60 users, missing not counted', () => {
    const codes = Uint16Array.from({ length: 61 }, (_, i) => (i === 60 ? missingCode : i))
    const x: Dataset = {
      names: ['last_item'],
      columns: [{ kind: 'category', codes, levels: Array.from({ length: 60 }, (_, i) => `l${i}`) }],
      rowCount: 61,
      users: Uint32Array.from(codes, (_, i) => i),
      cutoffs: new Uint16Array(61),
    }
    expect(idLikeTexts(x)).toEqual([{ feature: 'last_item', why: '60 different values for 60 users' }])
  })
})

describe('current values', () => {
  /** Six cutoffs; spend drifts slowly; the tier is made of the spend at the last cutoff, the plan of the user. */
  const random = createRandom('tiers')
  const users = 400
  const plan = Array.from({ length: users }, () => random.integer(2))
  const spend = [Array.from({ length: users }, (_, u) => plan[u]! + random.normal())]
  for (let c = 1; c < 6; c++)
    spend.push(spend[c - 1]!.map((value, u) => plan[u]! * 0.3 + 0.7 * value + 0.7 * random.normal()))
  const tier = spend[5]!.map((value) => (value > 1 ? 2 : value > 0 ? 1 : 0))
  const rowCount = 6 * users
  const user = (row: number): number => row % users
  const dataset: Dataset = {
    names: ['spend', 'tier', 'plan'],
    columns: [
      { kind: 'number', values: Float32Array.from(spend.flat()) },
      {
        kind: 'category',
        codes: Uint16Array.from({ length: rowCount }, (_, row) => tier[user(row)]!),
        levels: ['a', 'b', 'c'],
      },
      { kind: 'number', values: Float32Array.from({ length: rowCount }, (_, row) => plan[user(row)]!) },
    ],
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, row) => user(row)),
    cutoffs: Uint16Array.from({ length: rowCount }, (_, row) => 20_000 + 30 * Math.floor(row / users)),
  }
  const labels = Uint8Array.from({ length: rowCount }, () => random.integer(2))
  const input = { dataset, labels, attributes: ['tier', 'plan'], behaviours: ['spend'] }
  it('a tier made of the last spend is found; a plan with an effect at every cutoff is not', () => {
    const found = currentValues(input)!
    expect(found.map(({ attribute, behaviour }) => [attribute, behaviour])).toEqual([['tier', 'spend']])
    expect(found[0]!.late).toBeGreaterThan(0.8)
    expect(found[0]!.early).toBeLessThan(0.4)
  })
  it('two cutoffs cannot tell', () => {
    const few = { ...dataset, cutoffs: dataset.cutoffs.map((_, row) => (row < 3 * users ? 1 : 2)) }
    expect(currentValues({ ...input, dataset: few })).toBeNull()
  })
})

describe('truncated features', () => {
  const table = (users: number[], values: number[], codes: number[], levels: string[]): Dataset => ({
    names: ['n', 'c'],
    columns: [
      { kind: 'number', values: Float32Array.from(values) },
      { kind: 'category', codes: Uint16Array.from(codes), levels },
    ],
    rowCount: users.length,
    users: Uint32Array.from(users),
    cutoffs: new Uint16Array(users.length),
  })
  const first = table([1, 2, 3], [1, Number.NaN, 3], [0, 1, missingCode], ['a', 'b'])
  const rows = { dataset: first, rows: Uint32Array.from([0, 1, 2]) }
  it('the same values in another order and with other codes are the same', () => {
    const second = table([3, 2, 1], [3, Number.NaN, 1], [missingCode, 0, 1], ['b', 'a'])
    expect(differingFeatures(rows, { dataset: second, rows: Int32Array.from([2, 1, 0]) })).toEqual({
      rows: 3,
      values: 6,
      lost: 0,
      differing: [],
    })
  })
  it('one bit, one level and one user less are told', () => {
    const second = table([1, 2], [1 + 2 ** -23, Number.NaN], [0, 0], ['a', 'b'])
    expect(differingFeatures(rows, { dataset: second, rows: Int32Array.from([0, 1, -1]) })).toEqual({
      rows: 2,
      values: 4,
      lost: 1,
      differing: [
        { feature: 'n', rows: 1 },
        { feature: 'c', rows: 1 },
      ],
    })
  })
})

describe('ids written twice', () => {
  it('case, white space, leading zeros and a decimal zero; not different numbers', () => {
    expect(idsWrittenTwice(['u7', ' U007', 'u70', '12', '12.0', '0012', '120', 'a-01', 'A-1']).groups).toEqual([
      [0, 1],
      [3, 4, 5],
      [7, 8],
    ])
  })
})
