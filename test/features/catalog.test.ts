import { expect, test } from 'vitest'
import type { EbbError } from '../../core/errors.ts'
import { selectFeatures } from '../../features/catalog.ts'
import { featuresSchema } from '../../features/config.ts'
import { families, featureKind, type Feature } from '../../features/definition.ts'
import { describeCatalog, featureHash } from '../../features/describe.ts'
import { resolveRoles } from '../../features/roles.ts'
import { userFeatures } from '../../features/user-features.ts'
import { catalogContext } from './world.ts'

const none = { add: [], drop: [] }
const all = selectFeatures(catalogContext(), none)
/** A kind over several lookbacks counts once; attributes of one table count once per way of reading. */
const kindOf = (feature: Feature): string =>
  feature.kind === 'asOf' ? `${feature.read} of a ${feature.type}` : feature.name.replaceAll(/_\d+d/g, '')
const kinds = (family: string): Set<string> =>
  new Set(all.features.filter((feature) => feature.family === family).map(kindOf))

test('at least 45 kinds of feature, at least 5 in each family', () => {
  expect(new Set(all.features.map(kindOf)).size).toBeGreaterThanOrEqual(140)
  for (const family of families) expect([family, kinds(family).size >= 5]).toEqual([family, true])
})

test('every feature has a name in snake_case, a sentence, a unit, and every name is there once', () => {
  const names = all.features.map((feature) => feature.name)
  expect(new Set(names).size).toBe(names.length)
  for (const feature of all.features) {
    expect(feature.name).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
    expect(feature.description).toMatch(/^[A-Z1].{9,}/)
    expect(feature.description).not.toContain('_')
    expect(feature.unit.length).toBeGreaterThan(1)
  }
})

/** What is counted or summed over a lookback, by name without its days. */
function countedOver(features: readonly Feature[], days: number): readonly Feature[] {
  return features.filter(
    (feature) =>
      feature.whenEmpty === 'zero' &&
      (feature.kind === 'measure' || feature.kind === 'asOf') &&
      feature.lookbackDays === days,
  )
}

test('every count and every sum of a lookback comes with its decay or change and with its slope', () => {
  const { features, supporting } = selectFeatures(catalogContext({ trends: 'all' }), none)
  const byName = new Map([...features, ...supporting].map((feature) => [feature.name, feature]))
  const firstInputs = (...formulas: readonly string[]): Set<string> =>
    new Set(
      features.flatMap((made) => (made.kind === 'derived' && formulas.includes(made.formula) ? made.from[0]! : [])),
    )
  const counted = countedOver(features, 30).filter(({ name }) => !name.includes('_from_'))
  expect(counted.length).toBeGreaterThanOrEqual(28)
  const compared = firstInputs('decay', 'difference')
  expect(counted.map(({ name }) => name).filter((name) => !compared.has(name))).toEqual([])
  const latestWeeks = new Set(
    features.flatMap((made) => (made.kind === 'derived' && made.formula === 'slope' ? made.from.at(-1)! : [])),
  )
  const weekOf = (name: string): string => name.replace(/_30d$/, '_7d')
  expect(counted.map(({ name }) => weekOf(name)).filter((name) => !latestWeeks.has(name))).toEqual([])
  for (const name of latestWeeks) expect([name, byName.has(name)]).toEqual([name, true])
})

test('every count and every sum of a lookback that grows with time has a rate over the days that the user has been here', () => {
  const { features } = selectFeatures(catalogContext({ trends: 'all' }), none)
  const rated = features.flatMap((made) => (made.kind === 'derived' && made.formula === 'rate' ? [made] : []))
  const counted = countedOver(features, 30)
    .map(({ name }) => name)
    .filter((name) => !name.includes('_from_') && !/^(channel|category)_count_|_changes_/.test(name))
  expect(counted.length).toBe(23)
  const inputs = new Set(rated.map(({ from }) => from[0]!))
  expect(counted.filter((name) => !inputs.has(name))).toEqual([])
  for (const { from, limit, name } of rated) {
    expect([name, from[1]]).toEqual([name, 'tenure_days'])
    expect(from[0]!.endsWith(`_${limit}d`)).toBe(true)
  }
})

