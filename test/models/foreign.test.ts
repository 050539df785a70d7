import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import { importedModel } from '../../models/formats/imported.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { loadModel } from '../../models/registry.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { largestDifference } from './estimator-suite.ts'

interface GoldenRows {
  readonly model: string
  readonly levels?: Record<string, string[]>
  readonly columns: Record<
    string,
    | { readonly kind: 'number'; readonly values: readonly (number | string | null)[] }
    | { readonly kind: 'category'; readonly values: readonly (string | null)[] }
  >
  readonly probability: readonly number[]
  /** By row: one per column, then the bias. */
  readonly contributions: readonly (readonly number[])[] | null
}

const folder = new URL('../golden/foreign/', import.meta.url)
const suffix = '.rows.json'
const names = readdirSync(folder).flatMap((file) => (file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : []))
const goldenRows = (name: string): GoldenRows =>
  JSON.parse(readFileSync(new URL(`${name}${suffix}`, folder), 'utf8')) as GoldenRows

function datasetOf({ columns, probability }: GoldenRows): Dataset {
  const rowCount = probability.length
  return {
    names: Object.keys(columns),
    columns: Object.values(columns).map((column): Column => {
      if (column.kind === 'number')
        return { kind: 'number', values: Float32Array.from(column.values, (value) => Number(value ?? Number.NaN)) }
      const levels = [...new Set(column.values.filter((value) => value !== null))].sort()
      const codes = Uint16Array.from(column.values, (value) => (value === null ? missingCode : levels.indexOf(value)))
      return { kind: 'category', codes, levels }
    }),
    rowCount,
    users: new Uint32Array(rowCount),
    cutoffs: new Uint16Array(rowCount),
  }
}

function modelOf({ model, levels }: GoldenRows) {
  return importedModel(readFileSync(new URL(model, folder)), model, levels === undefined ? {} : { levels })
}

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
    expect(names).toHaveLength(19)
    const rows = goldenRows('lightgbm')
    expect(rows.columns['recency']!.values).toEqual(expect.arrayContaining([null, 'Infinity', '-Infinity']))
    expect(rows.columns['plan']!.values).toEqual(expect.arrayContaining([null, 'never seen', 'gold']))
  })

  it.each(names)(
    '%s: probabilities within 1e-6, contributions within 1e-6 of the largest of the row (1e-9 of LightGBM), and adding up',
    async (name) => {
      const golden = goldenRows(name)
      const [x, model] = [datasetOf(golden), modelOf(golden)]
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

  it.each(names)('%s: comes back from one packed file with the same bits', async (name) => {
    const golden = goldenRows(name)
    const [x, model] = [datasetOf(golden), modelOf(golden)]
    const loaded = loadModel(unpackModel(packModel(model.save())))
    expect(await loaded.predict(x)).toEqual(await model.predict(x))
    expect(Buffer.compare(packModel(loaded.save()), packModel(model.save()))).toBe(0)
  })
})
