import { describe, expect, it } from 'vitest'
import { type Dataset, type Labels, selectColumns, selectRows } from '../../core/dataset.ts'
import { EbbError } from '../../core/errors.ts'
import { jsonText, parseJson } from '../../core/json.ts'
import { logit } from '../../core/numeric/logit.ts'
import { createRandom } from '../../core/random.ts'
import type { Classifier, Fit, RegisteredEstimator, SavedModel } from '../../models/estimator.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { loadModel } from '../../models/registry.ts'
import { fitOn, recoded, rowsOf, strangeRow, suiteRows, withWeights } from './suite-data.ts'

/** What the suite must know of an estimator. */
export interface SuiteCase {
  /** Small enough that a fit on 600 rows takes well under a second. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Features that a fit cannot do without (baselines); others also learn from any single feature. */
  readonly needs: readonly string[]
  /** Largest difference between a fit on rows given twice and on weights of 2; null = draws rows, so not comparable. */
  readonly doubled: number | null
  /** Polls of the abort signal within one fit on 600 rows, at least. */
  readonly polls: number
  /** Whether it can learn at all (the base rate cannot). */
  readonly learns: boolean
}

/** A signal that is aborted from its `after`-th poll on; `polls` counts them. */
function pollingSignal(after: number): { signal: AbortSignal; polls(): number } {
  let count = 0
  const signal = {
    get aborted() {
      return ++count > after
    },
  }
  return { signal: signal as unknown as AbortSignal, polls: () => count }
}

async function faultOf(work: () => Promise<unknown>): Promise<EbbError> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(EbbError)
  return error as EbbError
}

