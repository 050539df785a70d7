import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Dataset, Labels } from '../../core/dataset.ts'
import { parseDay } from '../../core/day.ts'
import { fitIsotonic, interpolate } from '../../models/calibrate/isotonic.ts'
import { platt } from '../../models/calibrate/platt.ts'
import { logistic } from '../../models/logistic/logistic.ts'
import { cdnowMatrix } from '../support/cdnow-matrix.ts'
import { simulatedMatrix } from '../support/simulated-matrix.ts'
import { telcoIsMissing, telcoMatrix } from '../support/telco-matrix.ts'
import { largestDifference } from './estimator-suite.ts'
import { fitOn } from './suite-data.ts'

interface Coefficients {
  readonly intercept: number
  readonly coefficients: readonly number[]
}
interface Golden {
  readonly strength: { readonly l2: number; readonly elastic: number; readonly l1Ratio: number }
  readonly linear: readonly {
    readonly name: string
    readonly none: Coefficients | null
    readonly l2: Coefficients
    readonly elastic: Coefficients
  }[]
  readonly calibration: readonly {
    readonly scores: readonly number[]
    readonly y: readonly number[]
    readonly grid: readonly number[]
    readonly isotonic: readonly number[]
    readonly platt: { readonly slope: number; readonly intercept: number }
  }[]
}
const golden = JSON.parse(readFileSync(new URL('../golden/linear.json', import.meta.url), 'utf8')) as Golden
const matrices: Readonly<Record<string, () => { x: Dataset; y: Labels }>> = {
  cdnow: () => cdnowMatrix(parseDay('1997-07-04')),
  telco: telcoMatrix,
  simulated: () => simulatedMatrix({ rows: 100_000, columns: 40, seed: 1 }),
}

/** All coefficients, intercept last, as they stand in the saved model: per standardised term. */
async function fitted(x: Dataset, y: Labels, settings: { strength: number; l1Ratio: number }): Promise<Float64Array> {
  const parameters = logistic.parameters.parse({ transform: 'none', ...settings })
  const saved = (await logistic.fit(parameters, fitOn(x, y))).save()
  return new Float64Array(saved.buffers.get('coefficients')!.slice().buffer)
}

describe.each(golden.linear)('logistic coefficients on $name agree with scikit-learn within 1e-6', (expected) => {
  const isSkipped = expected.name === 'telco' && telcoIsMissing !== false
  const { l2, elastic, l1Ratio } = golden.strength
  const data = isSkipped ? undefined : matrices[expected.name]!()
  const check = async (settings: { strength: number; l1Ratio: number }, reference: Coefficients): Promise<void> => {
    const ours = await fitted(data!.x, data!.y, settings)
    expect(largestDifference(ours, [...reference.coefficients, reference.intercept])).toBeLessThan(1e-6)
  }
  it.skipIf(isSkipped || expected.none === null)('no penalty (newton-cholesky)', () =>
    check({ strength: 0, l1Ratio: 0 }, expected.none!),
  )
  it.skipIf(isSkipped)(`ridge, strength ${l2} (newton-cholesky)`, () =>
    check({ strength: l2, l1Ratio: 0 }, expected.l2),
  )
  it.skipIf(isSkipped)(`elastic net, strength ${elastic}, l1Ratio ${l1Ratio} (saga)`, () =>
    check({ strength: elastic, l1Ratio }, expected.elastic),
  )
})

describe.each(golden.calibration)('calibrators on $scores.length scores agree with scikit-learn', (expected) => {
  const scores = Float64Array.from(expected.scores)
  const y = Uint8Array.from(expected.y)
  it('isotonic: the map on a grid, within 1e-12', () => {
    const map = fitIsotonic(scores, y)
    const ours = expected.grid.map((score) => interpolate(map, score))
    expect(largestDifference(ours, expected.isotonic)).toBeLessThan(1e-12)
  })
  it('Platt: slope and intercept on log-odds, within 1e-5 (where its optimiser stops)', () => {
    const { slope, intercept } = platt.fit(scores, y).save() as { slope: number; intercept: number }
    expect(slope).toBeCloseTo(expected.platt.slope, 5)
    expect(intercept).toBeCloseTo(expected.platt.intercept, 5)
  })
})
