import { describe, expect, it } from 'vitest'
import type { CatalogEntry, ImportanceRow } from '../../core/artifacts.ts'
import type { Column, Dataset } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { measureTags } from '../../evaluation/measure-tags.ts'
import { oneFeatureAucs } from '../../evaluation/one-feature-auc.ts'
import { referenceOf } from '../../evaluation/reference.ts'
import { findRepeats } from '../../evaluation/repeats.ts'
import { isUnused, tagLives } from '../../evaluation/tag-life.ts'

const table = (columns: Record<string, Column>, rowCount: number, cutoffs?: Uint16Array): Dataset => ({
  names: Object.keys(columns),
  columns: Object.values(columns),
  rowCount,
  users: Uint32Array.from({ length: rowCount }, (_, i) => i),
  cutoffs: cutoffs ?? new Uint16Array(rowCount),
})
const numbers = (values: ArrayLike<number>): Column => ({ kind: 'number', values: Float32Array.from(values) })

describe('findRepeats', () => {
  const random = createRandom('repeats')
  const n = 2_000
  const y = Uint8Array.from({ length: n }, () => random.integer(2))
  const strong = Array.from(y, (label) => label + random.normal())
  const x = table(
    {
      weak: numbers(strong.map((value) => value + 0.1 * random.normal())),
      strong: numbers(strong),
      squared: numbers(strong.map((value) => Math.exp(-value))),
      other: numbers(Array.from(y, () => random.normal())),
      gaps: numbers(strong.map((value, i) => (i % 2 === 0 ? Number.NaN : value))),
      constant: numbers(strong.map(() => 7)),
    },
    n,
  )
  it('a noisy copy and a falling curve of it repeat the strongest; noise, gaps and a constant repeat nothing', () => {
    const repeats = findRepeats(x, oneFeatureAucs(x, y))
    expect([...repeats].map(([name, { feature }]) => [name, feature]).sort()).toEqual([
      ['squared', 'strong'],
      ['weak', 'strong'],
    ])
    expect(repeats.get('squared')!.correlation).toBeCloseTo(-1, 12)
  })
  it('Spearman by hand: 1 2 3 4 against 2 1 4 3 is .6, too little; against 10 20 30 40 is 1', () => {
    const small = table({ a: numbers([1, 2, 3, 4]), b: numbers([2, 1, 4, 3]), c: numbers([10, 20, 30, 40]) }, 4)
    const aucs = ['a', 'b', 'c'].map((feature) => ({ feature, auc: 0.5, low: 0, high: 1 }))
    expect([...findRepeats(small, aucs)]).toEqual([
      ['c', { feature: 'a', correlation: expect.closeTo(1, 12) as number }],
    ])
  })
})

describe('measureTags', () => {
  it('two cutoffs: coverage, mean, deciles, top level and drift by hand', () => {
    const cutoffs = Uint16Array.from([...Array.from({ length: 4 }, () => 100), ...Array.from({ length: 4 }, () => 107)])
    const dataset = table(
      {
        spend: numbers([1, 2, 3, Number.NaN, 11, 12, 13, 14]),
        plan: { kind: 'category', codes: Uint16Array.from([0, 0, 1, 65_535, 1, 1, 1, 0]), levels: ['basic', 'plus'] },
      },
      8,
      cutoffs,
    )
    const train = { ...table({ spend: numbers([1, 2, 3, Number.NaN]) }, 4), names: ['spend'] }
    const plan = dataset.columns[1] as Extract<Column, { kind: 'category' }>
    const both: Dataset = {
      ...train,
      names: dataset.names,
      columns: [train.columns[0]!, { ...plan, codes: plan.codes.slice(0, 4) }],
    }
    const report = measureTags({
      dataset,
      train: both,
      testRows: Uint32Array.from([4, 5, 6, 7]),
      reference: referenceOf(both),
      aucs: dataset.names.map((feature) => ({ feature, auc: 0.6, low: 0.5, high: 0.7 })),
      coverage: [7 / 8, 7 / 8],
    })
    expect(report).toMatchObject({ trainRows: 4, testRows: 4 })
    const [spend, texts] = report.tags
    expect(spend!.byCutoff.map(({ cutoff, rows, coverage, mean, p50 }) => [cutoff, rows, coverage, mean, p50])).toEqual(
      [
        ['1970-04-11', 4, 0.75, 2, 2],
        ['1970-04-18', 4, 1, 12.5, 12.5],
      ],
    )
    expect(spend!.drift).toMatchObject({ referenceRows: 4, rows: 4, missingReference: 0.25, missing: 0 })
    // (12.5 - 2) / sqrt((1 + 5/3) / 2)
    expect(spend!.drift.effect).toBeCloseTo(10.5 / Math.sqrt(4 / 3), 10)
    expect(texts!.byCutoff.map(({ top }) => top)).toEqual([
      { level: 'basic', share: 2 / 3 },
      { level: 'plus', share: 3 / 4 },
    ])
    expect(texts!.byCutoff[0]!.mean).toBeNull()
  })
})

describe('tagLives', () => {
  const entry = (name: string, inUse: boolean, reason: string | null, hash = 'h'): CatalogEntry => ({
    name,
    description: '',
    family: 'activity',
    unit: 'count',
    lookbackDays: 30,
    actionable: false,
    kind: 'measure',
    whenEmpty: 'zero',
    hash,
    coverage: 1,
    inUse,
    reason,
  })
  const row = (model: string, feature: string, method: ImportanceRow['method'], value: number): ImportanceRow => ({
    model,
    feature,
    method,
    value,
    low: null,
    high: null,
    per: null,
    rank: 1,
  })
  const catalog = [
    entry('a', true, null),
    entry('b', true, null),
    entry('c', false, 'proposed'),
    entry('d', false, 'event type absent'),
  ]
  it('who uses a tag: a coefficient or gain that is not 0; for models without either, a permutation', () => {
    const importance = [
      row('linear', 'a', 'coefficient', 0.3),
      row('linear', 'b', 'coefficient', 0),
      row('linear', 'b', 'permutation', 0.1),
      row('network', 'a', 'permutation', 0.01),
      row('network', 'b', 'permutation', 0),
    ]
    const lives = tagLives({ catalog, tags: null, importance })
    expect(lives.map(({ tag, state, usedBy }) => [tag, state, usedBy.join(' ')])).toEqual([
      ['a', 'in use', 'linear network'],
      ['b', 'in use', ''],
      ['c', 'proposed', ''],
      ['d', 'absent', ''],
    ])
    expect(lives.filter(isUnused).map(({ tag }) => tag)).toEqual(['b'])
  })
  it('since the run before: the same, changed by its hash, new', () => {
    const before = [entry('a', true, null), entry('b', true, null, 'older')]
    expect(tagLives({ catalog, tags: null, importance: null, before }).map(({ since }) => since)).toEqual([
      'same',
      'changed',
      'new',
      'new',
    ])
  })
})