test('trends: by default those of events, orders and spend; others by name, by family or all', () => {
  const slopes = (trends: 'all' | readonly string[]): string[] =>
    selectFeatures(catalogContext({ trends, lookbackDays: [30] }), none)
      .features.map(({ name }) => name)
      .filter((name) => name.includes('_slope_'))
  expect(slopes([])).toEqual(['event_slope_30d', 'spend_slope_30d', 'purchase_slope_30d'])
  expect(slopes(['login_slope_30d']).length).toBe(4)
  expect(slopes(['preference']).filter((name) => !slopes([]).includes(name))).toEqual([
    'category_count_slope_30d',
    'cart_slope_30d',
    'favourite_slope_30d',
  ])
  expect(slopes('all').length).toBe(28)
  const { excluded } = selectFeatures(catalogContext({ trends: ['negative'] }), none)
  expect(excluded.find(({ name }) => name === 'view_slope_7d')?.reason).toBe('not among features.trends')
  expect(excluded.map(({ name }) => name)).not.toContain('complaint_slope_7d')
})

test('trends: an unknown name and a family that is not in use are faults with their place', () => {
  const select = (trends: readonly string[]) => (): unknown =>
    selectFeatures(catalogContext({ trends, families: ['activity'] }), none)
  expect(select(['active_day_slope_30d', 'logni_slope_30d'])).toThrow(
    'features.trends[1]: no feature named "logni_slope_30d"; did you mean "login_slope_30d"?',
  )
  expect(select(['negative'])).toThrow('features.trends[0]: family "negative" is not in use')
})

test('only attributes and levels are categories', () => {
  const categories = all.features
    .filter((feature) => featureKind(feature) === 'category')
    .map((feature) => feature.name)
  expect(categories.sort()).toEqual(['first_channel', 'last_category', 'last_channel', 'tier', 'tier_previous'])
})

test('a purchase log without amounts, channels, categories, times: what it cannot give is left out with the reason', () => {
  const bare = catalogContext({
    eventTypes: ['purchase'],
    attributes: [],
    levels: { category: [], channel: ['web'] },
    has: { amount: false, quantity: false, timeOfDay: false },
  })
  const selected = selectFeatures(bare, none)
  const reasons = new Map(selected.excluded.map(({ name, reason }) => [name, reason]))
  expect(reasons.get('login_count_7d')).toBe('event type absent: app_login, login')
  expect(reasons.get('login_decay_30d')).toBe('event type absent: app_login, login')
  expect(reasons.get('spend_30d')).toBe('no amount in the data')
  expect(reasons.get('rfm_monetary_score')).toBe('no amount in the data')
  expect(reasons.get('quantity_7d')).toBe('no quantity in the data')
  expect(reasons.get('category_entropy_30d')).toBe('no category in the data')
  expect(reasons.get('channel_count_30d')).toBe('only one channel in the data')
  expect(reasons.get('night_share_30d')).toBe('event times carry no time of day')
  expect(reasons.has('rfm_frequency_score')).toBe(false)
  const names = selected.features.map((feature) => feature.name)
  expect(names).toEqual(
    expect.arrayContaining(['purchase_overdue', 'purchase_decay_7d', 'tenure_days', 'weekend_share_7d']),
  )
  expect(names.length + reasons.size).toBe(new Set([...names, ...reasons.keys()]).size)
})

test('roles: order and reorder play purchase', () => {
  const roles = resolveRoles({ purchase: ['order', 'reorder'] })
  const { features } = selectFeatures(catalogContext({ roles, eventTypes: ['reorder'] }), none)
  const count = features.find((feature) => feature.name === 'purchase_count_7d')
  expect(count).toMatchObject({ where: { op: 'in', name: 'event_type', values: ['order', 'reorder'] } })
})

test('dropped features are gone, and what others are made of is still computed', () => {
  const { features, supporting, excluded } = selectFeatures(catalogContext(), { add: [], drop: ['purchase_count_7d'] })
  expect(features.map(({ name }) => name)).not.toContain('purchase_count_7d')
  expect(supporting.map(({ name }) => name)).toContain('purchase_count_7d')
  expect(excluded.find(({ name }) => name === 'purchase_count_7d')?.reason).toBe('dropped by config')
  expect(() => selectFeatures(catalogContext(), { add: [], drop: ['purchase_cuont_7d'] })).toThrow(
    'features.drop[0]: no feature named "purchase_cuont_7d"; did you mean "purchase_count_7d"?',
  )
})

const declare = (add: unknown): readonly Feature[] => userFeatures(featuresSchema.parse({ add }).add)
const big = {
  kind: 'measure',
  measure: 'count',
  where: "event_type = 'purchase' and amount > 200",
  lookbackDays: 90,
  unit: 'count',
  description: 'Orders above 200 in the last 90 days',
}

