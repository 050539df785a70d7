import { describe, expect, it } from 'vitest'
import { type Dataset, sharedFloat32, sharedUint16, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import type { Surroundings } from '../../core/stage.ts'
import { ModelBundle } from '../../pipelines/compute/bundle.ts'
import { sharedSignal } from '../../pipelines/compute/shared-signal.ts'
import { tasks } from '../../pipelines/compute/tasks.ts'

// The compute tasks where a coverage tool and a debugger can see them: in this thread instead of a worker.
const rowCount = 400
const half = rowCount / 2
const rowsFrom = (start: number, end: number): Uint32Array =>
  Uint32Array.from({ length: end - start }, (_, i) => start + i)
const trainRows = rowsFrom(0, half)
const testRows = rowsFrom(half, rowCount)

/** Label 1 where `silence` is above 0.5, but for every tenth row; `noise` says nothing, `always` is 7, `plan` a category with gaps. */
function table(): { dataset: Dataset; labels: Uint8Array } {
  const random = createRandom('tasks')
  const silence = sharedFloat32(rowCount).map(() => random.next())
  const noise = sharedFloat32(rowCount).map(() => random.next())
  const always = sharedFloat32(rowCount).fill(7)
  const codes = sharedUint16(rowCount).map((_, i) => (i % 4 === 0 ? 65_535 : i % 2))
  const labels = sharedUint8(rowCount).map((_, i) => (silence[i]! > 0.5 !== (i % 10 === 0) ? 1 : 0))
  const users = sharedUint32(rowCount).map((_, i) => i)
  const dataset: Dataset = {
    names: ['silence', 'noise', 'always', 'plan'],
    columns: [
      { kind: 'number', values: silence },
      { kind: 'number', values: noise },
      { kind: 'number', values: always },
      { kind: 'category', codes, levels: ['basic', 'plus'] },
    ],
    rowCount,
    users,
    cutoffs: sharedUint16(rowCount),
  }
  return { dataset, labels }
}

function surroundings(path = 'task', signal: AbortSignal = new AbortController().signal): Surroundings {
  return {
    random: createRandom(path),
    now: new Date('2026-01-05T00:00:00Z'),
    signal,
    emit: () => undefined,
    resources: { threads: 1, memoryBytes: 1e9 },
  }
}

const { dataset, labels } = table()
const recipe = {
  kind: 'logistic',
  parameters: { strength: 0.01, l1Ratio: 0 },
  features: ['silence', 'noise'],
  fitted: [],
}
const fit = () =>
  tasks.fit({ model: 'logistic', recipe, dataset, labels, rows: trainRows, scoreRows: testRows }, surroundings())

describe('fit', () => {
  it('scores the 200 rows that were asked for and leaves the other 200 NaN', async () => {
    const { scores, description, fitMs, predictMs } = await fit()
    expect(Array.from(scores.subarray(0, half)).every(Number.isNaN)).toBe(true)
    expect(Array.from(scores.subarray(half)).every((p) => p > 0 && p < 1)).toBe(true)
    expect(description.fixed).toEqual({ strength: 0.01 })
    expect(fitMs).toBeGreaterThan(0)
    expect(predictMs).toBeGreaterThan(0)
  })

  it('fits RFM scores on the training rows only: rows of test, 1000 times larger, move no border', async () => {
    const spec = { transform: 'quantile_score', bins: 5, descending: true, from: 'silence' } as const
    const rfm = { ...recipe, features: ['silence', 'score'], fitted: [{ name: 'score', spec }] }
    const larger = dataset.columns.map((column, j) =>
      j === 0 && column.kind === 'number'
        ? { ...column, values: column.values.map((value, row) => (row < half ? value : value * 1000)) }
        : column,
    )
    const bordersOf = async (columns: Dataset['columns']): Promise<unknown> => {
      const input = { model: 'rfm', recipe: rfm, dataset: { ...dataset, columns }, labels, rows: trainRows }
      const { bundle } = await tasks.fit({ ...input, scoreRows: testRows }, surroundings())
      return ModelBundle.contents(bundle).tags
    }
    const borders = await bordersOf(dataset.columns)
    expect(borders).toMatchObject([{ name: 'score', transform: { cuts: { length: 4 } } }])
    expect(await bordersOf(larger)).toEqual(borders)
  })

  it('stops when shared memory says so', async () => {
    const cancelled = new Int32Array(new SharedArrayBuffer(4))
    const signal = sharedSignal(cancelled)
    expect(signal.aborted).toBe(false)
    signal.throwIfAborted()
    Atomics.store(cancelled, 0, 1)
    expect(signal.reason).toBeInstanceOf(DOMException)
    expect(() => signal.throwIfAborted()).toThrow('The job was stopped')
    const input = { model: 'm', recipe, dataset, labels, rows: trainRows, scoreRows: testRows }
    await expect(tasks.fit(input, surroundings('task', signal))).rejects.toThrow()
  })

  it('a feature that the dataset lacks is named', async () => {
    const unknown = { ...recipe, features: ['silence', 'gone'] }
    const input = { model: 'm', recipe: unknown, dataset, labels, rows: trainRows, scoreRows: testRows }
    await expect(tasks.fit(input, surroundings())).rejects.toThrow('feature "gone" is not in the dataset')
  })
})

describe('examine', () => {
  it('coverage: 100 % of the numbers, 75 % of the plans; only `always` is constant; silence alone ranks, noise does not', async () => {
    const { features, aucs, reference } = await tasks.examine({ dataset, labels, trainRows, testRows }, surroundings())
    expect(features).toEqual([
      { name: 'silence', coverage: 1, isConstant: false },
      { name: 'noise', coverage: 1, isConstant: false },
      { name: 'always', coverage: 1, isConstant: true },
      { name: 'plan', coverage: 0.75, isConstant: false },
    ])
    const aucOf = (name: string): number => aucs.find(({ feature }) => feature === name)!.auc
    expect(aucOf('silence')).toBeGreaterThan(0.8)
    expect(aucOf('noise')).toBeLessThan(0.6)
    expect(reference.features.map(({ rows }) => rows)).toEqual([half, half, half, half])
  })
})

describe('calibrate and evaluate', () => {
  const perfect = Float64Array.from(labels, (label) => (label === 1 ? 0.75 : 0.25))

  it('with `none` alone the probabilities are the scores, and the best F1 of a perfect ranking is at .75', async () => {
    const output = await tasks.calibrate(
      {
        candidates: ['none'],
        scores: perfect,
        labels,
        users: dataset.users,
        rows: trainRows,
        threshold: { rows: trainRows, rule: { rule: 'max_f1' } },
      },
      surroundings(),
    )
    expect(output).toMatchObject({ chosen: 'none', onRows: { auc: 1 } })
    expect(output.threshold).toBeCloseTo(0.75, 12)
    expect(output.onRows.log_loss).toBeCloseTo(-Math.log(0.75), 12)
    expect(output.probabilities).toEqual(perfect)
  })

  it('a perfect ranking has AUC 1 on the part and in both slices, with curves where they are asked for', async () => {
    const common = {
      part: 'test',
      labels,
      users: dataset.users,
      rows: testRows,
      models: [{ name: 'oracle', probabilities: perfect, threshold: 0.75 }],
      metrics: ['auc', 'f1'],
      replicates: 20,
    }
    const codes = Uint16Array.from({ length: rowCount }, (_, i) => i % 2)
    const slices = { model: 'oracle', slices: [{ name: 'side', codes, levels: ['even', 'odd'] }] }
    const full = await tasks.evaluate({ ...common, withCurves: true, slices } as never, surroundings())
    expect(full.evaluated[0]!.metrics['auc']).toMatchObject({ value: 1, low: 1, high: 1 })
    expect(full.evaluated[0]!.metrics['f1']!.value).toBe(1)
    expect(full.curves).not.toBeNull()
    expect(JSON.stringify(full.slices)).toContain('even')
    const short = await tasks.evaluate({ ...common, withCurves: false }, surroundings())
    expect(short).toMatchObject({ curves: null, slices: null })
  })
})

describe('importance', () => {
  it('shuffling `silence` costs most; coefficients come with their units; what is not read is 0', async () => {
    const { bundle } = await fit()
    const { map } = await tasks.calibrate(
      {
        candidates: ['none'],
        scores: new Float64Array(rowCount).fill(0.5),
        labels,
        users: dataset.users,
        rows: trainRows,
      },
      surroundings(),
    )
    const input = {
      model: 'logistic',
      bundle,
      calibration: map,
      dataset,
      labels,
      rows: testRows,
      reads: ['silence'],
      repeats: 3,
      maxRows: 150,
    }
    const rows = await tasks.importance(input, surroundings())
    const permutation = rows.filter(({ method }) => method === 'permutation')
    expect(permutation.map(({ feature, rank }) => [feature, rank])).toEqual([
      ['silence', 1],
      ['noise', 2],
    ])
    expect(permutation[0]!.low!).toBeGreaterThan(0.05)
    expect(permutation[1]!.value).toBe(0)
    const coefficient = rows.find(({ method }) => method === 'coefficient')
    expect(coefficient).toMatchObject({ feature: 'silence', low: null })
    expect(coefficient!.per).toContain('SD')
    const once = await tasks.importance({ ...input, reads: null, repeats: 1 }, surroundings())
    expect(once.find(({ method }) => method === 'permutation')).toMatchObject({ feature: 'silence', low: null })
  })

  it('the gains of a tree model sum to 1', async () => {
    const trees = { ...recipe, kind: 'gbdt', parameters: { trees: 5, maxLeaves: 3, earlyStopping: 0 } }
    const input = { model: 'boosted', recipe: trees, dataset, labels, rows: trainRows, scoreRows: testRows }
    const { bundle } = await tasks.fit(input, surroundings())
    const calibration = { calibrator: 'none' }
    const rows = await tasks.importance(
      { ...input, bundle, calibration, rows: testRows, reads: null, repeats: 1, maxRows: 100 },
      surroundings(),
    )
    const gains = rows.filter(({ method }) => method === 'gain')
    expect(gains.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 12)
    expect(gains[0]!.feature).toBe('silence')
  })
})

describe('score', () => {
  const scored = async (reasons: number, reasonFeatures: readonly string[], kind = 'logistic') => {
    const parameters = kind === 'logistic' ? recipe.parameters : {}
    const input = {
      model: 'm',
      recipe: { ...recipe, kind, parameters },
      dataset,
      labels,
      rows: trainRows,
      scoreRows: testRows,
    }
    const { bundle } = await tasks.fit(input, surroundings())
    return tasks.score(
      {
        modelKey: `${kind} for ${reasons} of ${reasonFeatures.join()}`,
        bundle,
        calibration: { calibrator: 'none' },
        dataset,
        rowsInAll: rowCount,
        reasons,
        reasonFeatures,
      },
      surroundings(),
    )
  }

  it('reasons are positive pushes, largest first, of allowed features only; -1 where none is left', async () => {
    const { reasons, raw, probability } = await scored(2, ['silence', 'noise'])
    expect(probability).toEqual(raw)
    const { names, features, contributions } = reasons!
    const silence = names.indexOf('silence')
    for (let row = 0; row < rowCount; row++) {
      const [first, second] = [contributions[2 * row]!, contributions[2 * row + 1]!]
      expect(first).toBeGreaterThanOrEqual(second)
      expect(features[2 * row] === -1).toBe(first === 0)
      expect(features[2 * row + 1] === -1).toBe(second === 0)
    }
    expect(Array.from(features).filter((j) => j === silence).length).toBeGreaterThan(100)
    const noiseOnly = await scored(1, ['noise'])
    expect(Array.from(noiseOnly.reasons!.features).some((j) => j === silence)).toBe(false)
  })

  it('no reasons asked for, or a model without contributions: null', async () => {
    expect((await scored(0, ['silence'])).reasons).toBeNull()
    expect((await scored(2, ['silence'], 'forest')).reasons).toBeNull()
  })
})
