import { describe, expect, it } from 'vitest'
import { logit } from '../../core/numeric/logit.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { loadModel } from '../../models/registry.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { foreignDataset, foreignModel, foreignNames, type GoldenRows, goldenRows } from '../support/foreign-models.ts'
import { largestDifference } from './estimator-suite.ts'

/**
 * XGBoost computes contributions in single precision: those of a row miss its score by some 1e-7 to 3e-6, which is asked of
 * nobody else. LightGBM's are doubles.
 */
function tolerance({ model, contributions, probability }: GoldenRows, row: number): number {
  const theirs = contributions![row]!
  if (model.startsWith('lightgbm')) return 1e-9
  const gap = Math.abs(theirs.reduce((sum, value) => sum + value, 0) - logit(probability[row]!))
  return 1e-6 * Math.max(...theirs.map(Math.abs)) + gap
}

describe('imported models: golden predictions of LightGBM and XGBoost', () => {
  it('cover both programs, three versions of XGBoost, and 40 rows with gaps, infinities and unseen categories', () => {
    expect(foreignNames).toHaveLength(19)
    const rows = goldenRows('lightgbm')
    expect(rows.columns['recency']!.values).toEqual(expect.arrayContaining([null, 'Infinity', '-Infinity']))
    expect(rows.columns['plan']!.values).toEqual(expect.arrayContaining([null, 'never seen', 'gold']))
  })

  it.each(foreignNames)(
    '%s: probabilities within 1e-6, contributions within 1e-6 of the largest of the row (1e-9 of LightGBM), and adding up',
    async (name) => {
      const golden = goldenRows(name)
      const [x, model] = [foreignDataset(golden), foreignModel(golden)]
      const p = await model.predict(x)
      expect(largestDifference(p, golden.probability)).toBeLessThan(1e-6)
      if (golden.contributions === null) return
      const { values, bias, names: order } = await contributionsOf(model.explain(x)!)
      for (let i = 0; i < x.rowCount; i++) {
        const own = x.names.map((feature) =>
          order.includes(feature) ? values[i * order.length + order.indexOf(feature)]! : 0,
        )
        expect(largestDifference([...own, bias], golden.contributions[i]!)).toBeLessThan(tolerance(golden, i))
        expect(own.reduce((sum, value) => sum + value, bias)).toBeCloseTo(logit(p[i]!), 9)
      }
    },
  )

  it.each(foreignNames)('%s: comes back from one packed file with the same bits', async (name) => {
    const golden = goldenRows(name)
    const [x, model] = [foreignDataset(golden), foreignModel(golden)]
    const loaded = loadModel(unpackModel(packModel(model.save())))
    expect(await loaded.predict(x)).toEqual(await model.predict(x))
    expect(Buffer.compare(packModel(loaded.save()), packModel(model.save()))).toBe(0)
  })
})
