import { expect, test } from 'vitest'
import { isAbsent, treeQuality } from '../support/tree-quality.ts'

test.each([
  ['gbdt', 'cdnow', 'LightGBM'],
  ['gbdt', 'telco', 'LightGBM'],
  ['gbdt', 'simulated', 'LightGBM'],
  ['gbdt', 'simulated_categories', 'LightGBM'],
  ['forest', 'cdnow', 'scikit-learn'],
  ['forest', 'telco', 'scikit-learn'],
  ['forest', 'simulated', 'scikit-learn'],
] as const)(
  'mean AUC and log-loss of %s on five splits of %s are within .002 of %s',
  async (kind, name, _reference) => {
    if (isAbsent(name)) return
    const { ours, reference } = await treeQuality(kind, name, [1, 2, 3, 4, 5])
    expect(Math.abs(ours.auc - reference.auc)).toBeLessThan(0.002)
    expect(Math.abs(ours.logLoss - reference.logLoss)).toBeLessThan(0.002)
  },
)