test("the config's own features: a measure with a condition, and one derived from catalogue features", () => {
  const add = declare({
    big_baskets_90d: big,
    refund_share_30d: {
      kind: 'derived',
      formula: 'ratio',
      from: ['return_count_30d', 'purchase_count_30d'],
      unit: 'ratio',
      description: 'Share of orders sent back',
    },
  })
  const selected = selectFeatures(catalogContext({ families: ['activity'] }), { add: [add[0]!], drop: [] })
  expect(selected.features.at(-1)).toMatchObject({
    name: 'big_baskets_90d',
    family: 'custom',
    whenEmpty: 'zero',
    offsetDays: 0,
    where: { op: 'and' },
  })
  const both = selectFeatures(catalogContext(), { add, drop: [] })
  expect(both.features.at(-1)).toMatchObject({ name: 'refund_share_30d', whenEmpty: 'missing' })
})

test('faults of own features name the place', () => {
  const message = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      return (error as EbbError).message
    }
    return 'no fault'
  }
  const derived = { kind: 'derived', formula: 'ratio', from: ['a', 'b'], unit: 'ratio', description: 'x' }
  expect(message(() => declare({ a: { ...big, where: 'amuont > 2' } }))).toContain(
    'features.add.a.where, position 1: unknown name "amuont"; did you mean "amount"?',
  )
  expect(message(() => declare({ a: { ...derived, from: ['b'] } }))).toBe(
    'features.add.a: formula ratio takes 2 inputs, got 1',
  )
  expect(message(() => declare({ a: { ...derived, formula: 'rate' } }))).toBe(
    'features.add.a: formula rate needs a limit',
  )
  expect(message(() => declare({ a: { ...derived, limit: 3 } }))).toBe('features.add.a: formula ratio takes no limit')
  expect(message(() => declare({ a: { ...derived, formula: 'slope', from: ['b'] } }))).toBe(
    'features.add.a: formula slope takes at least 2 inputs, got 1',
  )
  expect(message(() => declare({ a: { ...big, lookbackDays: 'lifetime', offsetDays: 3 } }))).toBe(
    'features.add.a: offsetDays needs a lookback in days',
  )
  const select = (add: unknown): string =>
    message(() => selectFeatures(catalogContext(), { add: declare(add), drop: [] }))
  expect(select({ tenure_days: big })).toBe(
    'features.add.tenure_days: the catalogue already has a feature of this name',
  )
  expect(select({ a: { ...derived, from: ['purchase_count_31d', 'tenure_days'] } })).toBe(
    'feature "a": no feature named "purchase_count_31d"; did you mean "purchase_count_30d"?',
  )
  expect(select({ a: { ...derived, from: ['b', 'tenure_days'] }, b: { ...derived, from: ['a', 'tenure_days'] } })).toBe(
    'feature "a": is made of itself: a <- b',
  )
  expect(featuresSchema.safeParse({ add: { a: { ...big, measure: 'cuont' } } }).success).toBe(false)
  expect(featuresSchema.safeParse({ add: { a: { kind: 'rowSql', expression: '1' } } }).success).toBe(false)
  expect(featuresSchema.safeParse({ lookbackDays: [-28] }).success).toBe(false)
})

test('the description export: in order of name, with hash, farthest lookback, and why a feature is not in use', () => {
  const entries = describeCatalog(selectFeatures(catalogContext(), { add: [], drop: ['tenure_days'] }))
  const entry = (name: string): unknown => entries.find((one) => one.name === name)
  expect(entries.map((one) => one.name)).toEqual(entries.map((one) => one.name).sort())
  expect(entry('purchase_decay_30d')).toMatchObject({
    family: 'transaction',
    kind: 'derived',
    lookbackDays: 60,
    inUse: true,
    reason: null,
    coverage: null,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(entry('tenure_days')).toMatchObject({ inUse: false, reason: 'dropped by config', lookbackDays: 'lifetime' })
  expect(entry('tier')).toMatchObject({ lookbackDays: null })
  expect(entry('tier_changes_7d')).toMatchObject({ lookbackDays: 7, whenEmpty: 'zero' })
})

test('the hash tells what is computed: another lookback of an input changes it, other words do not', () => {
  const [made] = declare({
    a: { kind: 'derived', formula: 'ratio', from: ['x', 'y'], unit: 'ratio', description: 'd' },
  })
  const inputs = (days: number): Map<string, Feature> =>
    new Map(['x', 'y'].map((name) => [name, declare({ [name]: { ...big, lookbackDays: days } })[0]!]))
  const renamed = { ...made!, name: 'b', description: 'other', actionable: true, family: 'activity' as const }
  expect(featureHash(renamed, inputs(90))).toBe(featureHash(made!, inputs(90)))
  expect(featureHash(made!, inputs(91))).not.toBe(featureHash(made!, inputs(90)))
})