/** Everything that every estimator must do; a new one passes this before anything else. */
export function estimatorSuite(estimator: RegisteredEstimator, options: SuiteCase): void {
  const parameters = estimator.parameters.parse(options.parameters)
  const { x, y } = suiteRows()
  const fit = (train: Dataset, labels: Labels, rest: Partial<Fit> = {}): Promise<Classifier> =>
    estimator.fit(parameters, fitOn(train, labels, rest))

  describe(`estimator ${estimator.name}: fit`, () => {
    it('gives the same bits for the same seed, and for 1 and 2 threads', async () => {
      const [a, b] = [await fit(x, y), await fit(x, y, { resources: { threads: 2, memoryBytes: 1e9 } })]
      expect(await a.predict(x)).toEqual(await b.predict(x))
      expect(packModel(a.save())).toEqual(packModel(b.save()))
    })

    it('changes nothing that it was given', async () => {
      const given = suiteRows()
      await fit(given.x, given.y)
      expect(given).toEqual(suiteRows())
    })

    it('refuses one class and no rows with an error of kind data', async () => {
      const oneClass = await faultOf(() => fit(x, new Uint8Array(y.length).fill(1)))
      expect([oneClass.kind, oneClass.code]).toEqual(['data', 'FIT_ONE_CLASS'])
      const noRows = await faultOf(() => fit(selectRows(x, new Uint32Array(0)), new Uint8Array(0)))
      expect([noRows.kind, noRows.code]).toEqual(['data', 'FIT_NO_ROWS'])
      const noWeight = await faultOf(() => fit(withWeights(x, new Float32Array(x.rowCount)), y))
      expect(noWeight.kind).toBe('data')
    })

    it('learns from a single feature', async () => {
      const names = options.needs.length > 0 ? options.needs : ['days_since_purchase']
      const narrow = selectColumns(x, names)
      const p = await (await fit(narrow, y)).predict(narrow)
      expect(p.every((value) => value >= 0 && value <= 1)).toBe(true)
    })

    it('takes columns that are constant or never known, also when there are no others', async () => {
      const names = [...options.needs, 'constant', 'never_known']
      const dull = selectColumns(x, names)
      const p = await (await fit(dull, y)).predict(dull)
      expect(p.every(Number.isFinite)).toBe(true)
      if (options.needs.length === 0) expect(new Set(p).size).toBe(1)
    })

    it('weights of 0 are rows that are not there', async () => {
      const kept = rowsOf(400, (i) => i)
      const weights = Float32Array.from({ length: x.rowCount }, (_, i) => (i < 400 ? 1 : 0))
      const ones = new Float32Array(400).fill(1)
      const masked = await (await fit(withWeights(x, weights), y)).predict(x)
      const removed = await (await fit(withWeights(selectRows(x, kept), ones), y.slice(0, 400))).predict(x)
      expect(masked).toEqual(removed)
    })

    it.skipIf(options.doubled === null)('rows given twice weigh as much as rows of weight 2', async () => {
      const twice = rowsOf(2 * x.rowCount, (i) => i >> 1)
      const weights = Float32Array.from({ length: x.rowCount }, (_, i) => (i % 3 === 0 ? 2 : 1))
      const some = twice.filter((row, i) => row % 3 === 0 || i % 2 === 0)
      const repeated = await (
        await fit(
          selectRows(x, some),
          Uint8Array.from(some, (row) => y[row]!),
        )
      ).predict(x)
      const weighted = await (await fit(withWeights(x, weights), y)).predict(x)
      expect(largestDifference(repeated, weighted)).toBeLessThanOrEqual(options.doubled!)
    })

    it('stops when it is aborted before it starts, with kind interrupted', async () => {
      const fault = await faultOf(() => fit(x, y, { signal: AbortSignal.abort() }))
      expect([fault.kind, fault.code]).toEqual(['interrupted', 'INTERRUPTED'])
    })

    it(`looks at the signal at least ${options.polls} times and stops at the next look`, async () => {
      const counting = pollingSignal(Infinity)
      await fit(x, y, { signal: counting.signal })
      expect(counting.polls()).toBeGreaterThanOrEqual(options.polls)
      const stopping = pollingSignal(options.polls - 1)
      expect((await faultOf(() => fit(x, y, { signal: stopping.signal }))).kind).toBe('interrupted')
      expect(stopping.polls()).toBe(options.polls)
    })

    it.runIf(options.learns)(
      'has a lower log-loss than the base rate on new rows where there is something to learn',
      async () => {
        const fresh = suiteRows(2000, 8)
        const base = y.reduce((sum, label) => sum + label, 0) / y.length
        const p = await (await fit(x, y)).predict(fresh.x)
        expect(meanLogLoss(p, fresh.y)).toBeLessThan(
          meanLogLoss(
            p.map(() => base),
            fresh.y,
          ) - 0.01,
        )
      },
    )
  })

  describe(`estimator ${estimator.name}: predict`, () => {
    const model = fit(x, y)

    it('gives every row a finite probability in [0, 1]', async () => {
      const p = await (await model).predict(x)
      expect(p).toBeInstanceOf(Float64Array)
      expect(p).toHaveLength(600)
      expect(p.every((value) => value >= 0 && value <= 1)).toBe(true)
      expect(await (await model).predict(selectRows(x, new Uint32Array(0)))).toHaveLength(0)
    })

    it('judges a row alone: its place and its company do not matter', async () => {
      const p = await (await model).predict(x)
      const order = createRandom(3)
        .shuffle(rowsOf(x.rowCount, (i) => i))
        .subarray(0, 333)
      expect(await (await model).predict(selectRows(x, order))).toEqual(Float64Array.from(order, (row) => p[row]!))
    })

    it.each([Number.NaN, Infinity, -Infinity, 3e38, -3e38])(
      'takes %f and an unknown level in every column',
      async (value) => {
        const p = await (await model).predict(strangeRow(x, value))
        expect(p[0]! >= 0 && p[0]! <= 1).toBe(true)
        expect(p.subarray(1)).toEqual((await (await model).predict(x)).subarray(1))
      },
    )

    it('finds columns by name: order and extra ones do not matter, other codes of the same levels neither', async () => {
      const p = await (await model).predict(x)
      const reversed = selectColumns(x, [...x.names].reverse())
      const extra = { ...reversed, names: ['zzz', ...reversed.names], columns: [x.columns[1]!, ...reversed.columns] }
      expect(await (await model).predict(extra)).toEqual(p)
      expect(await (await model).predict(recoded(x))).toEqual(p)
    })

    it('names a column that it needs and does not find', async () => {
      const explanation = (await model).explain(x)
      const needed = options.needs[0] ?? (options.learns ? 'days_since_purchase' : undefined)
      if (needed === undefined) return expect(explanation?.names).toEqual([])
      const without = selectColumns(
        x,
        x.names.filter((name) => name !== needed),
      )
      const fault = await faultOf(async () => (await model).predict(without))
      expect(fault.kind).toBe('data')
      expect(fault.message).toContain(`"${needed}"`)
    })

    it('comes back from save, through JSON and through one packed file, with the same bits', async () => {
      const p = await (await model).predict(x)
      const saved = (await model).save()
      const copied: SavedModel = {
        header: parseJson(jsonText(saved.header)) as SavedModel['header'],
        buffers: saved.buffers,
      }
      expect(await loadModel(copied).predict(x)).toEqual(p)
      const unpacked = loadModel(unpackModel(packModel(saved)))
      expect(await unpacked.predict(x)).toEqual(p)
      expect(packModel(unpacked.save())).toEqual(packModel(saved))
      expect(unpacked.describe()).toEqual((await model).describe())
    })

    it('keeps what it fixed in parameters that a refit accepts', async () => {
      const { fixed } = (await model).describe()
      expect(() => estimator.parameters.parse({ ...options.parameters, ...fixed })).not.toThrow()
    })

    it('gives contributions, where it gives any, that add up to the log-odds within 1e-9', async () => {
      const explanation = (await model).explain(x)
      if (explanation === null) return
      const { bias, names, values } = await contributionsOf(explanation)
      expect(values).toHaveLength(x.rowCount * names.length)
      expect(names.every((name) => x.names.includes(name))).toBe(true)
      const p = await (await model).predict(x)
      for (let i = 0; i < x.rowCount; i++) {
        const total = values
          .subarray(i * names.length, (i + 1) * names.length)
          .reduce((sum, value) => sum + value, bias)
        expect(Math.abs(total - logit(p[i]!))).toBeLessThan(1e-9)
      }
    })

    it('stops predicting and explaining when it is aborted', async () => {
      const signal = AbortSignal.abort()
      const fault = await faultOf(async () => (await model).predict(x, { signal }))
      expect(fault.kind).toBe('interrupted')
      const explanation = (await model).explain(x, { signal })
      if (explanation !== null) expect((await faultOf(() => contributionsOf(explanation))).kind).toBe('interrupted')
    })
  })
}

export function meanLogLoss(p: ArrayLike<number>, y: Labels): number {
  let total = 0
  for (let i = 0; i < y.length; i++) total -= Math.log(Math.max(1e-15, y[i] === 1 ? p[i]! : 1 - p[i]!))
  return total / y.length
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}
