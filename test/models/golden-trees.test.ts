import { describe, expect, test } from 'vitest'
import { isAbsent, treeQuality } from '../support/tree-quality.ts'

/** Two of five splits; all of them, and the simulated 100k x 40, in test/slow/golden-trees.test.ts. */
describe.each(['cdnow', 'telco'])('trees on %s, two splits', (name) => {
  test.skipIf(isAbsent(name)).each([
    ['gbdt', 'LightGBM'],
    ['forest', 'scikit-learn'],
  ] as const)('mean AUC and log-loss of %s are within .002 of %s', async (kind, _reference) => {
    const { ours, reference } = await treeQuality(kind, name, [1, 2])
    expect(Math.abs(ours.auc - reference.auc)).toBeLessThan(0.002)
    expect(Math.abs(ours.logLoss - reference.logLoss)).toBeLessThan(0.002)
  })
})
