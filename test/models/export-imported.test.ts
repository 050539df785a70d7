import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { sqlDialects } from '../../engines/dialects.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, TableColumn } from '../../engines/engine.ts'
import { exportModel, type ExportFormat } from '../../models/export.ts'
import { importModel } from '../../models/import.ts'
import { foreignDataset, foreignModel, foreignNames, goldenRows } from '../support/foreign-models.ts'
import { largestDifference } from './estimator-suite.ts'

const golden = JSON.parse(readFileSync(new URL('../golden/imported.json', import.meta.url), 'utf8')) as {
  models: Record<string, { sha256: string; probability: number[] }>
}
const calibration = { calibrator: 'none' }
const written = (name: string, format: ExportFormat) => {
  const saved = foreignModel(goldenRows(name)).save()
  return exportModel({ saved, calibration, format, about: {}, sql: sqlDialects.duckdb })
}
/** The error of each format that refuses the model. */
const refusals = (name: string): Partial<Record<ExportFormat, string>> =>
  Object.fromEntries(
    (['onnx', 'json', 'lightgbm', 'sql'] as const).flatMap((format) => {
      try {
        written(name, format)
        return []
      } catch (error) {
        return [[format, (error as Error).message]]
      }
    }),
  )
const refused = new Map(foreignNames.map((name) => [name, refusals(name)]))
const ableTo = (format: ExportFormat): string[] => foreignNames.filter((name) => !(format in refused.get(name)!))

/** Categories that come as numbers, as texts. */
function withLevels(x: Dataset, name: string): Dataset {
  const kinds = new Map(written(name, 'lightgbm').inputs.map((input) => [input.name, input.kind]))
  const columns = x.columns.map((column, j): Column => {
    if (column.kind === 'category' || kinds.get(x.names[j]!) !== 'category') return column
    const texts = Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(Math.trunc(value))))
    const levels = [...new Set(texts.filter((text) => text !== null))]
    return {
      kind: 'category',
      levels,
      codes: Uint16Array.from(texts, (text) => (text === null ? missingCode : levels.indexOf(text))),
    }
  })
  return { ...x, columns }
}

let engine: Engine
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: tmpdir() })
})
afterAll(() => engine.close())

describe('imported models, exported again', () => {
  it('ONNX holds 18 of 19; zeros taken for missing values nothing holds, unseen levels apart ONNX alone, unnamed levels not SQL', () => {
    const kinds = Object.fromEntries(
      [...refused].flatMap(([name, formats]) =>
        Object.keys(formats).length === 0 ? [] : [[name, Object.keys(formats)]],
      ),
    )
    const apart = ['json', 'lightgbm', 'sql']
    expect(kinds).toEqual({
      'lightgbm-codes': ['sql'],
      'lightgbm-zero': ['onnx', ...apart],
      'xgboost-1.7.6-codes': apart,
      'xgboost-2.1.4-codes': apart,
      'xgboost-3.2.0-codes': apart,
      'xgboost-3.2.0-names': apart,
    })
    expect(refused.get('lightgbm-zero')!.onnx).toMatch(
      /feature "recency": .* takes zeros for missing values; use the file/,
    )
    expect(refused.get('lightgbm-codes')!.sql).toMatch(
      /feature "plan": .* levels by number alone, .*; name them: models/,
    )
    expect(refused.get('xgboost-3.2.0-names')!.json).toMatch(
      /feature "plan": levels that .* go elsewhere than missing values/,
    )
  })

  it.each(ableTo('onnx'))('%s.onnx: the file that onnxruntime read, the same within 1e-6', async (name) => {
    const x = foreignDataset(goldenRows(name))
    const { sha256, probability } = golden.models[name]!
    expect(createHash('sha256').update(written(name, 'onnx').bytes).digest('hex')).toBe(sha256)
    expect(largestDifference(await foreignModel(goldenRows(name)).predict(x), probability)).toBeLessThan(1e-6)
  })

  it.each(ableTo('lightgbm'))('%s.txt: comes back by import with the same predictions within 1e-12', async (name) => {
    const x = foreignDataset(goldenRows(name))
    const back = importModel(written(name, 'lightgbm').bytes, name).model
    expect(
      largestDifference(await back.predict(withLevels(x, name)), await foreignModel(goldenRows(name)).predict(x)),
    ).toBeLessThan(1e-12)
  })

  it.each(ableTo('sql'))('%s.sql: DuckDB gives the same within 1e-9', async (name) => {
    const x = foreignDataset(goldenRows(name))
    const columns = x.columns.map((column, j): TableColumn => {
      if (column.kind === 'number')
        return { name: x.names[j]!, type: 'double', values: Float64Array.from(column.values) }
      return {
        name: x.names[j]!,
        type: 'text',
        values: Array.from(column.codes, (code) => column.levels[code] ?? null),
      }
    })
    const row: TableColumn = { name: 'row', type: 'integer', values: Uint32Array.from(x.users, (_, i) => i) }
    await engine.load('features', [row, ...columns])
    const query = Buffer.from(written(name, 'sql').bytes).toString()
    const rows = await engine.rows(`SELECT probability FROM (${query}) AS q ORDER BY "row"`)
    const p = rows.map(({ probability }) => Number(probability))
    expect(largestDifference(await foreignModel(goldenRows(name)).predict(x), p)).toBeLessThan(1e-9)
  })
})
