import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/json.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { logit } from '../../core/numeric/logit.ts'
import { loadCalibration } from '../../models/calibrators.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { exportModel, type ExportFormat } from '../../models/export.ts'
import { importModel } from '../../models/import.ts'
import { loadModel } from '../../models/registry.ts'
import { storedModel } from '../support/stored-models.ts'
import { largestDifference } from './estimator-suite.ts'

const folder = new URL('../golden/exported/', import.meta.url)
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ebb') ? [file.slice(0, -4)] : []))
const trees = names.filter((name) => !name.startsWith('logistic'))
const readJson = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T

interface Rows {
  readonly calibration: Json
  readonly names: readonly string[]
  readonly kinds: readonly ('number' | 'category')[]
  readonly columns: readonly (readonly (number | string | null)[])[]
}
interface Foreign {
  readonly onnx: {
    readonly sha256: string
    readonly probability: number[]
    readonly score_raw: number[]
    readonly one_by_one: number[]
    readonly reference_evaluator: number[]
  }
  readonly lightgbm: {
    readonly sha256: string
    readonly score: number[]
    readonly score_from_data_frame: number[]
    readonly contributions: number[][]
    readonly gain: number[]
    readonly splits: number[]
  }
}

/** The stored model, its rows, and what the other runtimes made of the exported files. */
function stored(name: string) {
  const { saved, calibration, rows: x } = storedModel(name)
  const foreign = readJson<Foreign>(`${name}.foreign.json`)
  const written = (format: ExportFormat) => exportModel({ saved, calibration, format, about: {} })
  return { saved, x, calibration: loadCalibration(calibration), foreign, written }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('exported models in other runtimes', () => {
  it('the rows hold gaps, infinities, zeros of both signs and levels that training did not see', () => {
    const rows = readJson<Rows>('gbdt.rows.json')
    expect(rows.columns[0]).toEqual(expect.arrayContaining([null, 'Infinity', '-Infinity', '-0']))
    expect(rows.columns[3]).toEqual(expect.arrayContaining([null, 'new', 'newer', 'city 02']))
  })

  it.each(names)(
    '%s.onnx: the file that onnxruntime read; scores and calibrated probabilities within 1e-6',
    async (name) => {
      const { saved, x, calibration, foreign, written } = stored(name)
      expect(sha256(written('onnx').bytes)).toBe(foreign.onnx.sha256)
      const p = await loadModel(saved).predict(x)
      expect(largestDifference(foreign.onnx.score_raw, p)).toBeLessThan(1e-6)
      for (const runtime of ['probability', 'one_by_one', 'reference_evaluator'] as const)
        expect(largestDifference(foreign.onnx[runtime], calibration.apply(p))).toBeLessThan(1e-6)
    },
  )

  it.each(trees)(
    '%s.txt: the file that LightGBM read; the same within 1e-12 by codes and by data frame',
    async (name) => {
      const { saved, x, foreign, written } = stored(name)
      expect(sha256(written('lightgbm').bytes)).toBe(foreign.lightgbm.sha256)
      const p = await loadModel(saved).predict(x)
      expect(largestDifference(foreign.lightgbm.score, p)).toBeLessThan(1e-12)
      expect(largestDifference(foreign.lightgbm.score_from_data_frame, p)).toBeLessThan(1e-12)
    },
  )

  it.each(trees)(
    '%s.txt: LightGBM counts gain and splits as we do, and explains the same within 1e-9',
    async (name) => {
      const { saved, x, foreign } = stored(name)
      const model = loadModel(saved)
      const byName = [...model.describe().gain!].sort((a, b) => (a.feature < b.feature ? -1 : 1))
      expect(foreign.lightgbm.splits).toEqual(byName.map(({ splits }) => splits))
      for (const [f, { gain }] of byName.entries()) expect(foreign.lightgbm.gain[f]! / gain || 1).toBeCloseTo(1, 6)
      const explanation = model.explain(x)
      if (explanation === null) return
      const { names: order, values, bias } = await contributionsOf(explanation)
      const own = order.map((feature, j) => ({ feature, j })).sort((a, b) => (a.feature < b.feature ? -1 : 1))
      for (let i = 0; i < x.rowCount; i++) {
        const row = own.map(({ j }) => values[i * order.length + j]!)
        expect(largestDifference([...row, bias], foreign.lightgbm.contributions[i]!)).toBeLessThan(1e-9)
      }
    },
  )

  it.each(trees)('%s.txt: comes back by import with the same predictions within 1e-12', async (name) => {
    const { saved, x, written } = stored(name)
    const { model, summary } = importModel(written('lightgbm').bytes, name)
    expect(largestDifference(await model.predict(x), await loadModel(saved).predict(x))).toBeLessThan(1e-12)
    expect(summary.program).toBe('lightgbm')
  })
})

type JsonTree = {
  nodes: { feature: string; atMost?: number | string; in?: string[]; missing: string; left: number; right: number }[]
  leaves: { value: number; rows: number }[]
}

describe('exported JSON', () => {
  it.each(trees)('%s: a few lines that follow its rules give the same within 1e-12', async (name) => {
    const { saved, x, written } = stored(name)
    const { model } = JSON.parse(Buffer.from(written('json').bytes).toString()) as {
      model: { output: string; base: number; trees: JsonTree[] }
    }
    const valueOf = (feature: string, row: number): number | string | null => {
      const column = x.columns[x.names.indexOf(feature)]!
      if (column.kind === 'category') return column.levels[column.codes[row]!] ?? null
      return Number.isNaN(column.values[row]!) ? null : column.values[row]!
    }
    const known = new Map(written('json').inputs.map((one) => [one.name, one.kind === 'category' ? one.levels : null]))
    const walk = ({ nodes, leaves }: JsonTree, row: number): number => {
      let at = nodes.length === 0 ? -1 : 0
      while (at >= 0) {
        const { feature, atMost, in: set, missing, left, right } = nodes[at]!
        const value = valueOf(feature, row)
        const isMissing = value === null || (set !== undefined && !known.get(feature)!.includes(String(value)))
        const isLeft = isMissing
          ? missing === 'left'
          : set === undefined
            ? Number(value) <= Number(atMost)
            : set.includes(String(value))
        at = isLeft ? left : right
      }
      return leaves[-1 - at]!.value
    }
    const expected = Array.from({ length: x.rowCount }, (_, row) => {
      const sum = model.trees.reduce((total, tree) => total + walk(tree, row), 0)
      return model.output === 'log_odds' ? sigmoid(model.base + sum) : sum / model.trees.length
    })
    expect(largestDifference(await loadModel(saved).predict(x), expected)).toBeLessThan(1e-12)
  })

  it('logistic-squares: intercept, terms with their coefficients, and the calibration map', async () => {
    const { written, x, saved } = stored('logistic-squares')
    const document = JSON.parse(Buffer.from(written('json').bytes).toString()) as {
      schemaVersion: number
      calibration: object
      model: { intercept: number; features: { feature: string; terms: { kind: string; coefficient: number }[] }[] }
    }
    expect(document.schemaVersion).toBe(1)
    expect(document.calibration).toEqual({ calibrator: 'platt', slope: 1.3, intercept: -0.2 })
    expect(document.model.features.map(({ feature }) => feature)).toEqual(['recency', 'amount', 'trend', 'city'])
    expect(document.model.features[0]!.terms.map(({ kind }) => kind)).toEqual(['value', 'square'])
    const { bias } = loadModel(saved).explain(x)!
    expect(logit(sigmoid(document.model.intercept))).toBeCloseTo(bias, 9)
  })
})

describe('what cannot be exported', () => {
  const saved = { header: { estimator: 'mlp' }, buffers: new Map<string, Uint8Array>() }
  it('a network is refused with the kinds that can, a linear model for LightGBM with the formats that can', () => {
    expect(() => exportModel({ saved, calibration: { calibrator: 'none' }, format: 'onnx', about: {} })).toThrow(
      /no form outside of Ebb, expected gbdt, tree, forest, extra_trees, imported, logistic, recency_logistic, got mlp/,
    )
    expect(() => stored('logistic-squares').written('lightgbm')).toThrow(/only trees can be written .* onnx or json/)
  })
})
