import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { evaluateModels, percentileInterval } from '../../evaluation/bootstrap.ts'
import { pairedDifference } from '../../evaluation/paired-difference.ts'
import { metricByName, metrics } from '../../evaluation/registry.ts'

/** `rows` rows, `rowsPerUser` neighbours belong to one user and share its label. */
function sample(rows: number, rowsPerUser: number, seed: string) {
  const random = createRandom(seed)
  const users = Uint32Array.from({ length: rows }, (_, i) => 7 + 3 * Math.floor(i / rowsPerUser))
  const byUser = new Map<number, { z: number; y: number }>()
  for (const user of users)
    if (!byUser.has(user)) {
      const z = random.normal()
      byUser.set(user, { z, y: random.next() < sigmoid(z) ? 1 : 0 })
    }
  const y = Uint8Array.from(users, (user) => byUser.get(user)!.y)
  const p = Float64Array.from(users, (user) => sigmoid(byUser.get(user)!.z))
  return { y, p, users }
}
const widthOf = (interval: { low: number; high: number }) => interval.high - interval.low

describe('evaluateModels', () => {
  it('gives the same numbers for the same path of random, and for any order of models and rows', async () => {
    const { y, p, users } = sample(300, 1, 'order')
    const other = p.map((one) => one ** 2)
    const base = { y, users, metrics, replicates: 40 }
    const a = { name: 'a', p, threshold: 0.5 }
    const b = { name: 'b', p: other, threshold: 0.3 }
    const [a1, b1] = await evaluateModels({ ...base, models: [a, b], random: createRandom(5).child('test') })
    const [b2, a2] = await evaluateModels({ ...base, models: [b, a], random: createRandom(5).child('test') })
    expect([a2, b2]).toEqual([a1, b1])
    const reversed = await evaluateModels({
      ...base,
      y: y.toReversed(),
      users: users.toReversed(),
      models: [{ ...a, p: p.toReversed() }],
      random: createRandom(5).child('test'),
    })
    for (const { name } of metrics) expect(reversed[0]!.metrics[name]!.low).toBeCloseTo(a1!.metrics[name]!.low, 9)
  })

  it('covers: the 95 % interval of AUC over 300 rows is as wide as its theory says, 2 x 1.96 SE (Hanley and McNeil)', async () => {
    const { y, p, users } = sample(300, 1, 'width')
    const [model] = await evaluateModels({
      y,
      users,
      models: [{ name: 'm', p }],
      metrics: [metricByName('auc')],
      replicates: 1000,
      random: createRandom(1),
    })
    const { value } = model!.metrics['auc']!
    const churners = y.filter((label) => label === 1).length
    const stayers = y.length - churners
    const [q1, q2] = [value / (2 - value), (2 * value ** 2) / (1 + value)]
    const variance =
      (value * (1 - value) + (churners - 1) * (q1 - value ** 2) + (stayers - 1) * (q2 - value ** 2)) /
      (churners * stayers)
    expect(widthOf(model!.metrics['auc']!) / (2 * 1.96 * Math.sqrt(variance))).toBeGreaterThan(0.85)
    expect(widthOf(model!.metrics['auc']!) / (2 * 1.96 * Math.sqrt(variance))).toBeLessThan(1.15)
  })

  it('resamples users, not rows: four equal rows per user leave the interval twice as wide as four times the users', async () => {
    const clustered = sample(800, 4, 'same')
    const independent = sample(800, 1, 'other')
    const width = async ({ y, p, users }: ReturnType<typeof sample>) => {
      const models = [{ name: 'm', p }]
      const random = createRandom('w')
      const [model] = await evaluateModels({
        y,
        users,
        models,
        metrics: [metricByName('brier')],
        replicates: 600,
        random,
      })
      return widthOf(model!.metrics['brier']!)
    }
    const ratio = (await width(clustered)) / (await width(independent))
    expect(ratio).toBeGreaterThan(1.6)
    expect(ratio).toBeLessThan(2.5)
  })

  it('a replicate equals the metric of the resampled rows: 1 user gives every replicate the value itself', async () => {
    const y = Uint8Array.from([1, 0, 1])
    const p = Float64Array.from([0.9, 0.4, 0.3])
    const users = new Uint32Array(3).fill(12)
    const [model] = await evaluateModels({
      y,
      users,
      models: [{ name: 'm', p }],
      metrics: [metricByName('auc')],
      replicates: 5,
      random: createRandom(1),
    })
    expect(model!.metrics['auc']).toEqual({ value: 0.5, low: 0.5, high: 0.5 })
  })

  it('stops when asked to and tells how far it is', async () => {
    const { y, p, users } = sample(50, 1, 'stop')
    const seen: number[] = []
    const input = { y, users, models: [{ name: 'm', p }], metrics: [metricByName('brier')], replicates: 10 }
    await evaluateModels({ ...input, random: createRandom(1), emit: (event) => seen.push(event.total ?? 0) })
    expect(seen).toEqual([10])
    const stopped = evaluateModels({ ...input, random: createRandom(1), signal: AbortSignal.abort(new Error('stop')) })
    await expect(stopped).rejects.toThrow('stop')
  })

  it('without replicates the values stand and the intervals are NaN', async () => {
    const { y, p, users } = sample(50, 1, 'none')
    const input = { y, users, models: [{ name: 'm', p }], metrics: [metricByName('brier')], replicates: 0 }
    const [model] = await evaluateModels({ ...input, random: createRandom(1) })
    expect(model!.metrics['brier']!.value).toBeGreaterThan(0)
    expect(model!.metrics['brier']!.low).toBeNaN()
  })
})

describe('percentileInterval', () => {
  it('0..100 has the interval 2.5 to 97.5', () => {
    expect(
      percentileInterval(
        3,
        Float64Array.from({ length: 101 }, (_, i) => i),
      ),
    ).toEqual({ value: 3, low: 2.5, high: 97.5 })
  })
  it('leaves undefined replicates out, and is NaN when they are half of all', () => {
    expect(percentileInterval(1, Float64Array.from([Number.NaN, 4, 4])).low).toBe(4)
    expect(percentileInterval(1, Float64Array.from([Number.NaN, 4])).low).toBeNaN()
  })
})

describe('pairedDifference', () => {
  it('of a model with itself is exactly 0; of p against a shifted p it is far narrower than the two apart', async () => {
    const { y, p, users } = sample(400, 1, 'paired')
    const models = [
      { name: 'a', p },
      { name: 'b', p: p.map((one) => 0.5 + (one - 0.5) * 0.9) },
    ]
    const [a, b] = await evaluateModels({
      y,
      users,
      models,
      metrics: [metricByName('log_loss')],
      replicates: 300,
      random: createRandom(2),
    })
    expect(pairedDifference(a!, a!, 'log_loss')).toEqual({
      metric: 'log_loss',
      value: 0,
      low: 0,
      high: 0,
      standardError: 0,
    })
    const difference = pairedDifference(a!, b!, 'log_loss')
    expect(difference.value).toBeCloseTo(a!.metrics['log_loss']!.value - b!.metrics['log_loss']!.value, 12)
    expect(widthOf(difference)).toBeLessThan(widthOf(a!.metrics['log_loss']!) / 3)
    expect(widthOf(difference) / (2 * 1.96 * difference.standardError)).toBeCloseTo(1, 0)
    expect(() => pairedDifference(a!, b!, 'auc')).toThrow('metric "auc" was not evaluated')
  })
})
