import { describe, expect, test } from 'vitest'
import type { Dataset, Probabilities } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { type PermutationRequest, permutationImportance } from '../../models/permutation.ts'
import { table, times } from './tree-tables.ts'

const rowCount = 2000
const random = createRandom(6)
const x = table({
  loud: times(rowCount, () => random.next()),
  quiet: times(rowCount, () => random.next()),
  tier: times(rowCount, () => (random.next() < 0.5 ? 'gold' : 'basic')),
  noise: times(rowCount, () => random.next()),
  same: times(rowCount, () => null),
})

/** 0.6 loud + 0.2 quiet + 0.2 [tier = gold]; the loss is the mean squared difference to these values. */
const predict = (dataset: Dataset): Promise<Probabilities> => {
  const [loud, quiet, tier] = dataset.columns
  if (loud?.kind !== 'number' || quiet?.kind !== 'number' || tier?.kind !== 'category') throw new Error('other columns')
  return Promise.resolve(
    Float64Array.from({ length: dataset.rowCount }, (_, i) => {
      const isGold = tier.levels[tier.codes[i]!] === 'gold' ? 1 : 0
      return 0.6 * loud.values[i]! + 0.2 * quiet.values[i]! + 0.2 * isGold
    }),
  )
}
const truth = await predict(x)
const loss = (p: Probabilities, rows: Uint32Array): number =>
  p.reduce((sum, value, i) => sum + (value - truth[rows[i]!]!) ** 2, 0) / p.length

const request = (more: Partial<PermutationRequest> = {}): PermutationRequest => ({
  predict,
  x,
  loss,
  random: createRandom(1),
  signal: new AbortController().signal,
  emit: () => {},
  ...more,
})
const riseOf = (result: Awaited<ReturnType<typeof permutationImportance>>, name: string): number =>
  result.features.find(({ feature }) => feature === name)!.rise

describe('permutation importance', () => {
  test('of a uniform column with slope b is 2 b^2 / 12, of a fair 0/1 column 2 b^2 / 4, of the rest exactly 0', async () => {
    const result = await permutationImportance(request())
    expect(result).toMatchObject({ baseLoss: 0, rowCount: 2000, repeats: 5 })
    expect(riseOf(result, 'loud')).toBeCloseTo((2 * 0.36) / 12, 2)
    expect(riseOf(result, 'quiet')).toBeCloseTo((2 * 0.04) / 12, 3)
    expect(riseOf(result, 'tier')).toBeCloseTo((2 * 0.04) / 4, 2)
    expect(riseOf(result, 'noise')).toBe(0)
    expect(riseOf(result, 'same')).toBe(0)
  })

  test('the mean of the repeats is the rise, and they differ', async () => {
    const { features } = await permutationImportance(request({ features: ['loud'], repeats: 3 }))
    const { rise, risePerRepeat } = features[0]!
    expect(new Set(risePerRepeat).size).toBe(3)
    expect(rise).toBeCloseTo(risePerRepeat.reduce((a, b) => a + b) / 3, 15)
  })

  test('fewer features, in another order, change nothing for the others; the data are not touched', async () => {
    const before = structuredClone(x.columns)
    const all = await permutationImportance(request())
    const some = await permutationImportance(request({ features: ['tier', 'loud'] }))
    expect(some.features).toEqual([all.features[2], all.features[0]])
    expect(x.columns).toEqual(before)
  })

  test('features that the model does not read cost no prediction', async () => {
    let predictions = 0
    const counted = (dataset: Dataset): Promise<Probabilities> => {
      predictions++
      return predict(dataset)
    }
    const used = new Set(['loud'])
    const result = await permutationImportance(request({ predict: counted, used, repeats: 4 }))
    expect(predictions).toBe(1 + 4)
    expect(result.features.filter(({ rise }) => rise > 0).map(({ feature }) => feature)).toEqual(['loud'])
  })

  test('at most maxRows rows, the same ones every time; the loss is told which', async () => {
    const seen: number[][] = []
    const watched = (p: Probabilities, rows: Uint32Array): number => {
      seen.push([...rows])
      return loss(p, rows)
    }
    const first = await permutationImportance(request({ maxRows: 300, loss: watched }))
    expect(first).toMatchObject({ rowCount: 300, baseLoss: 0 })
    expect(new Set(seen.map(String)).size).toBe(1)
    expect(new Set(seen[0]).size).toBe(300)
    expect(await permutationImportance(request({ maxRows: 300 }))).toEqual(first)
  })

  test('tells how far it is, and stops when told to', async () => {
    const controller = new AbortController()
    const events: (number | undefined)[] = []
    const emit = ({ done }: { done?: number }): void => {
      events.push(done)
      if (done === 2) controller.abort()
    }
    const work = permutationImportance(request({ emit, signal: controller.signal }))
    await expect(work).rejects.toMatchObject({ kind: 'interrupted' })
    expect(events).toEqual([0, 1, 2])
  })

  test('an unknown feature and zero repeats are refused; one row has nothing to shuffle', async () => {
    await expect(permutationImportance(request({ features: ['lout'] }))).rejects.toThrow(/"lout"; known: loud, quiet/)
    await expect(permutationImportance(request({ repeats: 0 }))).rejects.toThrow(/repeats/)
    const one = await permutationImportance(request({ maxRows: 1 }))
    expect(one.features.every(({ rise }) => rise === 0)).toBe(true)
  })
})
